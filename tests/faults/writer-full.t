#!/bin/sh
# No more room for the capture: a full disk, RLIMIT_FSIZE, the cap.  The guest must end as if nothing were,
# what chardev=ID2 got must be whole, and the loss reported must be the loss measured, to the byte.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# shellcheck source=tests/faults/faults.sh
. "$src/tests/faults/faults.sh"

# The disk is a small tmpfs in a mount namespace of our own.
private_mounts "$0" "$@"
guest 1999998 flood
gaps=allowed
need_guests pattern-1000.rom
RUN="$BOOTSTAMP run -q --"

# check WHAT: the same, with a loss, and nothing torn
check() {
    account "$1"
    ok "$1: nothing is torn" sh -c "! grep ^damage '$tmp/info'"
    ok "$1: a byte was lost" test "$lost" -gt 0
}

mkdir "$tmp/disk"
if [ -n "$BOOTSTAMP_IN_NAMESPACE" ] && mount -t tmpfs -o size=6m none "$tmp/disk" 2>"$tmp/mount.log"; then
    cap=$tmp/disk/capture.bst
    whole "full disk"
    check "full disk"
    ok "full disk: most of it was used" test "$kept" -gt 600000
    "$BOOTSTAMP" export --format raw -o "$tmp/before" "$cap"
    # What is left of the disk is filled up: an append must be refused, the old capture stay.
    dd if=/dev/zero of="$tmp/disk/filler" bs=4096 2>/dev/null
    run_rom pattern-1000 -chardev "timestamp,id=dbg,path=$cap,append=on" 2>/dev/null
    is $? 1 "no room at all: QEMU does not start"
    like "$(cat "$tmp/qemu.log")" 'No space left on device' "no room at all: it says so"
    "$BOOTSTAMP" export --format raw -o "$tmp/raw" "$cap"
    ok "no room at all: the old capture is as it was" cmp "$tmp/before" "$tmp/raw"
    umount "$tmp/disk"
    cap=$tmp/capture.bst
else
    skip "full disk" "no mount namespace with a tmpfs: $(cat "$tmp/mount.log" 2>/dev/null)"
fi

# ulimit -f counts blocks of 512 bytes: 6 MiB; the log of QEMU itself stays small.
# shellcheck disable=SC3045
limit=$(ulimit -S -f)
# shellcheck disable=SC3045
ulimit -S -f 12288
whole "RLIMIT_FSIZE"
# shellcheck disable=SC3045
ulimit -S -f "$limit"
check "RLIMIT_FSIZE"

rm -f "$cap"
(ulimit -f 64 && run_rom pattern-1000 -chardev "timestamp,id=dbg,path=$cap" 2>/dev/null)
is $? 1 "RLIMIT_FSIZE below the least: QEMU does not start"
like "$(cat "$tmp/qemu.log")" 'File too large' "RLIMIT_FSIZE below the least: it says so"
ok "RLIMIT_FSIZE below the least: no file is left" test ! -e "$cap"

for size in 64K 1024K 5120K; do
    whole "size=$size"
    check "size=$size"
    ok "size=$size: the file is no larger" test "$(wc -c <"$cap")" -le $((${size%K} * 1024))
done
done_testing
