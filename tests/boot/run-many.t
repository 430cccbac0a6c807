#!/bin/sh
# bootstamp run -n: captures, milestones to stop at, boots that fail.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests linux pattern-1000.rom pattern-20000.rom

export XDG_RUNTIME_DIR="$tmp/run"
mkdir -m 700 "$tmp/run"
# run_many OPTION...: boots of the Linux guest
run_many() {
    timeout -k 5 120 "$BOOTSTAMP" run "$@" -- "$QEMU" -M q35 -accel tcg -m 512 -nodefaults -display none -no-user-config \
        -kernel "$guests/vmlinuz" -initrd "$guests/initrd" -append "console=ttyS0 panic=-1" \
        >"$tmp/out" 2>"$tmp/err"
}

run_many -n 3 --warmup 1 --until 'LinuxBoot boot OS' -c "$tmp/boots"
is $? 0 "three boots and one to warm up"
is "$(cd "$tmp/boots" && echo *)" "boot-0001.bst boot-0002.bst boot-0003.bst" "three captures are kept, nothing else"
like "$(cat "$tmp/out")" '^3 captures, host clock' "and their statistics printed"
like "$(grep '^LinuxBoot copy kernel' "$tmp/out")" '^LinuxBoot copy kernel +3 ' "the milestone is the last copy's end, not the first's"
is "$(grep -c '^LinuxBoot boot OS\|^Shutdown' "$tmp/out")" 0 "nothing behind it counts"
is "$(cat "$tmp/err")" "bootstamp: run: captures are in $tmp/boots" "no noise"
is "$(stat -c %a "$tmp/boots")" 700 "the folder is private"

run_many -n 1 -c "$tmp/boots"
is "$? $(cat "$tmp/err")" "1 bootstamp: $tmp/boots: holds captures already; name a new folder" "no captures are mixed or overwritten"

run_many -n 1 --until '^Booting from [RD]OM|^Booting from c'
is $? 0 "--until a pattern, and a folder of its own"
dir=$(sed -n 's/^bootstamp: run: captures are in //p' "$tmp/err")
like "$dir" "^$tmp/run/bootstamp/boots-" "in the default folder"
like "$("$BOOTSTAMP" phases "$dir/boot-0001.bst")" '^Shutdown request .*host-signal' "QEMU is asked to end"

run_many -n 2 --timeout 0.2 -c "$tmp/slow"
is $? 1 "boots that take too long"
is "$(grep -c 'took longer than 0.2 s' "$tmp/err")" 2 "it says so"
is "$(cat "$tmp/out")" "" "they do not count"
is "$(cd "$tmp/slow" && echo *.bst)" "*.bst" "and no folder has them"

"$BOOTSTAMP" run -n 1 -c "$tmp/wrong" -- "$QEMU" -M none -bogus >"$tmp/out" 2>"$tmp/err"
is $? 1 "QEMU does not start"
like "$(cat "$tmp/err")" 'QEMU ended with status 1: .*-bogus: invalid option' "its last words are told"
"$BOOTSTAMP" run -n 1 -c "$tmp/daemon" -- "$QEMU" -M pc -display none -daemonize >"$tmp/out" 2>"$tmp/err"
like "$? $(cat "$tmp/err")" '^1 .*QEMU ended with status 1: .*bootstamp: run: -daemonize: ' "-daemonize is refused, and the reason reported"
"$BOOTSTAMP" run -n 1 -c "$tmp/none" -- "$tmp/no-such-qemu" >"$tmp/out" 2>"$tmp/err"
is $? 1 "no such QEMU"
run_many -n 1 --until 'never comes' --timeout 5 -c "$tmp/never"
is $? 1 "--until that does not come"

# A chardev of one's own, without path=
"$BOOTSTAMP" run -n 2 -c "$tmp/own" -- "$QEMU" -M pc -accel tcg -m 32 -nodefaults -display none \
    -bios "$guests/pattern-1000.rom" -chardev timestamp,id=dbg -device isa-debugcon,iobase=0x402,chardev=dbg \
    >"$tmp/out" 2>"$tmp/err"
