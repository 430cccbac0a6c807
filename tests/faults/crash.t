#!/bin/sh
# QEMU ends without a word: abort(), a crash, a signal that it chains; or with one, by a device's exit().  What it
# wrote until then is whole, and at exit() the loss is in the records as well.  (kill -9: kill9.t.)
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/faults/faults.sh
. "$src/tests/faults/faults.sh"
need_guests flood.rom pattern-200000.rom reset-9.rom
RUN="$BOOTSTAMP run -q --"
log=$tmp/log
# shellcheck disable=SC3045
ulimit -c 0

# QEMU's own log has a byte when our chr_write() has returned: the capture holds all of it, and at most one more.
for signal in ABRT:134 SEGV:139 BUS:135 ILL:132; do
    status=${signal#*:} signal=${signal%:*}
    what="SIG$signal"
    rm -f "$cap" "$log"
    start_rom flood -chardev "timestamp,id=dbg,path=$cap,logfile=$log" || break
    wait_for 10 test -s "$log"
    sleep 0.2
    stop_qemu "$signal"
    is $? "$status" "$what: QEMU dies of it"
    ok "$what: the capture opens" sh -c "'$BOOTSTAMP' info '$cap' >'$tmp/info'"
    like "$(cat "$tmp/info")" '^state +killed: QEMU ended without closing' "$what: it says so"
    ok "$what: nothing is torn" sh -c "! grep ^damage '$tmp/info'"
    "$BOOTSTAMP" export --format raw -o "$tmp/raw" "$cap"
    more=$(($(wc -c <"$tmp/raw") - $(wc -c <"$log")))
    ok "$what: every byte is there but at most the one in flight ($more)" test $more -ge 0 -a $more -le 1
    ok "$what: they are the guest's" cmp -n "$(wc -c <"$log")" "$tmp/raw" "$log"
done

# exit() in the vCPU's thread, with the capture full
what="exit() by a device"
N=200000
guest_bytes pattern $N >"$tmp/want"
rm -f "$cap"
MACHINE=isapc run_rom pattern-$N -chardev "file,id=next,path=$next" \
    -chardev "timestamp,id=dbg,path=$cap,size=64K,chardev=next"
is $? 1 "$what: QEMU ends by it"
ok "$what: what chardev= passes on is whole" cmp "$tmp/want" "$next"
account "$what"
like "$("$BOOTSTAMP" export --events "$cap" | grep -a ' lost up to here' | tail -n 1)" " $lost bytes and .* lost up to here" \
    "$what: a record tells the loss"

# The guest resets the machine again and again.
what="resets"
rm -f "$cap"
run_rom reset-9 -chardev "timestamp,id=dbg,path=$cap"
is $? 0 "$what: the guest ends"
is "$("$BOOTSTAMP" export --format raw "$cap")" "$(seq -f 'boot %g' 9)" "$what: each boot is there"
is "$("$BOOTSTAMP" export --events "$cap" | grep -c -e '-- reset')" 9 "$what: so is each reset"
done_testing
