#!/bin/sh
# A guest that hangs in each of the ways there are, by bootstamp run --timeout and --silence; and run --keep.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests linux halt.rom hang-1.rom hang-2.rom hang-3.rom hang-4.rom hang-5.rom pattern-1000.rom

machine="-M pc -accel tcg -m 32 -nodefaults -display none -no-user-config"
# hang NAME OPTION ROM [QEMU ARGUMENT...]: in the background, for they wait; its files are $tmp/NAME.*
hang() {
    name=$1 option=$2 rom=$3
    shift 3
    (
        # shellcheck disable=SC2086
        timeout -k 5 100 "$BOOTSTAMP" run -q $option -F json -c "$tmp/$name.bst" -- \
            "$QEMU" $machine -bios "$guests/$rom.rom" "$@" >"$tmp/$name.json" 2>"$tmp/$name.err" </dev/null
        echo $? >"$tmp/$name.status"
    ) &
}
hang never '--timeout 4' halt -S
hang silent '--silence 4' halt
hang panic '--silence 4' hang-1
hang waiting '--silence 4' hang-2
hang loop '--silence 6' hang-3
hang work '--timeout 6' hang-4
hang settled '--silence 6' hang-5
hang good '--timeout 60 --silence 60' pattern-1000
wait

kind() { jq -r '.failed[0].kind' "$tmp/$1.json"; }
have_jq() { command -v jq >/dev/null; }
while read -r name status words; do
    is "$(cat "$tmp/$name.status")" "$status" "$name: exit status"
    like "$(cat "$tmp/$name.err")" ": $words\$" "$name: in text: $words"
    ! have_jq || is "$(kind "$name")" "$words" "$name: in JSON"
done <<END
never 40 never ran
silent 42 silent
panic 44 panic
loop 46 reset loop
waiting 48 waiting for input
work 124 still at work
settled 48 waiting for input
END
is "$(cat "$tmp/good.status") $(grep -c 'hang\|last milestone' "$tmp/good.err")" "0 0" "a boot that ends in time has QEMU's own status"

like "$(cat "$tmp/panic.err")" '^last milestone: Run at [0-9.]+$' "the last milestone"
like "$(cat "$tmp/panic.err")" '^  [0-9.]+ Kernel panic - not syncing: Attempted to kill init! ' "the last lines, with their times"
is "$(grep -c '^  [0-9.]* at work$' "$tmp/work.err")" 30 "no more than 30 of them"
like "$(cat "$tmp/waiting.err")" '^  [0-9.]+ guest login: $' "and the prompt"
# The instruction behind hlt, by the ROM itself
like "$(cat "$tmp/silent.err")" '^QEMU: running$' "QEMU's state, by QMP"
like "$(cat "$tmp/silent.err")" 'HLT=1' "the vCPU's registers, by QMP: it halts"
like "$(cat "$tmp/never.err")" '^QEMU: prelaunch$' "a VM that was never started"
like "$(cat "$tmp/never.err")" 'IP=0*fff0 ' "its vCPU is at the reset vector"
if have_jq; then
    is "$(jq -r '.failed[0].last_lines | length' "$tmp/work.json")" 30 "JSON: the lines"
    is "$(jq -r '.failed[0] | "\(.qemu_state) \(.registers | test("HLT=1"))"' "$tmp/silent.json")" "running true" "JSON: state and registers"
    is "$(jq -r '"\(.captures) \(.failed | length)"' "$tmp/good.json")" "1 0" "JSON: a good boot is statistics"
fi
like "$("$BOOTSTAMP" export "$tmp/panic.bst")" 'Kernel panic' "the capture is there"
is "$(find "$tmp" -name 'bootstamp-qmp-*' -o -name 'bootstamp-run-*' | wc -l)" 0 "no socket and no file is left"

# A real kernel without a root file system; of many boots
"$BOOTSTAMP" run -q -n 1 --serial --silence 10 --timeout 90 -F junit -c "$tmp/many" -- "$QEMU" -M q35 -accel tcg -m 512 -nodefaults \
    -display none -no-user-config -serial "file:$tmp/serial.log" -kernel "$guests/vmlinuz" -append "console=ttyS0 panic=0" \
    >"$tmp/many.xml" 2>"$tmp/many.err" </dev/null
is $? 1 "run -n: a boot that hangs"
like "$(cat "$tmp/many.err")" 'boot-0001.bst.failed: no byte, copy or disk read for 10 s: panic; the last milestone was ' "is told of"
like "$(cat "$tmp/serial.log")" 'Kernel panic - not syncing: VFS' "as the console has it"
ok "its evidence is behind QEMU's output" grep -q '^QEMU: running$' "$tmp/many/boot-0001.bst.log"
if command -v xmllint >/dev/null; then
    like "$(xmllint --xpath 'string(//testcase/error)' "$tmp/many.xml")" 'QEMU: running' "and in junit"
    is "$(xmllint --xpath 'string(//testcase/error/@type)' "$tmp/many.xml")" panic "with what it hangs in as the type"
    is "$(xmllint --xpath 'count(//testcase)' "$tmp/many.xml")" 1 "and no case of a milestone where no boot counts"
fi

# --keep: one boot that is over the limit, and no other
keep() { # CONDITION N FOLDER
    # shellcheck disable=SC2086
    timeout -k 5 60 "$BOOTSTAMP" run -q -n "$2" --keep "$1" -c "$3" -- "$QEMU" $machine -bios "$guests/pattern-1000.rom" \
        >"$tmp/out" 2>"$tmp/err" </dev/null
}
keep 'Total>1ns' 0 "$tmp/kept"
is "$? $(find "$tmp/kept" -name '*.bst' | wc -l) $(find "$tmp/kept" -type f | wc -l)" "0 1 1" "--keep: the first that is over the limit, alone"
like "$(cat "$tmp/err")" "^bootstamp: run: kept $tmp/kept/boot-000001.bst, boot 1: Total [0-9.]+ ms$" "and says which"
keep 'Total>1000s' 2 "$tmp/kept2"
is "$? $(find "$tmp/kept2" -type f | wc -l)" "1 0" "--keep: none in two boots"
# shellcheck disable=SC2086
timeout -k 5 60 "$BOOTSTAMP" run -q -n 0 --keep 'Total>1s' -c "$tmp/kept3" -- "$QEMU" -M none -bogus >"$tmp/out" 2>"$tmp/err"
is "$? $(grep -c bogus "$tmp/err")" "1 2" "--keep: it gives up where nothing starts"

for bad in '-n 0' '--keep Total>1s' '-n 1 --keep Total' '-n 1 --keep Total>1' '--silence -1' '--format json' '--view --timeout 1' '-n 1 --silence x'; do
    # shellcheck disable=SC2086
    "$BOOTSTAMP" run $bad -- "$QEMU" >"$tmp/out" 2>&1
    is $? 2 "run $bad is a usage error"
done

done_testing
