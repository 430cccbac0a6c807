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
is "$(grep '^BIOS post' "$tmp/out" | head -n 1 | tr -s ' ')" "BIOS post 8 50.000 17.875 45.000 21.381 20.000 90.000" \
    "mean, 95% interval, median, sample standard deviation, minimum, maximum"
is "$(grep '^Total' "$tmp/out" | head -n 1 | tr -s ' ')" "Total 8 635.000 17.875 630.000 21.381 605.000 675.000" "the total"
is "$(sed -n '/^Outliers/,/^$/p' "$tmp/out" | grep '^BIOS post' | tr -s ' ')" "BIOS post 90.000 $tmp/a/boot-8.bst" \
    "an outlier by 1.5 IQR, with its capture"
is "$(sed -n '/^Total (ms)/,/^Slowest/{/^Slowest/d;p}' "$tmp/out" | awk 'NR > 1 && NF {n += $2} END {print n}')" 8 "the histogram holds all"
like "$(sed -n '/^Slowest lines by total/,/^$/p' "$tmp/out" | sed -n 3p | tr -s ' ')" \
    '400.000 90.000 8 enter handle_#: at #' "the slowest line, numbers left out"
"$BOOTSTAMP" stats --until 'BIOS boot OS' "$tmp/a" >"$tmp/out" 2>&1
is "$(grep '^Total' "$tmp/out" | head -n 1 | tr -s ' ' | cut -d ' ' -f 2,3)" "8 130.000" "a boot up to a milestone"
is "$(grep -c '^LinuxBoot' "$tmp/out")" 0 "and no phase behind it"
like "$("$BOOTSTAMP" stats "$tmp/a/boot-1.bst")" 'BIOS post +1 +20.000 +- +20.000 +- ' "one capture has no deviation"
if command -v jq >/dev/null; then
    is "$("$BOOTSTAMP" stats -F json "$tmp/a" | jq -r '.measures[] | select(.name == "BIOS post") |
        "\(.n) \(.mean_ns) \(.median_ns) \(.sd_ns * 1000 | round) \(.values | length) \(.values[7].outlier)"')" \
        "8 50000000 45000000 21380899353 8 true" "--format json"
    is "$("$BOOTSTAMP" stats -F json "$tmp/a/boot-1.bst" | jq -r '.measures[0].sd_ns')" null "json: what is not defined is null"
    is "$("$BOOTSTAMP" stats -F json --lines 1 "$tmp/a" | jq -r '.slowest_lines[].text')" 'enter handle_#: at #' "--lines"
fi
is "$("$BOOTSTAMP" stats -F csv "$tmp/a" | grep '^phase,"BIOS post"' | tr -d '\r')" \
    'phase,"BIOS post",8,50000000,17874879,45000000,21380899,20000000,90000000,0' "--format csv"
"$BOOTSTAMP" stats "$tmp/empty" >"$tmp/out" 2>&1
is "$? $(cat "$tmp/out")" "1 bootstamp: $tmp/empty: has no capture: no *.bst file" "an empty folder"
for bad in '--format xml' '--clock none' '--until nothing' '--lines -1'; do
    # shellcheck disable=SC2086
    "$BOOTSTAMP" stats $bad "$tmp/a" >"$tmp/out" 2>&1
    is $? 2 "stats $bad is a usage error"
done

# --- diff

"$BOOTSTAMP" diff "$tmp/a" "$tmp/a" >"$tmp/out" 2>&1
is $? 0 "a set beside itself"
is "$(grep -c -E '^[A-Z].* [+-][0-9]+\.[0-9]*[1-9]' "$tmp/out")" 0 "differs by nothing"
"$BOOTSTAMP" diff "$tmp/a" "$tmp/b" >"$tmp/out" 2>&1
is $? 1 "60 ms more in one phase: over"
# Welch: t = 60 / (21.381 * sqrt(2 / 8)) = 5.6125, 14 degrees: p = 0.000064; Holm over 9 tests, of which 6 do not vary
like "$(grep '^BIOS post' "$tmp/out" | tr -s ' ')" '^BIOS post 50.000 110.000 \+60.000 \+120.0 0.000[0-9]+ SLOWER$' "which, and by how much"
is "$(grep -c SLOWER "$tmp/out")" 2 "that phase and the total alone"
like "$(cat "$tmp/out")" '^over: 2 slower' "the verdict"
like "$(sed -n '/^Lines of one side/,$p' "$tmp/out")" '^\+ New in b$' "a line of one side alone"
is "$(grep -c 'Searching' "$tmp/out")" 0 "numbers in the text do not matter"
like "$(sed -n '/^Slower lines/,/^$/p' "$tmp/out")" 'enter handle_#' "a slower line"
"$BOOTSTAMP" diff "$tmp/b" "$tmp/a" >"$tmp/out" 2>&1
is $? 0 "faster is within"
like "$(sed -n '/^Faster lines/,/^$/p' "$tmp/out")" 'enter handle_#' "a faster line"
"$BOOTSTAMP" diff "$tmp/a" "$tmp/same" >"$tmp/out" 2>&1
is $? 0 "20% more by chance is within"
like "$(grep '^BIOS post' "$tmp/out" | tr -s ' ')" '^BIOS post 50.000 60.000 \+10.000 \+20.0 1.0000$' "and its p says so"
"$BOOTSTAMP" diff "$tmp/a/boot-4.bst" "$tmp/a/boot-5.bst" >"$tmp/out" 2>&1
is $? 1 "single captures: by the threshold alone"
"$BOOTSTAMP" diff --fail-over 30% "$tmp/a/boot-4.bst" "$tmp/a/boot-5.bst" >"$tmp/out" 2>&1
is $? 0 "--fail-over"
"$BOOTSTAMP" diff --ignore-under 20 "$tmp/a/boot-4.bst" "$tmp/a/boot-5.bst" >"$tmp/out" 2>&1
is $? 0 "--ignore-under"
if command -v jq >/dev/null; then
    "$BOOTSTAMP" diff -F json "$tmp/a" "$tmp/b" >"$tmp/out"
    is "$(jq -r '"\(.within) \([.measures[] | select(.slower) | .name] | join(","))  \(.one_side[0])"' "$tmp/out")" \
        "false BIOS post,Total  + New in b" "diff --format json"
fi
"$BOOTSTAMP" diff "$tmp/a" "$tmp/none.bst" >"$tmp/out" 2>&1
is $? 2 "trouble is 2, as diff(1) has it"
for bad in '--fail-over x' '--fail-over -1' '--clock none' '--lines -1' '--format xml' '--ignore-under -1'; do
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

done_testing
