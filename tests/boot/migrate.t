#!/bin/sh
# A guest that moves to another QEMU, is saved and loaded, sleeps, and chardevs that are plugged: what its captures
# have then.  docs/modes.md has the outcome as a table.
# shellcheck disable=SC2317 # called by wait_for
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests flood.rom pattern.rom fwcfg-pio.rom suspend.rom serial-20000.rom
RUN="$BOOTSTAMP run -q --"

qmp() { # SOCKET COMMAND...
    socket=$tmp/$1
    shift
    perl "$src/tests/faults/qmp.pl" "$socket" "$@" 2>&1
}
state() { info_value "$1" state; }
# holds CAPTURE BYTES: at least
holds() { [ "$(info_number "$1" holds)0" -ge "${2}0" ]; }
status_is() { qmp "$1" query-status | grep -q "\"$2\""; }

# source_vm ROM OPTION...: writes $tmp/a.bst, its monitor is $tmp/qa
source_vm() {
    rom=$1
    shift
    rm -f "$tmp/a.bst" "$tmp/b.bst"
    start_rom "$rom" -chardev "timestamp,id=dbg,path=$tmp/a.bst" -qmp "unix:$tmp/qa,server=on,wait=off" "$@"
    source_job=$qemu_job
}

# destination_vm ROM URI OPTION...: the same with b
destination_vm() {
    rom=$1 uri=$2
    shift 2
    start_rom "$rom" -chardev "timestamp,id=dbg,path=$tmp/b.bst" -qmp "unix:$tmp/qb,server=on,wait=off" \
        -incoming "$uri" "$@"
}
migrate() { qmp qa "{\"execute\":\"migrate\",\"arguments\":{\"uri\":\"$1\"}}" >"$tmp/migrate.log"; }
source_ends() {
    qmp qa quit >/dev/null
    wait "$source_job"
}

# Of a guest that was moved: what each capture must say of its life
check_source() {
    is "$(vm_events "$tmp/a.bst")" "QEMU started
machine ready
reset
VM runs
VM stopped: finish-migrate
shutdown request: host-qmp-quit
QEMU stopped" "$1: the source's capture ends with the migration"
    is "$(state "$tmp/a.bst")" ended "$1: in good order"
}
check_destination() {
    is "$(vm_events "$tmp/b.bst" | head -n 4)" "QEMU started
machine ready
reset
VM runs" "$1: the destination's begins with it"
    run=$(json_of "$tmp/b.bst" 'select(.event == "run").time_ns' | head -n 1)
    first=$(json_of "$tmp/b.bst" 'select(.type == "line").time_ns' | head -n 1)
    paused=$(json_of "$tmp/a.bst" 'select(.event == "pause" and .detail == "finish-migrate").vtime_ns')
    goes_on=$(json_of "$tmp/b.bst" 'select(.event == "run").vtime_ns' | head -n 1)
    ok "$1: the virtual clock goes on" test "${goes_on:-0}" -ge "${paused:-1}"
    ok "$1: no byte of it comes before Run" test "${first:-0}" -ge "${run:-1}"
}

# --- live, over a unix socket, with the probe device

what="unix socket"
probe="-device isa-bootprobe,chardev=dbg"
# shellcheck disable=SC2086
{
    source_vm flood $probe
    destination_vm flood "unix:$tmp/mig" $probe
}
wait_for 10 holds "$tmp/a.bst" 50000
# A line's address in ROM: refused, which its status register tells (bit 1, docs/probe-protocol.md).
qmp qa 'hmp:o/4 0x408 0xfff00000' >/dev/null
like "$(qmp qa 'hmp:i/4 0x408')" '0x00000107' "$what: the probe device has refused an address"
ok "$what: migrate" migrate "unix:$tmp/mig"
wait_for 20 status_is qa postmigrate
wait_for 20 holds "$tmp/b.bst" 50000
like "$(qmp qb 'hmp:i/4 0x408')" '0x00000107' "$what: which the destination's knows"
source_ends
is $? 0 "$what: the source ends"
stop_qemu TERM
check_source "$what"
check_destination "$what"
raw_of "$tmp/a.bst" >"$tmp/whole"
raw_of "$tmp/b.bst" >>"$tmp/whole"
like "$(guest_bytes check-flood "$tmp/whole")" 'in order$' "$what: both captures are what the guest wrote, no gap, nothing twice"