is $? 0 "a timestamp chardev of one's own"
is "$("$BOOTSTAMP" export -F raw "$tmp/own/boot-0002.bst" | wc -c | tr -d ' ')" 1000 "goes to the folder too"
timeout 20 "$BOOTSTAMP" run -n 1 -c "$tmp/own2" -- "$QEMU" -M none -chardev timestamp,id=d,path="$tmp/x.bst" >"$tmp/out" 2>&1
is $? 1 "but not one with path="

for bad in '-n -1' '-n 1 --warmup -1' '-n 1 --timeout -1' '--until Run' '-n 1 --until ('; do
    # shellcheck disable=SC2086
    "$BOOTSTAMP" run $bad -- "$QEMU" >"$tmp/out" 2>&1
    is $? 2 "run $bad is a usage error"
done

# Ctrl-C: what was booted counts; what is being booted is kept as evidence, with how far it was
boot_forever() { # N UNTIL FOLDER: run -n until a signal ends it
    "$BOOTSTAMP" run -n "$1" --until "$2" -c "$3" -- "$QEMU" -M q35 -accel tcg -m 64 -nodefaults -display none \
        >"$tmp/out" 2>"$tmp/err" &
    pid=$!
}
boot_forever 1000 'BIOS int 19' "$tmp/int"
wait_for 60 sh -c 'ls "$1"/*0002.bst' - "$tmp/int" >/dev/null 2>&1
kill -TERM $pid
wait $pid
is $? 143 "SIGTERM ends it"
n=$(find "$tmp/int" -name '*.bst' | wc -l)
like "$(cat "$tmp/out")" "^$n capture" "what was booted counts ($n)"
like "$(cat "$tmp/err")" 'captures are in' "it says where that is"
boot_forever 1 'it never comes' "$tmp/hang"
wait_for 60 sh -c '"$BOOTSTAMP" phases "$1"/boot-0001.bst 2>/dev/null | grep -q "^BIOS int 19"' - "$tmp/hang"
kill -TERM $pid
wait $pid
ok "a boot that hung leaves its capture" test -s "$tmp/hang/boot-0001.bst.failed"
like "$(cat "$tmp/err")" "boot-0001.bst.failed: stopped by Terminated; the last milestone was BIOS .*; 'it never comes' never came$" \
    "with how far it was"
is "$(grep -c 'captures are in\|terminating on signal' "$tmp/err")" 0 "and nothing about captures that are not there"
"$BOOTSTAMP" run -n 1 --until 'bios boot os' -- "$QEMU" >"$tmp/out" 2>"$tmp/err"
is $? 2 "a milestone that is misspelt"
like "$(cat "$tmp/err")" "did you mean 'BIOS boot OS'" "is no pattern in silence"
(
    trap '' HUP
    boot_forever 1 'BIOS int 19' "$tmp/nohup"
    wait_for 20 test -e "$tmp/nohup/boot-0001.bst"
    kill -HUP $pid
    wait $pid
    echo $? >"$tmp/status"
)
is "$(cat "$tmp/status") $(find "$tmp/nohup" -name '*.bst' | wc -l)" "0 1" "a signal that was ignored stays so (nohup)"

# --- captures that are too small
"$BOOTSTAMP" run -n 2 -c "$tmp/lossy" -- "$QEMU" -M pc -accel tcg -m 32 -nodefaults -display none -no-user-config \
    -bios "$guests/pattern-20000.rom" -chardev timestamp,id=d,size=64K -device isa-debugcon,iobase=0x402,chardev=d \
    >"$tmp/out" 2>"$tmp/err"
is $? 0 "two boots with size=64K"
for i in 1 2; do
    lost=$((20000 - $(raw_of "$tmp/lossy/boot-000$i.bst" 2>/dev/null | wc -c)))
    like "$(cat "$tmp/out")" "^$tmp/lossy/boot-000$i.bst: $lost bytes and [0-9]+ other records were lost" "boot $i: what it lost is reported"
done
is "$("$BOOTSTAMP" stats -F json "$tmp/lossy" | jq -c '[.lost[].bytes > 0]')" '[true,true]' "in JSON too"

done_testing
