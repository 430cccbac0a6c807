#!/bin/sh
# What the host gave the vCPUs: with a witness in the kernel, and by --clock cpu.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests pattern-200000.rom pattern-2000000.rom spin.rom

export RUN="$BOOTSTAMP run -q --"

# the kernel's own word: the thread that uses most, asked just before QEMU ends
start_rom spin -name guest,debug-threads=on -chardev "timestamp,id=dbg,path=$tmp/f.bst"
sleep 1.5
kill -s STOP "$qemu_pid"
sleep 0.3
witness=$(for task in /proc/"$qemu_pid"/task/*; do
    echo "$(cat "$task/schedstat" 2>/dev/null) $(cat "$task/comm" 2>/dev/null)"
done | grep 'CPU' | sort -n | tail -n 1 | cut -d ' ' -f 1)
kill -s CONT "$qemu_pid"
stop_qemu KILL
told=$("$BOOTSTAMP" export -F json "$tmp/f.bst" | sed -n 's/.*"vcpu_time".*"cpu_ns":\([0-9]*\).*/\1/p' | tail -n 1)
ok "the time on a CPU is the kernel's, to 100 ms ($told, $witness)" \
    test "$witness" -gt 0 -a "$((told - witness))" -gt -100000000 -a "$((told - witness))" -lt 100000000

# A guest that only works, on a CPU that it shares: what is not on the CPU is waiting, but for less than a tenth
if command -v taskset >/dev/null; then
    cpu=$(taskset -cp $$ | sed 's/.*: *//; s/[-,].*//')
    taskset -c "$cpu" sh -c 'while :; do :; done' &
    busy=$!
    RUN="taskset -c $cpu $BOOTSTAMP run -q --" run_rom pattern-2000000 -chardev "timestamp,id=dbg,path=$tmp/busy.bst"
    kill "$busy"
    wait "$busy" 2>/dev/null
    "$BOOTSTAMP" phases "$tmp/busy.bst" | awk '/^vCPUs/ { n = 1 } n && /^  Run / { print int($2 * 1000), int($3 * 1000), int($4 * 1000) }' >"$tmp/out"
    read -r cpu wait idle <"$tmp/out"
    ok "on a shared CPU the rest is waiting (on it $cpu ms, waiting $wait ms, neither $idle ms)" \
        test "$wait" -gt 0 -a $((idle * 10)) -lt $((wait + idle))
else
    skip "on a shared CPU the rest is waiting" "no taskset"
fi

for i in 1 2 3 4 5 6; do
    run_rom pattern-200000 -chardev "timestamp,id=dbg,path=$tmp/boot-$i.bst"
done
"$BOOTSTAMP" phases "$tmp/boot-1.bst" >"$tmp/out"
like "$(cat "$tmp/out")" '^vCPUs \(s\) +On CPU +Waiting +Idle +Stolen$' "phases has a table"
"$BOOTSTAMP" export -F csv --events "$tmp/boot-1.bst" | perl -ne '
    /,vcpu,"","vCPU (\d+): (\d+)\.(\d+) s on a CPU, (\d+)\.(\d+) s waiting/ and print "$1 ", $2 * 1e9 + $3, " ", $4 * 1e9 + $5, "\n"' >"$tmp/csv"
"$BOOTSTAMP" export -F json "$tmp/boot-1.bst" | perl -ne '
    /"vcpu_time".*"vcpu":(\d+),"cpu_ns":(\d+),"wait_ns":(\d+)/ and print "$1 $2 $3\n"' >"$tmp/json"
ok "CSV has the times as JSON has ($(wc -l <"$tmp/csv") rows)" cmp "$tmp/json" "$tmp/csv"
ok "and there are some" test -s "$tmp/csv"
perl -ne '
    $n = 1, next if /^vCPUs/;
    @t = /^(.{24}) +(\S+) +(\S+) +(\S+) +\S+$/ or next;
    # each figure is rounded down to the ms
    if ($n && $t[0] =~ /^  Total/) {
        $less = $t[1] + $t[2] + $t[3] - $total;
        printf "%d\n", $less > -0.0035 && $less < 0.001 * $figures + 0.0005 ? 1 : 0;
    } elsif ($n) { $total += $t[1] + $t[2] + $t[3]; $figures += 3 }
' "$tmp/out" >"$tmp/adds"
is "$(cat "$tmp/adds")" 1 "its rows add up"
"$BOOTSTAMP" stats --clock cpu "$tmp"/boot-*.bst >"$tmp/out"
like "$(cat "$tmp/out")" '^6 captures, cpu clock' "stats --clock cpu"
wall=$("$BOOTSTAMP" stats -F csv "$tmp"/boot-*.bst | sed -n 's/^phase,"Run",6,\([0-9]*\),.*/\1/p')
cpu=$("$BOOTSTAMP" stats -F csv --clock cpu "$tmp"/boot-*.bst | sed -n 's/^phase,"Run",6,\([0-9]*\),.*/\1/p')
ok "a phase has time on a CPU, and not more than there was ($cpu of $wall)" test "$cpu" -gt 1000000 -a "$cpu" -le "$wall"
mkdir "$tmp/a" "$tmp/b"
cp "$tmp"/boot-[123].bst "$tmp/a"
cp "$tmp"/boot-[456].bst "$tmp/b"
"$BOOTSTAMP" diff --undecided pass --fail-over 10000% --clock cpu "$tmp/a" "$tmp/b" >"$tmp/out"
is $? 0 "diff --clock cpu"
like "$(cat "$tmp/out")" '^by the time that vCPUs were on a CPU$' "says so"
"$BOOTSTAMP" phases --clock cpu "$tmp/boot-1.bst" >"$tmp/out" 2>&1
is $? 2 "elsewhere there is no such clock"
perl "$src/tests/cli/boot-capture.pl" "$tmp/old.bst"
"$BOOTSTAMP" stats --clock cpu "$tmp/old.bst" >"$tmp/out" 2>&1
is "$? $(cat "$tmp/out")" "1 bootstamp: $tmp/old.bst: has no CPU times: an older version wrote it, or nothing ran" \
    "a capture without these times"
is "$("$BOOTSTAMP" phases "$tmp/old.bst" | grep -c vCPUs)" 0 "has no table"

done_testing