# --- by a command and a file, to the guest's end

what="exec: and a file"
source_vm pattern
wait_for 10 holds "$tmp/a.bst" 50000
ok "$what: migrate" migrate "exec:cat >$tmp/state"
wait_for 20 status_is qa postmigrate
# The source lives on, paused, when the destination starts: its capture is in use.
rm -f "$tmp/qemu.pid"
lib_rom pattern -chardev "timestamp,id=dbg,path=$tmp/a.bst" -incoming "exec:cat $tmp/state"
is $? 1 "$what: the source's capture is refused as the destination's"
like "$(cat "$tmp/qemu.log")" "a.bst: is in use by another QEMU; name another file" "$what: with a clear word"
destination_vm pattern "exec:cat $tmp/state"
wait "$qemu_job"
is $? 0 "$what: the guest powers off there"
qemu_pid=''
source_ends
check_source "$what"
check_destination "$what"
raw_of "$tmp/a.bst" >"$tmp/whole"
raw_of "$tmp/b.bst" >>"$tmp/whole"
guest_bytes pattern 2000000 >"$tmp/expected"
ok "$what: both captures are what the guest wrote" cmp "$tmp/whole" "$tmp/expected"

# --- back into the first capture, when nobody writes it any more

what="append=on"
lib_rom pattern -chardev "timestamp,id=dbg,path=$tmp/a.bst,append=on" -incoming "exec:cat $tmp/state"
is $? 0 "$what: the guest goes on in the source's capture"
raw_of "$tmp/a.bst" >"$tmp/whole"
ok "$what: which then has all of it" cmp "$tmp/whole" "$tmp/expected"

# --- to and from QEMUs that have no part in it

what="no bootstamp there"
rm -f "$tmp/out"
RUN='' lib_rom pattern -chardev "file,id=dbg,path=$tmp/out" -incoming "exec:cat $tmp/state"
is $? 0 "$what: the guest goes on in a stock QEMU"
# shellcheck disable=SC2016
ok "$what: which writes the rest to its file" sh -c 'test -s "$1" && tail -c "$(wc -c <"$1")" "$2" | cmp - "$1"' - "$tmp/out" "$tmp/expected"
what="no probe device there"
source_vm pattern -S -device isa-bootprobe,chardev=dbg
migrate "exec:cat >$tmp/state"
wait_for 20 status_is qa postmigrate
source_ends
lib_rom pattern -chardev "timestamp,id=dbg,path=$tmp/b.bst" -incoming "exec:cat $tmp/state"
is $? 1 "$what: refused by QEMU"
like "$(cat "$tmp/qemu.log")" "Unknown (savevm )?section or instance 'isa-bootprobe'" "$what: with the device's name"
is "$(vm_events "$tmp/b.bst" | tail -n 1)" "QEMU stopped: exit" "$what: and the capture ends without Run"

# --- in the middle of a copy out of fw_cfg

copied() { # FILE: bytes of the kernel so far
    "$BOOTSTAMP" phases "$1" 2>/dev/null | sed -n 's/^kernel  *\([0-9]*\) .*/\1/p'
}
# Lets the guest run for moments until it is in the middle of the copy; then it stands still.
copying() {
    until [ "$(copied "$tmp/a.bst")0" -gt 1000000 ]; do
        qmp qa cont stop >/dev/null || return 1
    done
}
guest_bytes random 1 6000000 >"$tmp/kernel"
what="fw_cfg"
source_vm fwcfg-pio -S -kernel "$tmp/kernel"
copying
ok "$what: migrate in the middle of a copy" \
    qmp qa cont "{\"execute\":\"migrate\",\"arguments\":{\"uri\":\"exec:cat >$tmp/state\"}}"
