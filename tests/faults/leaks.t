#!/bin/sh
# Nothing is left behind by boot after boot: descriptors, mappings, threads and files of QEMU over resets of the
# machine and back ends that come and go, and of `bootstamp run -n` over boots.
# BOOTS (20) of each; tests/slow has 1,000.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
BOOTS=${BOOTS:-20}
QEMU_TIMEOUT=1000
need_guests halt.rom pattern-1000.rom
RUN="$BOOTSTAMP run -q --"
cap=$tmp/capture.bst
qmp() { perl "$src/tests/faults/qmp.pl" "$tmp/qmp" "$@" >>"$tmp/qmp.log" 2>&1; }

each() {
    for file; do "$BOOTSTAMP" info "$file"; done
}

# held PID: descriptors, mappings of files, threads.  (QEMU's worker threads come and go: those with a name of ours.)
held() {
    printf '%s descriptors, %s mappings, %s threads\n' "$(find "/proc/$1/fd" -type l | wc -l)" \
        "$(grep -c / "/proc/$1/maps")" "$(cat "/proc/$1/task"/*/comm | grep -c -v '^qemu-system')"
}

# holds_still NAME: as much as $before; a connection may need a moment to go
holds_still() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        now=$(held "$qemu_pid")
        [ "$now" != "$before" ] || break
        sleep 0.2
    done
    is "$now" "$before" "$1 ($before)"
}

# --- the machine is reset

what="resets"
start_rom halt -chardev "timestamp,id=dbg,path=$cap" -name g,debug-threads=on -qmp "unix:$tmp/qmp,server=on,wait=off"
wait_for 10 sh -c "'$BOOTSTAMP' info '$cap' 2>/dev/null | grep -q '^holds  *[1-9]'"
qmp '10*system_reset'
sleep 0.5
before=$(held "$qemu_pid")
ok "$what: $BOOTS more" qmp "$BOOTS*system_reset"
holds_still "$what: nothing more is held"

# --- back ends come and go

what="back ends"
set --
for n in $(seq "$BOOTS"); do
    set -- "$@" "hmp:chardev-add timestamp,id=x,path=$tmp/$((n % 10)).bst" hmp:chardev-remove\ x
done
: >"$tmp/qmp.log"
ok "$what: $BOOTS come and go" qmp "$@"
is "$(grep -c '"return": ""' "$tmp/qmp.log")" $((2 * BOOTS)) "$what: none is refused"
holds_still "$what: nothing more is held"
is "$(find "$tmp" -name '[0-9].bst' | wc -l)" 10 "$what: their captures are there"
is "$(each "$tmp"/[0-9].bst | grep -c '^state  *ended$')" 10 "$what: and ended"
stop_qemu TERM
is "$("$BOOTSTAMP" export --events "$cap" | grep -a -c -e '-- reset')" $((BOOTS + 11)) "$what: each reset is in the capture"
rm -f "$tmp"/*.bst

# --- boot after boot

what="run -n $BOOTS"
mkdir "$tmp/set"
"$BOOTSTAMP" run -n "$BOOTS" -c "$tmp/set" -- "$QEMU" -M pc -accel tcg -m 32 -no-user-config -nodefaults \
    -display none -bios "$guests/pattern-1000.rom" </dev/null >"$tmp/run.log" 2>&1 &
runner=$!
wait_for 30 sh -c "[ \$(ls '$tmp/set' | wc -l) -gt 5 ]"
early=$(held $runner)
wait_for 900 sh -c "[ \$(ls '$tmp/set' | wc -l) -ge $((BOOTS - 2)) ] || ! kill -0 $runner 2>/dev/null"
late=$(held $runner)
wait $runner
is $? 0 "$what: all boot"
is "$late" "$early" "$what: the runner holds no more at the end ($early)"
is "$(find "$tmp/set" -type f | wc -l)" "$BOOTS" "$what: a capture of each, and no other file"
is "$(each "$tmp/set"/*.bst | grep -c '^holds  *1000 bytes')" "$BOOTS" "$what: each is whole"
is "$("$BOOTSTAMP" list "$tmp/set" 2>/dev/null | grep -c -i live)" 0 "$what: none is live"
done_testing
