#!/bin/sh
# bootstamp stats and diff, on boots whose figures are known.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

make_boot() { perl "$src/tests/cli/boot-capture.pl" "$@" || exit; }

# BIOS post: 2 4 4 4 5 5 7 9 times 10 ms: mean 50, sample sd sqrt(32/7) * 10, median 45
mkdir "$tmp/a" "$tmp/b" "$tmp/same" "$tmp/empty"
n=0
for ms in 20 40 40 40 50 50 70 90; do
    n=$((n + 1))
    make_boot "$tmp/a/boot-$n.bst" post=$ms line='Searching bootorder for: 7'
    make_boot "$tmp/b/boot-$n.bst" post=$((ms + 60)) line='Searching bootorder for: 9' line='New in b'
    make_boot "$tmp/same/boot-$n.bst" post=$((110 - ms)) line='Searching bootorder for: 1'
done

# --- stats

"$BOOTSTAMP" stats "$tmp/a" >"$tmp/out" 2>&1
is $? 0 "stats of a folder"
like "$(cat "$tmp/out")" '^8 captures, host clock' "it counts the captures"
is "$(grep '^BIOS post' "$tmp/out" | head -n 1 | tr -s ' ')" "BIOS post 8 45.000 20.000 90.000 50.000 21.381 20.000 90.000" \
    "median, its 95% interval, mean, sample standard deviation, minimum, maximum"
is "$(grep '^Total' "$tmp/out" | head -n 1 | tr -s ' ')" "Total 8 630.000 605.000 675.000 635.000 21.381 605.000 675.000" "the total"
is "$(sed -n '/^Outliers/,/^$/p' "$tmp/out" | grep '^BIOS post' | tr -s ' ')" "BIOS post 90.000 $tmp/a/boot-8.bst" \
    "an outlier by 1.5 IQR, with its capture"
is "$(sed -n '/^Total (ms)/,/^Slowest/{/^Slowest/d;p}' "$tmp/out" | awk 'NR > 1 && NF {n += $2} END {print n}')" 8 "the histogram holds all"
like "$(sed -n '/^Slowest lines by total/,/^$/p' "$tmp/out" | sed -n 3p | tr -s ' ')" \
    '400.000 90.000 8 enter handle_#: at #' "the slowest line, numbers left out"
"$BOOTSTAMP" stats --until 'BIOS boot OS' "$tmp/a" >"$tmp/out" 2>&1
is "$(grep '^Total' "$tmp/out" | head -n 1 | tr -s ' ' | cut -d ' ' -f 2,3,6)" "8 125.000 130.000" "a boot up to a milestone"
is "$(grep -c '^LinuxBoot' "$tmp/out")" 0 "and no phase behind it"
like "$("$BOOTSTAMP" stats "$tmp/a/boot-1.bst")" 'BIOS post +1 +20.000 +- +- +20.000 +- ' "one capture has no deviation"
if command -v jq >/dev/null; then
    is "$("$BOOTSTAMP" stats -F json "$tmp/a" | jq -r '.measures[] | select(.name == "BIOS post") |
        "\(.n) \(.mean_ns + 0) \(.median_ns + 0) \(.sd_ns * 1000 | round) \(.values | length) \(.values[7].outlier)"')" \
        "8 50000000 45000000 21380899353 8 true" "--format json"
    is "$("$BOOTSTAMP" stats -F json "$tmp/a/boot-1.bst" | jq -r '.measures[0].sd_ns')" null "json: what is not defined is null"
    is "$("$BOOTSTAMP" stats -F json --lines 1 "$tmp/a" | jq -r '.slowest_lines[].text')" 'enter handle_#: at #' "--lines"
fi
is "$("$BOOTSTAMP" stats -F csv "$tmp/a" | grep '^phase,"BIOS post"' | tr -d '\r')" \
    'phase,"BIOS post",8,45000000,20000000,90000000,50000000,21380899,20000000,90000000,,,,0' "--format csv"
"$BOOTSTAMP" stats "$tmp/empty" >"$tmp/out" 2>&1
is "$? $(cat "$tmp/out")" "1 bootstamp: $tmp/empty: has no capture: no *.bst file" "an empty folder"
for bad in '--format xml' '--clock none' '--until nothing' '--lines -1'; do
    # shellcheck disable=SC2086
    "$BOOTSTAMP" stats $bad "$tmp/a" >"$tmp/out" 2>&1
    is $? 2 "stats $bad is a usage error"