wait_for 20 status_is qa postmigrate
source_ends
destination_vm fwcfg-pio "exec:cat $tmp/state" -kernel "$tmp/kernel"
wait "$qemu_job"
is $? 0 "$what: the guest powers off"
qemu_pid=''
a=$(copied "$tmp/a.bst") b=$(copied "$tmp/b.bst")
size=$(raw_of "$tmp/b.bst" | sed -n 's/^kernel \([0-9a-f]*\) .*/\1/p')
is "$((a + b))" "$((0x$size))" "$what: the bytes that each side saw are the item"
ok "$what: of which each saw some ($a, $b)" test "$a" -gt 0 -a "$b" -gt 0
like "$("$BOOTSTAMP" phases --all "$tmp/b.bst")" '^cmdline  *1 ' "$what: and then all else"
is "$("$BOOTSTAMP" phases "$tmp/b.bst" | grep -c '^LinuxBoot copy kernel')" 0 "$what: the copy did not begin there"
is "$("$BOOTSTAMP" export -F perfetto "$tmp/b.bst" | grep -a '"name":"kernel","ph":"X"' |
    sed -n 's/.*"bytes":\([0-9]*\).*/\1/p')" "$b" "$what: export -F perfetto says the same"

# --- saved and loaded

what="savevm, loadvm"
if command -v qemu-img >/dev/null; then
    qemu-img create -q -f qcow2 "$tmp/disk.qcow2" 4M
    source_vm flood -drive "if=ide,format=qcow2,file=$tmp/disk.qcow2"
    wait_for 10 holds "$tmp/a.bst" 50000
    like "$(qmp qa hmp:savevm\ one)" '"return": ""' "$what: savevm"
    n=$(raw_of "$tmp/a.bst" | wc -c)
    wait_for 10 holds "$tmp/a.bst" $((n + 50000))
    like "$(qmp qa hmp:loadvm\ one)" '"return": ""' "$what: loadvm"
    n=$(raw_of "$tmp/a.bst" | wc -c)
    wait_for 10 holds "$tmp/a.bst" $((n + 50000))
    like "$(qmp qa hmp:loadvm\ none)" "does not exist" "$what: a snapshot that is not there is refused"
    source_ends
    is "$(vm_events "$tmp/a.bst")" "QEMU started
machine ready
reset
VM runs
VM stopped: save-vm
VM runs
VM stopped: restore-vm
VM runs
VM stopped: restore-vm
shutdown request: host-qmp-quit
QEMU stopped" "$what: the capture tells when the VM was saved and loaded"
    is "$(milestones "$tmp/a.bst" | tr '\n' ,)" \
        "Start,Run,Shutdown request,Stop," "$what: no new boot, whose reset would be a milestone"
    like "$("$BOOTSTAMP" info "$tmp/a.bst")" '^lost  *0 bytes' "$what: nothing is lost"
    # The guest's first run up to loadvm, then on from where it was at savevm, maybe in the middle of a line.
    raw_of "$tmp/a.bst" >"$tmp/whole"
    ok "$what: the bytes are those of both runs" "$src/tests/boot/check-loadvm.pl" "$tmp/whole"
    like "$("$BOOTSTAMP" phases --clock=virtual "$tmp/a.bst")" '^Stop ' "$what: and the milestones on the virtual clock"

    start_rom flood -chardev "timestamp,id=dbg,path=$tmp/b.bst" -drive "if=ide,format=qcow2,file=$tmp/disk.qcow2" \
        -loadvm one
    wait_for 10 holds "$tmp/b.bst" 1000
    stop_qemu TERM
    is "$(vm_events "$tmp/b.bst" | head -n 4 | tr '\n' ,)" "QEMU started,machine ready,reset,VM runs," "$what: -loadvm"
    is "$(raw_of "$tmp/b.bst" | head -c 9 | grep -c '^00000000$')" 0 "$what: the guest goes on where it was saved"

    rm -f "$tmp/disk.qcow2"
    qemu-img create -q -f qcow2 "$tmp/disk.qcow2" 4M
    source_vm fwcfg-pio -S -kernel "$tmp/kernel" -drive "if=ide,format=qcow2,file=$tmp/disk.qcow2"
    copying
    qmp qa hmp:savevm\ one cont stop cont stop hmp:loadvm\ one cont >/dev/null
    wait "$source_job"
    is "$(copied "$tmp/a.bst")" "$((0x$size))" "$what: a copy that is thrown back counts each byte once"
    for format in $(file_formats); do
        "$BOOTSTAMP" export -F "$format" -o "$tmp/out" "$tmp/a.bst" 2>>"$tmp/export.log" || echo "$format" >>"$tmp/bad"
    done
    ok "$what: every export takes it" test ! -e "$tmp/bad"
