#!/usr/bin/env bash
# Disk reads in the viewer, live and when QEMU ended; QEMU's own start; what the vCPUs did before a slow line.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/terminal/screen.sh
. "$(dirname "$0")/screen.sh"
need_guests grub
command -v jq >/dev/null || skip_all "no jq"

"$BOOTSTAMP" run -q -c "$tmp/d.bst" -- "$QEMU" -M pc -no-user-config -nodefaults -display none -m 512 \
    -drive "file=$guests/grub.iso,format=raw,snapshot=on,if=virtio" -smbios type=1,serial=halt -no-shutdown \
    -chardev "timestamp,id=ser,path=$tmp/d.bst" -serial chardev:ser \
    -qmp "unix:$tmp/qmp,server=on,wait=off" </dev/null >"$tmp/qemu.log" 2>&1 &
qemu_job=$!
wait_for 20 test -s "$tmp/d.bst" || skip_all "QEMU did not start: $(head -n 1 "$tmp/qemu.log")"
screen_start 160 45 "$BOOTSTAMP" view "$tmp/d.bst"
ok "while GRUB reads, the pane says what is read now" shows 60 'now  virtio0  [0-9.]+ ?[kMG]?B  [0-9.]+ MB/s'
powered_off() { "$src/tests/faults/qmp.pl" "$tmp/qmp" query-status 2>/dev/null | grep -q '"shutdown"'; }
ok "the guest has read its files and powers off" wait_for 60 powered_off
total=$("$BOOTSTAMP" export -F json "$tmp/d.bst" | jq -s '[.[] | select(.type == "disk_reads") | .bytes] | add')
mb=$(perl -e 'printf "%.1f", $ARGV[0] / 1e6' "$total")
sees "the row has all bytes, $total" "virtio0 +${mb/./\\.} ?M .*disk"
sees "nothing is read any more" 'now  nothing'
sees "the timeline has QEMU's own start" "QEMU's start:.* machine ready [0-9.]+ ?[mµu]?s, VM runs"
keys s
sees "the slowest lines have what the vCPUs did" 'cpu wait idle'
sees "in shares of the time" '[0-9.]+ +[0-9]+% +[0-9]+% +[0-9]+% '
keys q
"$src/tests/faults/qmp.pl" "$tmp/qmp" quit >/dev/null
wait "$qemu_job"
screen_start 160 45 "$BOOTSTAMP" view "$tmp/d.bst"
sees "when QEMU has ended as well" "virtio0 +${mb/./\\.} ?M .*disk"
keys q
done_testing