done

# --- diff

"$BOOTSTAMP" diff "$tmp/a" "$tmp/a" >"$tmp/out" 2>&1
is $? 3 "a set beside itself, of boots that vary by much more than the threshold"
is "$(awk '/^Median/ { in_table = 1 } /^$/ && n++ { in_table = 0 } in_table && / \+[0-9.]*[1-9][0-9.]* +\+[0-9.]+ +/' "$tmp/out" |
    grep -c SLOWER)" 0 "it is not slower"
"$BOOTSTAMP" diff --fail-over 60% "$tmp/a" "$tmp/a" >"$tmp/out" 2>&1
is $? 0 "a set beside itself"
is "$(grep -c -E '^[A-Z].*[0-9] +\+0.000 ' "$tmp/out")" 9 "every shift is nothing"
"$BOOTSTAMP" diff "$tmp/a" "$tmp/b" >"$tmp/out" 2>&1
is $? 1 "60 ms more in one phase: slower"
# 60 of the 64 differences are above 0, the middle one is 60: rank sums of 16 choose 8 = 12870 ways
like "$(grep '^BIOS post' "$tmp/out" | tr -s ' ')" '^BIOS post 45.000 105.000 \+60.000 \+133.3 \+88.9 \+177.8 0.000[0-9]+ SLOWER$' "which, and by how much"
is "$(grep -c SLOWER "$tmp/out")" 2 "that phase and the total alone"
like "$(cat "$tmp/out")" '^slower: 2 of 10 by more than 5% and 1 ms' "the verdict"
like "$(sed -n '/^Lines of one side/,$p' "$tmp/out")" '^\+ New in b$' "a line of one side alone"
is "$(grep -c 'Searching' "$tmp/out")" 0 "numbers in the text do not matter"
like "$(sed -n '/^Slower lines/,/^$/p' "$tmp/out")" 'enter handle_#' "a slower line"
"$BOOTSTAMP" diff "$tmp/b" "$tmp/a" >"$tmp/out" 2>&1
is $? 0 "faster is within"
like "$(sed -n '/^Faster lines/,/^$/p' "$tmp/out")" 'enter handle_#' "a faster line"
"$BOOTSTAMP" diff "$tmp/a" "$tmp/same" >"$tmp/out" 2>&1
is $? 3 "20% more, perhaps by chance: it cannot tell"
like "$(grep '^BIOS post' "$tmp/out" | tr -s ' ')" '^BIOS post 45.000 65.000 .* cannot tell \(try [0-9]+ boots\)$' "of that phase, with how many boots would do"
like "$(tail -n 2 "$tmp/out")" '^cannot tell: 0 of 10 slower by more than 5% and 1 ms' "and says so at the end"
like "$(tail -n 2 "$tmp/out")" '^1 cannot be told from so few boots: about [0-9]+ a side would probably do$' "once more with the number of boots"
for way in 'pass 0' 'fail 1'; do
    "$BOOTSTAMP" diff --undecided "${way% *}" "$tmp/a" "$tmp/same" >"$tmp/out" 2>&1
    is $? "${way#* }" "--undecided ${way% *}"
done
"$BOOTSTAMP" diff --bisect "$tmp/a" "$tmp/same" >"$tmp/out" 2>&1
is $? 125 "--bisect: skip this commit"
"$BOOTSTAMP" diff --bisect "$tmp/a" "$tmp/b" >"$tmp/out" 2>&1
is $? 1 "--bisect: bad"
"$BOOTSTAMP" diff --bisect "$tmp/a" "$tmp/none.bst" >"$tmp/out" 2>&1
is $? 125 "--bisect: an error is no verdict"
"$BOOTSTAMP" diff --paired "$tmp/a" "$tmp/b" >"$tmp/out" 2>&1
is $? 1 "--paired"
# All eight pairs are 60 ms apart: 1 of 256 ways
like "$(grep '^BIOS post' "$tmp/out" | tr -s ' ')" '^BIOS post 45.000 105.000 \+60.000 \+133.3 \+133.3 \+133.3 0.0039 SLOWER$' "signed ranks of the pairs"
"$BOOTSTAMP" diff --paired "$tmp/a" "$tmp/a/boot-1.bst" >"$tmp/out" 2>&1
is "$? $(cat "$tmp/out")" "2 bootstamp: diff: --paired: A has 8 captures and B has 1" "pairs of different numbers"
"$BOOTSTAMP" diff "$tmp/a/boot-4.bst" "$tmp/a/boot-5.bst" >"$tmp/out" 2>&1
is $? 3 "single captures say nothing about chance"
"$BOOTSTAMP" diff --ignore-under 20 "$tmp/a/boot-4.bst" "$tmp/a/boot-5.bst" >"$tmp/out" 2>&1
is $? 0 "--ignore-under"
"$BOOTSTAMP" diff --fail-over 200% "$tmp/a" "$tmp/b" >"$tmp/out" 2>&1
is $? 0 "--fail-over"

