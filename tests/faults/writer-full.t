#!/bin/sh
# No more room for the capture: a full disk, RLIMIT_FSIZE, the cap.  The guest must end as if nothing were,
# what chardev=ID2 got must be whole, and the loss reported must be the loss measured, to the byte.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# The disk is a small tmpfs in a mount namespace of our own.
if [ -z "${BOOTSTAMP_IN_NAMESPACE:-}" ] && unshare -m true 2>/dev/null; then
    rm -rf "$tmp"
    BOOTSTAMP_IN_NAMESPACE=1 exec unshare -m "$0" "$@"
fi

N=2000000
need_guests pattern.rom pattern-1000.rom
bytes() { perl "$src/tests/guests/guest-bytes.pl" "$@"; }
bytes pattern $N >"$tmp/want"
RUN="$BOOTSTAMP run -q --"
cap=$tmp/capture.bst next=$tmp/next

# check WHAT: after a guest that wrote $N bytes to $cap and $next
check() {
    is $? 0 "$1: the guest ends"
    ok "$1: what chardev= passes on is whole" cmp "$tmp/want" "$next"
    ok "$1: the capture opens" sh -c "'$BOOTSTAMP' info '$cap' >'$tmp/info'"
    like "$(cat "$tmp/info")" '^state +ended$' "$1: it ended in good order"
    ok "$1: nothing is torn" sh -c "! grep ^damage '$tmp/info'"
    "$BOOTSTAMP" export --format raw -o "$tmp/raw" "$cap"
    kept=$(wc -c <"$tmp/raw")
    lost=$(sed -n 's/^lost  *\([0-9]*\) bytes.*/\1/p' "$tmp/info")
    is $((kept + lost)) $N "$1: the loss reported is the loss measured"
    diag "$1: kept $kept bytes, lost $lost"
}
chardevs="-chardev file,id=next,path=$next -chardev timestamp,id=dbg,path=$cap,chardev=next"

mkdir "$tmp/disk"
if [ -n "${BOOTSTAMP_IN_NAMESPACE:-}" ] && mount -t tmpfs -o size=6m none "$tmp/disk" 2>"$tmp/mount.log"; then
    cap=$tmp/disk/capture.bst
    run_rom pattern -chardev "file,id=next,path=$next" -chardev "timestamp,id=dbg,path=$cap,chardev=next"
    check "full disk"
    ok "full disk: a byte was lost" test "$lost" -gt 0
    ok "full disk: most of it was used" test "$kept" -gt 600000
    ok "full disk: what is kept is a beginning" cmp -n "$kept" "$tmp/raw" "$tmp/want"
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
# shellcheck disable=SC2086
(ulimit -f 12288 && run_rom pattern $chardevs)
check "RLIMIT_FSIZE"
ok "RLIMIT_FSIZE: a byte was lost" test "$lost" -gt 0
ok "RLIMIT_FSIZE: what is kept is a beginning" cmp -n "$kept" "$tmp/raw" "$tmp/want"

rm -f "$cap"
(ulimit -f 64 && run_rom pattern-1000 -chardev "timestamp,id=dbg,path=$cap" 2>/dev/null)
is $? 1 "RLIMIT_FSIZE below the least: QEMU does not start"
like "$(cat "$tmp/qemu.log")" 'File too large' "RLIMIT_FSIZE below the least: it says so"
ok "RLIMIT_FSIZE below the least: no file is left" test ! -e "$cap"

for size in 64 1024 5120; do
    run_rom pattern -chardev "file,id=next,path=$next" \
        -chardev "timestamp,id=dbg,path=$cap,chardev=next,size=${size}K"
    check "size=${size}K"
    ok "size=${size}K: a byte was lost" test "$lost" -gt 0
    ok "size=${size}K: what is kept is a beginning" cmp -n "$kept" "$tmp/raw" "$tmp/want"
    ok "size=${size}K: the file is no larger" test "$(wc -c <"$cap")" -le $((size * 1024))
done
done_testing
