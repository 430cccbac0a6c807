#!/bin/sh
# VM life cycle: what QEMU does is in the capture, with the cause.
. "$(dirname "$0")/../lib.sh"
need_guests pattern-1000.rom reset.rom flood.rom
RUN="$BOOTSTAMP run --"

run_rom pattern-1000 -chardev "timestamp,id=dbg,path=$tmp/a.bst"
is "$(vm_events "$tmp/a.bst")" "QEMU started
machine ready
reset
VM runs
shutdown request: guest-shutdown
VM stopped: shutdown
QEMU stopped" "a guest that powers off"

# The stages of QEMU's own start, beside an independent clock: `date` before a shell becomes QEMU
like "$("$BOOTSTAMP" phases --all "$tmp/a.bst" | sed -n "/^QEMU's start/,/^\$/p" | cut -c 1-24 | tr -s ' ' | tr '\n' ,)" \
    '^QEMU.s start ,QEMU started ,module loaded ,options read ,capture opened ,machine ready ,VM runs ,' \
    "phases --all has the stages in their order"
is "$("$BOOTSTAMP" phases "$tmp/a.bst" | grep -c "^QEMU's start")" 0 "and phases alone has none"
"$BOOTSTAMP" run -q -c "$tmp/late.bst" -- "$QEMU" -M pc -m 32 -nodefaults -display none \
    -bios "$guests/pattern-1000.rom" </dev/null >"$tmp/qemu.log" 2>&1
is "$("$BOOTSTAMP" export -F json "$tmp/late.bst" | sed -n 's/.*"event":"\([a-z]*\)".*/\1/p' | head -n 4 | xargs)" \
    "start loaded ready opened" "a capture of run itself is opened when the machine is ready, and says so in that order"
started() {
    "$BOOTSTAMP" export -F json "$1" | jq -s 'map(select(.type == "session"))[0].wall_ns / 1000 | floor'
}
if command -v jq >/dev/null; then
    preload=$build/chardev-timestamp.so
    set -- -M pc -nodefaults -display none -bios "$guests/pattern-1000.rom" \
        -chardev "timestamp,id=dbg,path=$tmp/s.bst" -device isa-debugcon,iobase=0x402,chardev=dbg
    before=$(date +%s%N)
    LD_PRELOAD=$preload "$QEMU" "$@" </dev/null >"$tmp/qemu.log" 2>&1
    late=$(($(started "$tmp/s.bst") - before / 1000))
    # The kernel counts in steps of 10 ms; the machine that runs the tests may be busy
    ok "without bootstamp run the start is the kernel's word ($late us behind the shell's)" \
        test "$late" -ge -10000 -a "$late" -lt 500000
    sh -c 'sleep 1; LD_PRELOAD=$0 exec "$@"' "$preload" "$QEMU" "$@" </dev/null >"$tmp/qemu.log" 2>&1
    is "$("$BOOTSTAMP" export -F json "$tmp/s.bst" | jq -s 'map(select(.event == "loaded"))[0].time_ns')" 0 \
        "a process that waited before it became QEMU starts where the module is loaded"
else
    skip "the start without bootstamp run" "no jq"
fi

run_rom reset -chardev "timestamp,id=dbg,path=$tmp/r.bst"
is "$(vm_events "$tmp/r.bst" | grep -c '^reset')" 5 "four resets by the guest, and QEMU's first"
is "$("$BOOTSTAMP" phases "$tmp/r.bst" | grep -c '^Reset ')" 4 "the guest's are rows of the milestone table"

run_rom reset -chardev "timestamp,id=dbg,path=$tmp/n.bst" -no-reboot
like "$(vm_events "$tmp/n.bst")" "^shutdown request: guest-reset" "-no-reboot: the cause is the guest's reset"

run_rom reset -chardev "timestamp,id=dbg,path=$tmp/n.bst" -action reboot=shutdown
like "$(vm_events "$tmp/n.bst")" "^shutdown request: guest-reset" "-action reboot=shutdown: the same"

runs() { events "$1" 2>/dev/null | grep -q '^VM runs'; }
start_rom flood -chardev "timestamp,id=dbg,path=$tmp/t.bst"
wait_for 10 runs "$tmp/t.bst"
stop_qemu TERM
like "$(vm_events "$tmp/t.bst")" "^shutdown request: host-signal" "SIGTERM: the cause is a signal"
like "$("$BOOTSTAMP" info "$tmp/t.bst")" "^state  *ended$" "and the capture is ended in good order"

start_rom flood -chardev "timestamp,id=dbg,path=$tmp/k.bst"
wait_for 10 runs "$tmp/k.bst"
like "$("$BOOTSTAMP" info "$tmp/k.bst")" "^state  *live" "while it runs the capture is live"
stop_qemu KILL
like "$("$BOOTSTAMP" info "$tmp/k.bst")" "^state  *killed: " "kill -9: the capture says so"

# The monitor: stop and cont, a back end removed and another plugged in.
mkfifo "$tmp/mon"
RUN='' # the module by hand, as a manager that knows nothing of bootstamp run
export LD_PRELOAD="$build/chardev-timestamp.so"
timeout 60 "$QEMU" -M pc -accel tcg -m 32 -nodefaults -display none -S \
    -bios "$guests/pattern-1000.rom" -no-shutdown \
    -chardev "timestamp,id=dbg,path=$tmp/m.bst" -device isa-debugcon,iobase=0x402,chardev=dbg \
    -chardev "timestamp,id=spare,path=$tmp/spare.bst" \
    -monitor stdio <"$tmp/mon" >"$tmp/mon.out" 2>&1 &
job=$!
unset LD_PRELOAD
exec 3>"$tmp/mon"
live() { "$BOOTSTAMP" export --events "$tmp/m.bst" 2>/dev/null | grep -q -e "$1"; }
printf 'info chardev\n' >&3
wait_for 10 live 'machine ready'
is "$(vm_events "$tmp/m.bst" | grep -c 'VM runs')" 0 "-S: the VM does not run yet"
printf 'chardev-remove spare\n' >&3
wait_for 10 sh -c '"$0" info "$1" | grep -q "^state *ended"' "$BOOTSTAMP" "$tmp/spare.bst"
like "$(vm_events "$tmp/spare.bst")" "QEMU stopped: back end removed" "chardev-remove ends its capture"
printf 'cont\n' >&3
wait_for 10 live 'shutdown request'
printf 'chardev-add timestamp,id=again,path=%s\n' "$tmp/again.bst" >&3
wait_for 10 sh -c '"$0" info "$1" 2>/dev/null | grep -q "^machine .*RAM"' "$BOOTSTAMP" "$tmp/again.bst"
like "$("$BOOTSTAMP" info "$tmp/again.bst")" "^machine  *pc" "chardev-add: the new capture knows the machine"
printf 'quit\n' >&3
exec 3>&-
wait $job
like "$(cat "$tmp/mon.out")" "filename=timestamp:$tmp/m.bst" "info chardev shows the file"
like "$(vm_events "$tmp/m.bst")" "^VM stopped: shutdown" "-no-shutdown: the VM is stopped"
like "$(vm_events "$tmp/m.bst")" "^QEMU stopped" "and at last QEMU"
done_testing