# --- what phases were spent on

mkdir "$tmp/causes" "$tmp/more"
for i in 1 2 3 4 5 6 7 8; do
    make_boot "$tmp/causes/boot-$i.bst" disk=$((50 + i)) talk=$((10 + i)) initcall=$((2 + i / 8)) start=$((10 + i))
    make_boot "$tmp/more/boot-$i.bst" disk=$((90 + i)) talk=$((10 + i)) initcall=$((30 + i)) start=$((20 + i))
done
"$BOOTSTAMP" stats -F csv "$tmp/causes" | tr -d '\r' | cut -d , -f 1-4 | grep -E '^(start|disk|talk|initcall)' >"$tmp/out"
is "$(cat "$tmp/out")" 'start,"VM runs",8,35500000
start,"machine ready",8,14500000
disk,"virtio0",8,54500000
talk,"dbg",8,14500000' "stages of QEMU's start, reads and talking are measures, and an initcall of 3 ms is too short for one"
like "$("$BOOTSTAMP" stats "$tmp/more")" '^initcall slow_init +8 +34.500 ' "a long one is"
"$BOOTSTAMP" diff "$tmp/causes" "$tmp/more" >"$tmp/out"
is $? 1 "and fails a comparison"
is "$(sed -n -E 's/^(.*machine ready|reads of \w+|talking on \w+|initcall \w+) .*(SLOWER|cannot tell).*/\1: \2/p' "$tmp/out")" \
    "QEMU's start: machine ready: SLOWER
reads of virtio0: SLOWER
talking on dbg: cannot tell
initcall slow_init: SLOWER" "also where it was too short before"
is "$("$BOOTSTAMP" stats --budget "QEMU's start: machine ready<=30ms" --budget 'reads of virtio0<=50ms' --budget 'initcall slow_init<=1s' "$tmp/more" |
    grep '^budget' | tr -s ' ')" "budget QEMU's start: machine ready<=30ms: 24.500 ms, kept
budget reads of virtio0<=50ms: 94.500 ms, BROKEN
budget initcall slow_init<=1s: 34.500 ms, kept" "a budget names them as the table does"
"$BOOTSTAMP" diff --until 'BIOS boot OS' "$tmp/a" "$tmp/causes" >"$tmp/out"
like "$(cat "$tmp/out")" '^reads of virtio0: in 0 of 8 boots of A, 8 of 8 of B$' "reads of one side alone are named"

# --- by the time on a CPU

mkdir "$tmp/busy" "$tmp/idle"
for i in 1 2 3 4 5 6 7 8; do
    make_boot "$tmp/idle/boot-$i.bst" post=$((100 + i)) cpu=100
    make_boot "$tmp/busy/boot-$i.bst" post=$((200 + 2 * i)) cpu=50
done
"$BOOTSTAMP" stats "$tmp/busy" >"$tmp/out"
# 200 + 2 i ms, of which half on a CPU, a quarter waiting and a quarter neither
is "$(sed -n '/^Slowest lines by total/,/^$/p' "$tmp/out" | sed -n '2,3p' | tr -s ' ')" ' Total Worst Count On CPU Waiting Idle
 1672.000 216.000 8 836.000 418.000 418.000 enter handle_#: at #' "stats says what the vCPUs did before a slow line"
"$BOOTSTAMP" stats --clock cpu "$tmp/busy" >"$tmp/out"
like "$(sed -n '/^Slowest lines by total/,/^$/p' "$tmp/out" | tr -s ' ')" '^ 836.000 108.000 8 836.000 418.000 418.000 enter' \
    "--clock cpu: a line by that time"