else
    skip "$what" "no qemu-img"
fi
qemu_pid=''

# --- asleep

what="suspend"
source_vm suspend
wait_for 10 status_is qa suspended
qmp qa system_wakeup >/dev/null
wait "$source_job"
is $? 0 "$what: the guest wakes up and powers off"
qemu_pid=''
is "$(raw_of "$tmp/a.bst")" "asleep
awake" "$what: both lines are there"
is "$(vm_events "$tmp/a.bst")" "QEMU started
machine ready
reset
VM runs
suspended
reset
woken up
shutdown request: guest-shutdown
VM stopped: shutdown
QEMU stopped" "$what: the capture tells of both"

# --- chardevs that are plugged

what="hot plug"
source_vm flood
set --
for n in $(seq 50); do
    set -- "$@" "hmp:chardev-add timestamp,id=x,path=$tmp/b.bst" hmp:chardev-remove\ x
done
wait_for 10 holds "$tmp/a.bst" 1000
is "$(qmp qa "$@" | grep -c '"return": ""')" 100 "$what: 50 come and go while the guest writes"
n=$("$BOOTSTAMP" info "$tmp/a.bst" | sed -n 's/^holds  *\([0-9]*\) .*/\1/p')
wait_for 10 holds "$tmp/a.bst" $((n + 1000))
source_ends
raw_of "$tmp/a.bst" >"$tmp/whole"
like "$(guest_bytes check-flood "$tmp/whole")" 'in order$' "$what: which loses nothing by it"
like "$(vm_events "$tmp/b.bst")" '^QEMU stopped: back end removed$' "$what: the last one's capture says that it was removed"

source_vm serial-20000 -S -chardev null,id=ser -serial chardev:ser
like "$(qmp qa hmp:chardev-remove\ dbg)" "'dbg' is busy" "$what: a chardev in use cannot be removed"
answer=$(qmp qa "hmp:chardev-change ser timestamp,path=$tmp/b.bst")
if "$QEMU" -chardev help 2>/dev/null | grep -q timestamp; then
    like "$answer" '"return": ""' "$what: chardev-change, of a QEMU that has the back end built in"
else
    like "$answer" "chardev-change to it needs a QEMU that was built with it" "$what: chardev-change is refused"
    like "$(qmp qa '{"execute":"chardev-add","arguments":{"id":"q","backend":{"type":"timestamp","data":{}}}}')" \
        "does not accept value 'timestamp'|is not supported" "$what: QMP's chardev-add, whose schema has no such type, too"
    ok "$what: and no capture is made" test ! -e "$tmp/b.bst"
fi
source_ends
is "$(state "$tmp/a.bst")" ended "$what: the capture is ended"
is "$(vm_events "$tmp/a.bst" | tail -n 1)" "QEMU stopped" "$what: a VM that never ran stops with QEMU"
done_testing
