#!/bin/bash
# A QEMU in another time namespace (a container with its own CLOCK_MONOTONIC): the viewer's elapsed time is the guest's.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/terminal/screen.sh
. "$(dirname "$0")/screen.sh"
uptime=$(cut -d. -f1 /proc/uptime)
[ "$uptime" -gt 400 ] || skip_all "this machine runs for $uptime s only: its clock cannot be set back by enough"
unshare -T --monotonic -300 true 2>/dev/null || skip_all "no time namespace can be made here (unshare -T)"
need_guests halt.rom

# started OFFSET: a guest that stays, whose clock is so many seconds off
started() {
    rm -f "$tmp/qemu.pid" "$tmp/live.bst"
    unshare -T --fork --monotonic "$1" "$BOOTSTAMP" run -q -- "$QEMU" -M pc -accel tcg -m 32 -nodefaults -display none \
        -bios "$guests/halt.rom" -pidfile "$tmp/qemu.pid" -chardev "timestamp,id=dbg,path=$tmp/live.bst" \
        -device isa-debugcon,iobase=0x402,chardev=dbg </dev/null >"$tmp/qemu.log" 2>&1 &
    job=$!
    wait_for 20 test -s "$tmp/qemu.pid"
}
for offset in -300 300; do
    ok "$offset s: QEMU runs" started "$offset"
    screen_start 120 30 "$BOOTSTAMP" view "$tmp/live.bst"
    sees "$offset s: the viewer counts the seconds of the capture" 'LIVE .* ([0-9]|[1-5][0-9]) s '
    keys q
    kill "$(cat "$tmp/qemu.pid")"
    wait "$job"
done
done_testing