"$BOOTSTAMP" diff "$tmp/idle" "$tmp/busy" >"$tmp/out"
is "$? $(grep -c 'enter handle' "$tmp/out")" "1 1" "boots that waited for CPUs are slower, and a line of them"
"$BOOTSTAMP" diff --clock cpu "$tmp/idle" "$tmp/busy" >"$tmp/out"
is "$? $(grep -c 'enter handle' "$tmp/out")" "0 0" "not by the time on a CPU, in phases and in lines"

# --- missing is not good

mkdir "$tmp/panics" "$tmp/some" "$tmp/gave-up"
for i in 1 2 3 4 5 6 7 8; do
    make_boot "$tmp/panics/boot-$i.bst" post=50 stops=boot
    cp "$tmp/a/boot-$i.bst" "$tmp/some/"
done
make_boot "$tmp/some/boot-8.bst" post=50 stops=boot
M='LinuxBoot boot OS'
"$BOOTSTAMP" diff --until "$M" "$tmp/a" "$tmp/panics" >"$tmp/out" 2>&1
is $? 1 "B does not get to the milestone"
like "$(cat "$tmp/out")" "^$M: in 8 of 8 boots of A, 0 of 8 of B  MISSING$" "and that is said"
is "$(grep -c '^Total  ' "$tmp/out")" 0 "there is no total"
"$BOOTSTAMP" diff "$tmp/a" "$tmp/panics" >"$tmp/out" 2>&1
is $? 1 "the same without --until"
"$BOOTSTAMP" diff "$tmp/a" "$tmp/some" >"$tmp/out" 2>&1
is $? 1 "one boot of B does not get to the milestone"
like "$(cat "$tmp/out")" "^  without it: $tmp/some/boot-8.bst$" "it is named"
for i in 1 2 3 4 5 6 7 8; do
    make_boot "$tmp/gave-up/boot-$i.bst" panic=1
done
"$BOOTSTAMP" diff --undecided pass "$tmp/a" "$tmp/gave-up" >"$tmp/out" 2>&1
is $? 1 "B gets everywhere, and panics"
like "$(cat "$tmp/out")" "^Panic: in 0 of 8 boots of A, 8 of 8 of B  FAILED$" "and that is said"
"$BOOTSTAMP" diff --undecided pass "$tmp/gave-up" "$tmp/a" >"$tmp/out" 2>&1
is $? 0 "one panic less is no fault"
"$BOOTSTAMP" diff --until "$M" "$tmp/panics" "$tmp/panics" >"$tmp/out" 2>&1
is $? 2 "nobody gets to the milestone: no verdict"
like "$(tail -n 1 "$tmp/out")" "^error: A does not reach '$M' in every boot" "for that reason"
"$BOOTSTAMP" diff --until "$M" "$tmp/some" "$tmp/a" >"$tmp/out" 2>&1
is $? 2 "one boot of A does not"
"$BOOTSTAMP" diff "$tmp/panics" "$tmp/a" >"$tmp/out" 2>&1
like "$(cat "$tmp/out")" "^copy of kernel: in 0 of 8 boots of A, 8 of 8 of B$" "a copy that B alone has is a finding"
"$BOOTSTAMP" stats --until "$M" "$tmp/some" >"$tmp/out" 2>&1
is $? 1 "stats --until: a capture without it is an error"
like "$(cat "$tmp/out")" "^no Total, '$M' was not reached: $tmp/some/boot-8.bst$" "and named"
like "$(grep '^Total' "$tmp/out" | head -n 1 | tr -s ' ')" '^Total 7 ' "the others are not averaged with it"
"$BOOTSTAMP" stats "$tmp/some" >"$tmp/out" 2>&1
like "$(grep '^Total' "$tmp/out" | head -n 1 | tr -s ' ')" '^Total 7 ' "the same without --until"
if command -v jq >/dev/null; then
    is "$("$BOOTSTAMP" diff -F json "$tmp/a" "$tmp/some" | jq -r '"\(.verdict) \(.exit_status) \([.missing[] | select(.fails) | .name] | join(",")) \(.missing[0].lacking_b[0])"')" \
        "slower 1 LinuxBoot copy kernel,$M,Shutdown request,Stop $tmp/some/boot-8.bst" "in JSON too"
fi

