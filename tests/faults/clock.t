#!/bin/sh
# The host's clocks are set while the guest writes.  The wall clock changes nothing: stamps are by CLOCK_MONOTONIC.
# And that one is made to jump by days, as for a VM that was paused so long or runs for 72 hours: beyond 48 bits
# of nanoseconds (78 hours) every stamp is still right and none goes back.
#
# HOURS (80) to simulate while bytes come, in steps of an hour.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/faults/faults.sh
. "$src/tests/faults/faults.sh"
HOURS=${HOURS:-80}
guest 1999998 flood
gaps=allowed
need_guests flood.rom
compile -std=gnu11 -Wall -O2 -shared -fPIC -o "$tmp/shim.so" "$src/tests/faults/clock-shim.c" -ldl 2>"$tmp/cc.log" ||
    skip_all "cannot compile clock-shim.c: $(head -n 1 "$tmp/cc.log")"
# As the module itself is loaded: before QEMU, not into the program that starts it
RUN="$BOOTSTAMP run -q -- env LD_PRELOAD=$tmp/shim.so:$build/chardev-timestamp.so"
CLOCK_SHIM=$tmp/offsets
export CLOCK_SHIM

# clocks WALL MONOTONIC: seconds more than the host's from now on
clocks() {
    perl -e 'print pack "q2", map { $_ * 1e9 } @ARGV' -- "$1" "$2" | dd of="$CLOCK_SHIM" conv=notrunc status=none
}

# stamps: first, last and largest step between two stamps of guest bytes in seconds; none goes back
stamps() {
    "$BOOTSTAMP" export --format bytes "$cap" | awk '
        NR == 1 { first = last = $1 }
        $1 < last { bad++ }
        $1 - last > gap { gap = $1 - last }
        { last = $1 }
        END { printf "%d %d %d %d\n", first / 1e9, last / 1e9, gap / 1e9, bad }'
}

# --- the wall clock

clocks 0 0
begin
for step in 3600 -7200 315360000 -315360000 0; do clocks "$step" 0 && sleep 0.05; done
what="wall clock set while the guest writes"
finish "$what"
account "$what"
# shellcheck disable=SC2046
set -- $(stamps)
ok "$what: stamps within the run ($*)" test "$2" -lt 60 -a "$4" -eq 0

# --- paused for days

what="paused for 100 days"
clocks 0 0
begin -qmp "unix:$tmp/qmp,server=on,wait=off"
ok "$what: it stops" qmp stop
clocks 8640000 8640000
sleep 1.2
ok "$what: and goes on" qmp cont
finish "$what"
account "$what"
# shellcheck disable=SC2046
set -- $(stamps)
is "$((($2 - $1) / 60)) $(($3 / 60)) $4" "144000 144000 0" "$what: the stamps say so ($*)"
like "$("$BOOTSTAMP" export --events "$cap" | grep -a -e '-- VM runs')" '^ *86400[0-9][0-9]\.' "$what: so do the events"

# --- days of bytes

what="$HOURS hours of bytes"
clocks 0 0
rm -f "$cap"
# Without the timer chip: QEMU would make up for each of its ticks, 65,000 an hour, before the guest may go on
MACHINE=pc,pit=off start_rom flood -chardev "timestamp,id=dbg,path=$cap"
wait_for 10 sh -c "'$BOOTSTAMP' info '$cap' 2>/dev/null | grep -q '^holds  *[1-9]'" || diag "no byte came"
hour=0
while [ $hour -lt "$HOURS" ]; do
    hour=$((hour + 1))
    clocks 0 $((hour * 3600))
    sleep 0.05
done
stop_qemu TERM
like "$("$BOOTSTAMP" info "$cap")" '^state +ended$' "$what: it ended in good order"
"$BOOTSTAMP" export --format raw -o "$tmp/raw" "$cap"
ok "$what: each byte is there, or told to be lost" guest_bytes check-gaps "$tmp/raw" \
    "$("$BOOTSTAMP" export --events "$cap" | grep -a -c ' lost up to here')"
# shellcheck disable=SC2046
set -- $(stamps)
ok "$what: the stamps say so ($*)" test $(($2 / 3600)) -eq "$HOURS" -a "$4" -eq 0
diag "$what: $(wc -c <"$tmp/raw") bytes; first, last, largest step in seconds, backward steps: $*"
done_testing
