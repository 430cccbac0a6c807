#!/bin/sh
# kill -9 of QEMU at random instants: every capture opens, no record is torn, and every byte is there but
# at most the one in flight.  The witness is QEMU's own logfile= of the same back end: QEMU writes a byte
# there when our chr_write() has returned, so the capture holds all of the log and at most one byte more.
#
# KILLS (50) and SEED (of the day; printed) can be given.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests flood.rom

KILLS=${KILLS:-50}
SEED=${SEED:-$(date +%Y%m%d%H%M%S)}
diag "$KILLS kills, SEED=$SEED"
# Delays after the first byte, in seconds, 0.02 to 0.3; QEMU's own start comes before.
delays=$(perl -e 'srand shift; printf "%.4f\n", 0.02 + rand 0.28 for 1 .. shift' "$SEED" "$KILLS")

RUN="$BOOTSTAMP run -q --"
cap=$tmp/capture.bst log=$tmp/log raw=$tmp/raw
opened=0 killed=0 whole=0 flood=0 complete=0 ahead=0 bytes=0 n=0

# info FIELD: the words behind it
info() { sed -n "s/^$1  *//p" "$tmp/info"; }

# count VARIABLE COMMAND...: one more if the command succeeds, else tell which kill it was
count() {
    counter=$1
    shift
    if "$@" >>"$tmp/why" 2>&1; then
        eval "$counter=\$(($counter + 1))"
    else
        diag "kill $n after $delay s: no $counter: $*"
        tail -n 3 "$tmp/why" >&2
    fi
}

for delay in $delays; do
    n=$((n + 1))
    rm -f "$cap" "$log"
    start_rom flood -chardev "timestamp,id=dbg,path=$cap,logfile=$log" || break
    wait_for 10 test -s "$log" || diag "no byte came"
    sleep "$delay"
    stop_qemu KILL

    count opened sh -c "'$BOOTSTAMP' info '$cap' >'$tmp/info'"
    count killed test "$(info state | cut -d: -f1)" = "killed"
    count whole in_flight "$cap"
    "$BOOTSTAMP" export --format raw -o "$raw" "$cap" || continue
    count flood guest_bytes check-flood "$raw"
    got=$(wc -c <"$raw") logged=$(wc -c <"$log")
    lost=$(info lost | sed 's/ bytes.*//')
    count complete sh -c "test $lost = 0 && test $((got - logged)) -ge 0 && test $((got - logged)) -le 1"
    ahead=$((ahead + got - logged)) bytes=$((bytes + got))
done

# Without the log the guest runs at full speed, and the capture grows under it.  A byte lost leaves a gap.
fast=0 fast_bytes=0
check_fast() {
    "$BOOTSTAMP" info "$cap" >"$tmp/info" || return
    "$BOOTSTAMP" export --format raw -o "$raw" "$cap" || return
    in_flight "$cap" || return
    case $(info lost) in
    "0 bytes"*) guest_bytes check-flood "$raw" ;;
    *) diag "after $delay s: lost $(info lost)" ;;
    esac
}
for delay in 0.05 0.1 0.2 0.3 0.4; do
    rm -f "$cap"
    start_rom flood -chardev "timestamp,id=dbg,path=$cap" || break
    wait_for 10 sh -c "'$BOOTSTAMP' info '$cap' 2>/dev/null | grep -q '^holds  *[1-9]'" || diag "no byte came"
    sleep "$delay"
    stop_qemu KILL
    if check_fast >"$tmp/why" 2>&1; then
        fast=$((fast + 1))
    else
        diag "after $delay s: $(cat "$tmp/why")"
    fi
    fast_bytes=$((fast_bytes + $(wc -c <"$raw")))
done
diag "at full speed: $fast_bytes bytes in $fast captures"

diag "$bytes bytes in $n captures; $ahead of them had a byte in flight"
is $n "$KILLS" "QEMU was killed $KILLS times"
is $opened "$KILLS" "every capture opens"
is $killed "$KILLS" "each says that its QEMU was killed"
is $whole "$KILLS" "no record is torn"
is $flood "$KILLS" "each is a beginning of what the guest wrote"
is $complete "$KILLS" "each holds every byte but at most the one in flight"
is $fast 5 "at full speed each is a whole beginning too"
done_testing