# What the host did to end QEMU, 250 ms after the milestone, is of no phase
mkdir "$tmp/ended" "$tmp/later"
for i in 1 2 3 4 5; do
    make_boot "$tmp/ended/boot-$i.bst" post=50 guest=250 cause=host-signal
    make_boot "$tmp/later/boot-$i.bst" post=50 guest=900 cause=host-signal
done
"$BOOTSTAMP" diff "$tmp/ended" "$tmp/later" >"$tmp/out" 2>&1
is $? 0 "when the host ended QEMU does not matter"
is "$(grep -c '^LinuxBoot boot OS \|^Shutdown' "$tmp/out")" 0 "it is no phase"
like "$(cat "$tmp/out")" '^Total is up to LinuxBoot boot OS$' "the boot ends before it"
like "$("$BOOTSTAMP" phases "$tmp/ended/boot-1.bst")" '^Shutdown request .*host-signal' "it is in the capture all the same"

# A thirty-fold regression, in one of several phases that vary
mkdir "$tmp/fast" "$tmp/slow"
set -- 54 61 58 226 75
i=0
for ms in 1.4 2.2 1.9 7 3.1; do
    i=$((i + 1))
    make_boot "$tmp/fast/boot-$i.bst" post=$((100 + i * 7 % 5)) boot=$((20 + i * 3 % 5)) guest=$((500 + i * 11 % 7)) copy=$ms
    make_boot "$tmp/slow/boot-$i.bst" post=$((101 + i * 3 % 5)) boot=$((21 + i * 2 % 5)) guest=$((501 + i * 4 % 7)) copy="$1"
    shift
done
"$BOOTSTAMP" diff "$tmp/fast" "$tmp/slow" >"$tmp/out" 2>&1
is $? 1 "thirty times as slow, one outlier, five boots a side"
like "$(grep '^copy of kernel' "$tmp/out")" 'SLOWER$' "that copy"

# --- budgets

"$BOOTSTAMP" stats --budget 'Total<=0.7s' --budget 'copy of kernel <= 4000us' --budget 'max BIOS post<=90ms' "$tmp/a" >"$tmp/out"
is "$? $(grep -c '^budget .*, kept$' "$tmp/out")" "0 3" "budgets that are kept"
"$BOOTSTAMP" stats --budget 'p90 BIOS post<=50ms' "$tmp/a" >"$tmp/out"
is "$? $(grep '^budget' "$tmp/out")" "1 budget p90 BIOS post<=50ms: 76.000 ms, BROKEN" "one that is not"
"$BOOTSTAMP" stats --budget "$M<=1s" "$tmp/some" >"$tmp/out"
is "$? $(grep '^budget' "$tmp/out")" "1 budget $M<=1s: 500.000 ms, BROKEN (1 boot without it)" "a boot that lacks the phase breaks it"
"$BOOTSTAMP" diff --undecided pass --budget 'Total<=0.65s' "$tmp/a" "$tmp/a" >"$tmp/out"
is $? 0 "diff: a budget of B that is kept"
"$BOOTSTAMP" diff --undecided pass --budget 'Total<=0.62s' "$tmp/a" "$tmp/a" >"$tmp/out"
is $? 1 "and one that is not"
for bad in 'Total<1s' 'Total<=' 'Total<=1' 'Total<=-1s' '<=1s' 'Total<=1min'; do
    "$BOOTSTAMP" stats --budget "$bad" "$tmp/a" >"$tmp/out" 2>&1
    is $? 2 "--budget '$bad' is a usage error"
done

# --- percentiles, with the boots that carry them

mkdir "$tmp/many"
i=0
while [ $i -lt 20 ]; do
    i=$((i + 1))
    make_boot "$tmp/many/boot-$(printf %02d $i).bst" post=$((i * 10))
done
is "$("$BOOTSTAMP" stats "$tmp/many" | sed -n '/^Percentiles/,/^$/p' | grep '^BIOS post' | tr -s ' ')" \
    "BIOS post 20 181.000 2 190.500 1 - -" "90% and 95% of twenty boots, but no 99%"
is "$("$BOOTSTAMP" stats "$tmp/a" | grep -c '^Percentiles')" 0 "none of eight"
if command -v jq >/dev/null; then
    "$BOOTSTAMP" diff -F json "$tmp/a" "$tmp/b" >"$tmp/out"
    is "$(jq -r '"\(.verdict) \([.measures[] | select(.verdict == "slower") | .name] | join(","))  \(.one_side[0])"' "$tmp/out")" \
        "slower BIOS post,Total  + New in b" "diff --format json"
