#!/bin/sh
# QEMU forks while it writes a capture: its children get neither the mapping nor the descriptor nor the lock, so a
# child that lives longer than QEMU does not make the capture look as if it were being written.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/faults/faults.sh
. "$src/tests/faults/faults.sh"
guest 1999998 flood
gaps=allowed
need_guests flood.rom pattern-1000.rom
RUN="$BOOTSTAMP run -q --"

# A child by migration: it writes its number to $tmp/child and lives on.
child() {
    rm -f "$tmp/child"
    ok "$1: QEMU starts a child" qmp '{"execute":"migrate","arguments":{"uri":"exec:echo $$ >'"$tmp/child"'; exec sleep 60"}}'
    wait_for 10 test -s "$tmp/child"
    child=$(cat "$tmp/child")
    wait_for 10 grep -q sleep "/proc/$child/comm"
    ok "$1: it has no mapping of the capture" sh -c "! grep -F '$cap' /proc/$child/maps"
    ok "$1: and no descriptor of it" sh -c "! ls -l /proc/$child/fd | grep -F '$cap'"
}

what="a child while the guest writes"
begin -qmp "unix:$tmp/qmp,server=on,wait=off"
child "$what"
finish "$what"
account "$what"
kill "$child"

what="a child that outlives a killed QEMU"
rm -f "$cap"
start_rom flood -chardev "timestamp,id=dbg,path=$cap" -qmp "unix:$tmp/qmp,server=on,wait=off"
wait_for 10 sh -c "'$BOOTSTAMP' info '$cap' 2>/dev/null | grep -q '^holds  *[1-9]'"
child "$what"
stop_qemu KILL
ok "$what: it does" kill -0 "$child"
like "$("$BOOTSTAMP" info "$cap")" '^state +killed: QEMU ended without closing' "$what: the capture is nobody's"
run_rom pattern-1000 -chardev "timestamp,id=dbg,path=$cap,append=on"
is $? 0 "$what: another QEMU can go on in it"
kill "$child"

what="the script of a network interface"
if [ -w /dev/net/tun ] && ip tuntap add help 2>&1 | grep -q tuntap && unshare -n true 2>/dev/null; then
    printf '#!/bin/sh\nls -l /proc/self/fd >%s\ngrep -c . /proc/self/maps >>%s\nsleep 60 >/dev/null 2>&1 &\necho $! >%s\n' \
        "$tmp/script.log" "$tmp/script.log" "$tmp/child" >"$tmp/script"
    chmod 755 "$tmp/script"
    RUN="unshare -n $RUN" whole "$what" -netdev "tap,id=n,ifname=bootstamp0,script=$tmp/script,downscript=no"
    account "$what"
    ok "$what: it had no descriptor of the capture" sh -c "! grep -F '$cap' '$tmp/script.log'"
    ok "$what: its own child lives on" kill -0 "$(cat "$tmp/child")"
    kill "$(cat "$tmp/child")"
else
    skip "$what" "no /dev/net/tun, or no network namespace"
fi

done_testing
