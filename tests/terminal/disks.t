#!/usr/bin/env bash
# Disk reads in the viewer, live and when QEMU ended; QEMU's own start; what the vCPUs did before a slow line.
# WHOLE, buses whose boots are watched to the end: tests/slow/disks-view.t has the long form.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/terminal/screen.sh
. "$(dirname "$0")/screen.sh"
need_guests grub
command -v jq >/dev/null || skip_all "no jq"
WHOLE=${WHOLE:-virtio}
seconds=${QEMU_TIMEOUT:-60}

# start BUS [QEMU ARGS]: GRUB from that disk, and the viewer on its capture
start() {
    capture=$tmp/$1.bst
    disk=$(case $1 in virtio) echo virtio0 ;; nvme) echo d0 ;; *) echo ide0-hd0 ;; esac)
    # shellcheck disable=SC2046
    "$BOOTSTAMP" run -q -c "$capture" -- "$QEMU" $(grub_disk "$1") -no-user-config -nodefaults -display none -m 512 \
        -no-shutdown -chardev "timestamp,id=ser,path=$capture" -serial chardev:ser \
        -qmp "unix:$tmp/qmp,server=on,wait=off" "${@:2}" </dev/null >"$tmp/qemu.log" 2>&1 &
    qemu_job=$!
    wait_for 20 test -s "$capture" || skip_all "QEMU did not start: $(head -n 1 "$tmp/qemu.log")"
    screen_start 160 45 "$BOOTSTAMP" view "$capture"
    ok "$1: while GRUB reads, the pane says what is read now" shows "$seconds" "now  $disk  [0-9.]+ ?[kMG]?B  [0-9.]+ MB/s"
}

end() {
    "$src/tests/faults/qmp.pl" "$tmp/qmp" quit >/dev/null
    wait "$qemu_job"
}

powered_off() { "$src/tests/faults/qmp.pl" "$tmp/qmp" query-status 2>/dev/null | grep -q '"shutdown"'; }
total() { "$BOOTSTAMP" export -F json "$capture" | jq -s '[.[] | select(.type == "disk_reads") | .bytes] | add'; }
row() {
    mb=$(perl -e 'printf "%.1f", $ARGV[0] / 1e6' "$(total)")
    echo "$disk +${mb/./\\.} ?M .*[0-9.]+ m?s +disk"
}

for bus in ide virtio ahci nvme; do
    case " $WHOLE " in
    *" $bus "*)
        start "$bus"
        # The kernel has no console message of its own until the initrd is unpacked.
        ok "$bus: while the kernel unpacks, for how long nothing has been read" shows "$seconds" \
            'now  nothing is read, for [0-9.]+ s'
        sees "$bus: beside the row of what was read" "$(row)"
        ok "$bus: the kernel ends the boot" wait_for "$seconds" powered_off
        ;;
    *)
        start "$bus"
        keys q
        end
        continue
        ;;
    esac
    sees "$bus: the timeline has QEMU's own start" "QEMU's start:.* machine ready [0-9.]+ ?[mµu]?s, VM runs"
    keys s
    sees "$bus: the slowest lines have what the vCPUs did" 'cpu wait idle'
    sees "$bus: in shares of the time" '[0-9.]+ +[0-9]+% +[0-9]+% +[0-9]+% '
    keys q
    end
    screen_start 160 45 "$BOOTSTAMP" view "$capture"
    sees "$bus: the row when QEMU has ended" "$(row)"
    keys q
done
done_testing
