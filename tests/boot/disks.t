#!/bin/sh
# What the guest reads from its disks: the table adds up to the files that GRUB loads, and to QEMU's own accounting.
# BUSES and BOOT=whole: tests/slow/disks-more.t has the long form.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests grub
command -v jq >/dev/null || skip_all "no jq"

kernel_bytes=$(stat -c %s "$guests/vmlinuz")
initrd_bytes=$(stat -c %s "$guests/initrd")
files=$((kernel_bytes + initrd_bytes))
# GRUB's own modules and the folders: not above 3 MB beside them
slack=3000000

# start BUS [QEMU ARGS]: boots GRUB from it, in the background
start() {
    bus=$1
    shift
    # shellcheck disable=SC2046
    "$BOOTSTAMP" run -q -- "$QEMU" -no-user-config -nodefaults -display none -m 512 $(grub_disk "$bus") \
        -chardev "timestamp,id=ser,path=$tmp/$bus.bst" -serial chardev:ser \
        -qmp "unix:$tmp/$bus.qmp,server=on,wait=off" "$@" </dev/null >"$tmp/qemu.log" 2>&1 &
    qemu_job=$!
}

# reads BUS JQ: of all disks and phases together
reads() {
    "$BOOTSTAMP" export -F json "$tmp/$1.bst" | jq -s "[.[] | select(.type == \"disk_reads\")] | $2"
}

# In QEMU's own words, when the guest has powered off and QEMU stands still
powered_off() { "$src/tests/faults/qmp.pl" "$tmp/$1.qmp" query-status 2>/dev/null | grep -q '"shutdown"'; }

check_reads() {
    bus=$1
    start "$bus" -smbios type=1,serial=halt -no-shutdown
    ok "$bus: GRUB loads kernel and initrd, and powers off" wait_for "${QEMU_TIMEOUT:-60}" powered_off "$bus"
    stats=$("$src/tests/faults/qmp.pl" "$tmp/$bus.qmp" query-blockstats)
    "$src/tests/faults/qmp.pl" "$tmp/$bus.qmp" quit >/dev/null
    wait "$qemu_job"
    # The guest's disk is the one that was read
    want=$(printf '%s' "$stats" | jq '[.return[].stats | .rd_bytes, .rd_operations] | [.[0], .[1]]' -c)
    bytes=$(reads "$bus" 'map(.bytes) | add')
    is "$(reads "$bus" '[(map(.bytes) | add), (map(.requests) | add)]' | jq -c .)" "$want" \
        "$bus: bytes and requests are QEMU's own"
    ok "$bus: and the files' sizes, $files, and $((bytes - files)) beside them" \
        test "$bytes" -ge "$files" -a "$bytes" -le $((files + slack))
    like "$("$BOOTSTAMP" phases "$tmp/$bus.bst")" "^All .* $bytes " "$bus: so says the table of phases"
}

# The reading ends with the file and the rest is the kernel's: decompressing itself and unpacking the initrd.
check_whole_boot() {
    bus=$1
    start "$bus"
    wait "$qemu_job"
    is $? 0 "$bus: the kernel boots"
    active=$(reads "$bus" 'map(.active_ns) | add')
    rest=$(reads "$bus" 'map(.rest_ns) | add')
    whole=$(reads "$bus" 'map(.end_ns - .time_ns) | add')
    ok "$bus: reading ($((active / 1000000)) ms) and the rest ($((rest / 1000000)) ms) are two figures" \
        test "$active" -gt 0 -a "$rest" -gt 0 -a $((active + rest)) -eq "$whole"
    # By the log, an independent witness: GRUB says what it loads, and the kernel's first line ends it
    loads=$("$BOOTSTAMP" export -F json "$tmp/$bus.bst" |
        jq -s 'map(select(.type == "line" and (.text | test("Loading the kernel"))))[0].end_ns')
    last=$("$BOOTSTAMP" export -F perfetto "$tmp/$bus.bst" |
        jq '[.traceEvents[] | select(.cat == "disk" and .args.bytes > 10000000) | .ts + .dur] | max * 1000')
    first=$("$BOOTSTAMP" export -F perfetto "$tmp/$bus.bst" |
        jq '[.traceEvents[] | select(.cat == "disk") | .ts] | min * 1000')
    ok "$bus: the long read is behind 'Loading the kernel' and has its own slice" \
        test "${last%.*}" -gt "$loads" -a "${first%.*}" -lt "$loads"
}

for bus in ${BUSES:-virtio}; do
    check_reads "$bus"
    [ "${BOOT:-}" != whole ] || check_whole_boot "$bus"
done
done_testing