fi
"$BOOTSTAMP" diff "$tmp/a" "$tmp/none.bst" >"$tmp/out" 2>&1
is $? 2 "trouble is 2, as diff(1) has it"
for bad in '--undecided maybe' '--budget x' '--fail-over x' '--fail-over -1' '--clock none' '--lines -1' '--format xml' '--ignore-under -1'; do
    # shellcheck disable=SC2086
    "$BOOTSTAMP" diff $bad "$tmp/a" "$tmp/b" >"$tmp/out" 2>&1
    is $? 2 "diff $bad is a usage error"
done
"$BOOTSTAMP" diff "$tmp/a" >"$tmp/out" 2>&1
is $? 2 "diff of one thing"

# --- replay

"$BOOTSTAMP" export -F raw "$tmp/a/boot-1.bst" >"$tmp/raw"
"$BOOTSTAMP" replay --speed 0 "$tmp/a/boot-1.bst" >"$tmp/out"
ok "replay: the bytes" cmp "$tmp/raw" "$tmp/out"
start=$(date +%s%N)
"$BOOTSTAMP" replay "$tmp/a/boot-8.bst" >"$tmp/out"
took=$((($(date +%s%N) - start) / 1000000))
ok "replay: at its speed, 110 ms ($took ms)" test $took -ge 109 -a $took -lt 1000
start=$(date +%s%N)
"$BOOTSTAMP" replay --speed 0.25 "$tmp/a/boot-8.bst" >"$tmp/out"
took=$((($(date +%s%N) - start) / 1000000))
ok "replay: at a quarter of it ($took ms)" test $took -ge 439 -a $took -lt 2000
"$BOOTSTAMP" replay --stream none "$tmp/a/boot-1.bst" >"$tmp/out" 2>"$tmp/err"
is "$? $(cat "$tmp/err")" "1 bootstamp: $tmp/a/boot-1.bst: has no byte of stream 'none'; bootstamp info lists them" "replay: a stream that is not there"
"$BOOTSTAMP" replay --speed -1 "$tmp/a/boot-1.bst" >"$tmp/out" 2>&1
is $? 2 "replay: a wrong speed"
[ ! -c /dev/full ] || "$BOOTSTAMP" replay --speed 0 "$tmp/a/boot-1.bst" >/dev/full 2>&1
is $? 1 "replay: a full disk"
"$BOOTSTAMP" replay --pty --speed 0 "$tmp/a/boot-1.bst" >"$tmp/pty" &
job=$!
if wait_for 5 test -s "$tmp/pty"; then
    timeout 10 cat "$(cat "$tmp/pty")" >"$tmp/out" 2>"$tmp/err"
    ok "replay: through a pseudo terminal" cmp "$tmp/raw" "$tmp/out"
else
    kill $job
    fail "replay: through a pseudo terminal"
fi
wait $job

# Lines are of the last session, as the phases are: nobody waited for what was not running
perl -I"$src/tests/cli" -MCaptureFile - "$tmp/sessions.bst" <<'END'
for (1, 2) {
    session "s$_"; vm 1; $time += 50e6; vm 3; $time += 10e6; text "SeaBIOS (version 1)\n";
    $time += 100e6 * $_; text "Booting from ROM...\n"; text "left open"; vm 10 if $_ == 2; $time += 60e9;
}
write_capture $ARGV[0];
END
is "$("$BOOTSTAMP" stats "$tmp/sessions.bst" | sed -n '/by total/,/^$/p' | sed 1,2d | tr -s ' ' | xargs)" \
    "200.000 200.000 1 Booting from ROM... 0.000 0.000 1 SeaBIOS (version #) 0.000 0.000 1 left open" \
    "stats: lines of an earlier session, and the time between sessions, are not in it"

perl -I"$src/tests/cli" -MCaptureFile -e 'text "one line\n"; write_capture $ARGV[0]' "$tmp/none.bst"
like "$("$BOOTSTAMP" stats "$tmp/none.bst")" "^no Total, no milestone was reached: $tmp/none.bst$" "stats: a capture without any milestone"

done_testing
