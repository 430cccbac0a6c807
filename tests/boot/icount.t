#!/bin/sh
# Under -icount, by the virtual clock, the same boot twice differs by nothing from Start to Stop, and another one does.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests linux pattern-1000.rom pattern-1001.rom reset.rom

# boot NAME QEMU-OPTION...: both the debug port and the serial port into $tmp/NAME.bst
boot() {
    name=$1
    shift
    timeout -k 5 300 "$BOOTSTAMP" run -q -- "$QEMU" "$@" -accel tcg -nodefaults -display none -no-user-config \
        -icount shift=0,sleep=off -rtc clock=vm,base=2026-01-01 \
        -chardev "timestamp,id=dbg,path=$tmp/$name.bst" -device isa-debugcon,iobase=0x402,chardev=dbg \
        -chardev "timestamp,id=ser,path=$tmp/$name.bst" -serial chardev:ser >"$tmp/$name.log" 2>&1 </dev/null ||
        diag "$name: $(cat "$tmp/$name.log")"
}

# linux NAME MACHINE [KERNEL PARAMETER]
linux() {
    boot "$1" -M "$2" -m 256 -kernel "$guests/vmlinuz" -initrd "$guests/initrd-small" \
        -append "console=ttyS0 panic=-1 $3"
}

# strict A B: the strictest comparison there is, into $tmp/out; its status
strict() {
    "$BOOTSTAMP" diff --clock virtual --fail-over 0% --ignore-under 0 "$tmp/$1.bst" "$tmp/$2.bst" >"$tmp/out" 2>&1
}

# same A B WHAT
same() {
    strict "$1" "$2"
    is $? 0 "$3: within a threshold of nothing"
    like "$(grep '^the guest, ' "$tmp/out")" ': 0 of [0-9]+ phases and copies differ, 0 of [0-9]+ lines$' \
        "$3: nothing differs" || diag "$(cat "$tmp/out")"
    is "$(awk '/^(Slower|Faster) lines/ { getline; table = 1; next } /^$/ { table = 0 }
        table && !/ \(asynchronous\)$/ || /^(Lines of|[AB] alone)/' "$tmp/out")" "" "$3: no line, no milestone of one side"
}

# counted: how many phases and copies the comparison counted
counted() {
    sed -n 's/^the guest, .* of \([0-9]*\) phases.*/\1/p' "$tmp/out"
}

# vm FILE: the VM's events with their virtual times
vm() {
    "$BOOTSTAMP" export -F csv --clock virtual --events "$tmp/$1.bst" | grep -a ',vm,' | cut -d, -f2,4-
}

# --- a bare ROM

for i in 1 2; do
    boot "rom-$i" -M pc -m 32 -bios "$guests/pattern-1000.rom"
done
same rom-1 rom-2 "a bare ROM"
is "$(vm rom-1 | grep shutdown.request)" "$(vm rom-2 | grep shutdown.request)" "a bare ROM: the power-off is the guest's own stamp"
boot rom-3 -M pc -m 32 -bios "$guests/pattern-1001.rom"
strict rom-1 rom-3
is $? 1 "one byte more: over a threshold of nothing"
like "$(cat "$tmp/out")" '^Run .* \+0\.0000[0-9]{2} .* SLOWER$' "one byte more: some nanoseconds, and they are shown"
like "$(cat "$tmp/out")" '^Shutdown request .* asynchronous$' "what QEMU's main loop decided is marked"
"$BOOTSTAMP" diff --fail-over 1000000 "$tmp/rom-1.bst" "$tmp/rom-2.bst" >"$tmp/out"
is "$(grep -c -E 'asynchronous|the guest' "$tmp/out")" 0 "the host's clock knows no such rows"

# --- SeaBIOS alone

for machine in pc q35; do
    for i in 1 2; do
        boot "bios-$machine-$i" -M $machine -m 64 -no-reboot -boot reboot-timeout=1
    done
    same bios-$machine-1 bios-$machine-2 "SeaBIOS on $machine"
    like "$(grep '^BIOS post' "$tmp/out")" '[1-9].* \+0\.000000 ' "SeaBIOS on $machine: and did boot"
done

# --- Linux, the boots at once, so that the host treats them differently

linux linux-1 q35 '' &
linux linux-2 q35 '' &
wait
linux linux-pc q35 foo
same linux-1 linux-2 "Linux"
like "$(counted)" '^1[0-9]$' "Linux: $(counted) phases and copies"
is "$(grep -c -E '^(Start|Run|BIOS|LinuxBoot|Kernel|User) .* \+0\.000000 ' "$tmp/out")" 10 "Linux: each milestone up to user space"
is "$(vm linux-1 | grep shutdown.request)" "$(vm linux-2 | grep shutdown.request)" "Linux: the power-off to the nanosecond"
like "$("$BOOTSTAMP" phases --clock virtual "$tmp/linux-1.bst")" '^Shutdown request .* guest-shutdown$' "Linux: powered off"
like "$("$BOOTSTAMP" export "$tmp/linux-1.bst" | wc -l)" '^ *[23][0-9][0-9]$' "Linux: the kernel's log is in it"
"$BOOTSTAMP" stats --clock virtual --lines 0 "$tmp/linux-1.bst" "$tmp/linux-2.bst" >"$tmp/out"
is "$(grep -c -E ' asynchronous$' "$tmp/out")" 2 "stats: marks the power-off's end and the total"
"$BOOTSTAMP" stats --clock virtual --lines 0 -F json "$tmp/linux-1.bst" "$tmp/linux-2.bst" >"$tmp/json"
is "$(jq -r '.measures[] | select((.outside | not) and .sd_ns > 0).name' "$tmp/json")" "" "stats: nothing else varies"
strict linux-1 linux-pc
like "$(grep '^the guest, ' "$tmp/out")" ': [1-9][0-9]* of .*, [1-9][0-9]* of [0-9]* lines$' "one more kernel parameter: is reported"
like "$(grep '^- ' "$tmp/out")" 'ommand line: ' "one more kernel parameter: the line with it too"
"$BOOTSTAMP" diff --clock virtual -F json "$tmp/linux-1.bst" "$tmp/linux-pc.bst" >"$tmp/json"
like "$(jq -r '"\(.exact) \(.measures_differ) \(.lines_differ)"' "$tmp/json")" \
    '^true [1-9][0-9]* [1-9]' "one more kernel parameter: in JSON"

# --- resets: when the machine is reset the main loop decides, what the guest does between them it does not

for i in 1 2 3; do
    boot "reset-$i" -M q35 -m 32 -bios "$guests/reset.rom"
done
same reset-1 reset-2 "five boots in one QEMU"
same reset-1 reset-3 "five boots in one QEMU, again"
is "$(grep -c -E '^(Run|Reset \(boot [2-5]\)) .* asynchronous$' "$tmp/out")" 5 "all that has a reset in it is marked"

done_testing
