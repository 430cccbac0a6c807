#!/bin/sh
# File systems that refuse: a quota, one without fallocate, one that becomes read-only or goes away, one that
# writes each change to another place, a slow one.  The guest must end as if nothing were, what chardev=ID2 got
# must be whole, and the loss reported must be the loss measured, to the byte.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/faults/faults.sh
. "$src/tests/faults/faults.sh"
private_mounts "$0" "$@"
PATH=$PATH:/sbin:/usr/sbin

# A busy machine may lose a byte more than the fault does: it is counted as well.
guest 1999998 flood
gaps=allowed
RUN="$BOOTSTAMP run -q --"
disk=$tmp/disk
mkdir "$disk"

# disk SIZE TYPE MOUNT-OPTIONS [MKFS-OPTIONS]: a file system in a file, on $disk; else $why
disk() {
    rm -f "$tmp/image"
    truncate -s "$1" "$tmp/image"
    type=$2 options=$3
    shift 3
    cap=$disk/capture.bst
    if [ -z "$BOOTSTAMP_IN_NAMESPACE" ]; then
        why="no mount namespace"
    elif ! command -v "mkfs.$type" >/dev/null; then
        why="no mkfs.$type"
    elif ! "mkfs.$type" -q "$@" "$tmp/image" >"$tmp/mkfs.log" 2>&1; then
        why="mkfs.$type: $(tail -n 1 "$tmp/mkfs.log")"
    elif ! mount -t "$type" -o "loop,$options" "$tmp/image" "$disk" 2>"$tmp/mount.log"; then
        why="this kernel mounts no $type with $options: $(head -n 1 "$tmp/mount.log")"
    else
        return 0
    fi
    return 1
}

device() { awk -v d="$disk" '$2 == d {print $1}' /proc/mounts; }

# What QEMU prints when the last words of a capture were refused
warned() {
    like "$(cat "$tmp/qemu.log")" "warning: $cap: cannot finish the capture, look at its disk: $2" "$1: QEMU says so"
}

# --- no fallocate

what="no fallocate (ext2)"
if disk 64M ext2 rw; then
    ok "$what: it is so" sh -c "! fallocate -l 4096 '$disk/probe'"
    rm -f "$disk/probe"
    whole "$what"
    account "$what"
    umount "$disk"
else
    skip "$what" "$why"
fi

what="no fallocate, a full disk (ext2)"
if disk 6M ext2 rw; then
    whole "$what"
    account "$what"
    ok "$what: a byte was lost" test "$lost" -gt 0
    ok "$what: most of the disk was used" test "$kept" -gt 400000
    umount "$disk"
else
    skip "$what" "$why"
fi

# inject WHAT RULE: strace answers in the kernel's place, from before the guest's first byte.  It stops every
# system call, so no back end with one for each byte stands behind: the guest's bytes are known.
inject() {
    cap=$tmp/capture.bst
    rm -f "$cap" "$next"
    start_rom "$guest_rom" -S -chardev "timestamp,id=dbg,path=$cap" \
        -qmp "unix:$tmp/qmp,server=on,wait=off"
    strace -f -q -o "$tmp/strace.log" -e "trace=${2%%:*}" -e "inject=$2" -p "$qemu_pid" 2>"$tmp/strace.err" &
    tracer=$!
    wait_for 10 grep -q '^TracerPid:.*[1-9]' "/proc/$qemu_pid/status"
    go_on
    ends "$1"
    if wait $tracer; then
        account "$1"
        ok "$1: it came to that" grep -q 'INJECTED\|DELAYED' "$tmp/strace.log"
    else
        skip "$1" "no strace here: $(head -n 1 "$tmp/strace.err")"
        return 1
    fi
}

inject "fallocate refused" fallocate:error=EOPNOTSUPP
inject "fallocate met the quota" fallocate:error=EDQUOT &&
    ok "fallocate met the quota: a byte was lost" test "$lost" -gt 0
inject "a slow disk" fallocate:delay_enter=2s
# --- quota
# Root is above the quotas of ext4, and not of btrfs.

what="quota (btrfs)"
if disk 320M btrfs rw; then
    cap=$disk/limited/capture.bst
    ok "$what: it is set" sh -c "btrfs subvolume create '$disk/limited' && btrfs quota enable '$disk' &&
        btrfs qgroup limit 6M '$disk/limited'"
    whole "$what"
    account "$what"
    ok "$what: a byte was lost" test "$lost" -gt 0
    ok "$what: there is room beside it" dd if=/dev/zero of="$disk/beside" bs=1M count=20
    umount "$disk"
else
    skip "$what" "$why"
fi

# --- each change to another place

what="a full disk that copies on write (btrfs)"
if disk 320M btrfs rw; then
    fallocate -l $(($(df -k --output=avail "$disk" | tail -n 1) - 6000))K "$disk/filler"
    begin
    # What is on the disk is read-only in memory again: every store to it asks anew
    for _ in 1 2 3 4 5; do sync -f "$disk"; done
    finish "$what"
    account "$what"
    ok "$what: a byte was lost" test "$lost" -gt 0
    umount "$disk"
else
    skip "$what" "$why"
fi

# --- read-only

what="remount,ro"
if disk 200M ext4 errors=remount-ro; then
    at_work
    ok "$what: refused while a capture is written" sh -c "! mount -o remount,ro '$disk'"
    go_on
    finish "$what"
    account "$what"

    what="a file system error, now read-only (ext4)"
    at_work
    ok "$what: the error is made" sh -c "echo 1 >'/sys/fs/ext4/$(basename "$(device)")/trigger_fs_error'"
    sync -f "$disk"
    ok "$what: nothing can be created" sh -c "! touch '$disk/probe'"
    go_on
    finish "$what"
    account "$what"
    warned "$what" 'Read-only file system'
    umount "$disk"
else
    skip "$what" "$why"
    skip "a file system error, now read-only (ext4)" "$why"
fi

what="a file system that goes away (ext4)"
if disk 200M ext4 rw; then
    at_work
    # EXT4_IOC_SHUTDOWN, without the log
    ok "$what: it goes" perl -e 'open my $d, "<", $ARGV[0] or die "$!\n";
        my $flags = pack "L", 2; ioctl $d, 0x8004587d, $flags or die "$!\n"' "$disk"
    ok "$what: nothing can be read" sh -c "! cat '$cap'"
    go_on
    finish "$what"
    warned "$what" 'Input/output error'
    umount "$disk"
else
    skip "$what" "$why"
fi
done_testing
