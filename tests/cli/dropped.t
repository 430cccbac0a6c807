#!/bin/sh
# Captures of which records were dropped (keep=) in reports and gates: what nobody saw is neither good nor missing.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

make_capture() { perl "$src/tests/cli/dropped-capture.pl" "$@" || exit; }
make_capture "$tmp/whole.bst" whole
make_capture "$tmp/gap.bst" gap
make_capture "$tmp/other.bst" whole:hello

# budget STATUS WANT NAME STATS-ARGUMENTS...
budget() {
    status=$1 want=$2 name=$3
    shift 3
    "$BOOTSTAMP" stats "$@" >"$tmp/out" 2>/dev/null
    is "$? $(grep '^budget' "$tmp/out")" "$status budget $want" "$name"
}

# --- budgets

one='(1 boot without it, 1 of them with dropped records)'
budget 3 "Total<=1s: - ms, cannot tell $one" "a boot of 61 s whose middle was dropped is not within 1 s" --budget 'Total<=1s' "$tmp/gap.bst"
is "$(grep -c '^Total' "$tmp/out")" 0 "what came before the gap is no Total"
like "$(cat "$tmp/out")" '^no Total, its end may be in what was dropped' "that is said"
budget 3 "Total<=1s: - ms, cannot tell $one" "nor with --until" --until 'User space start' --budget 'Total<=1s' "$tmp/gap.bst"
is "$(grep -c 'not reached' "$tmp/out")" 0 "the milestone is not called missing"
budget 0 'Total<=200ms: 160.000 ms, kept' "up to a milestone before the gap it is judged" --until 'BIOS int 19' --budget 'Total<=200ms' "$tmp/gap.bst"
budget 0 'BIOS post<=200ms: 100.000 ms, kept' "so is a phase before it" --budget 'BIOS post<=200ms' "$tmp/gap.bst"
budget 3 "max Total<=3s: 2162.000 ms, cannot tell $one" "beside whole ones" --budget 'max Total<=3s' "$tmp/gap.bst" "$tmp/whole.bst" "$tmp/other.bst"
budget 1 "Total<=1s: 2162.000 ms, BROKEN $one" "whatever was dropped cannot make that good" --budget 'Total<=1s' "$tmp/gap.bst" "$tmp/whole.bst" "$tmp/other.bst"
"$BOOTSTAMP" stats --budget 'Total<=1s' --group-by directory "$tmp" >"$tmp/out" 2>/dev/null
is $? 1 "in groups, too"
"$BOOTSTAMP" stats -F junit --budget 'Total<=1s' "$tmp/gap.bst" 2>/dev/null >"$tmp/out"
like "$(cat "$tmp/out")" 'failures="0" errors="0" skipped="2"' "JUnit: the budget and the milestone are skipped"
like "$("$BOOTSTAMP" stats -F json --budget 'Total<=1s' "$tmp/gap.bst" 2>/dev/null)" '"unseen":1,"met":false,"verdict":"cannot tell"' "JSON"

# --- diff

"$BOOTSTAMP" diff --until 'User space start' "$tmp/gap.bst" "$tmp/whole.bst" >"$tmp/out" 2>/dev/null
is "$? $(grep -c 'does not reach' "$tmp/out")" "3 0" "diff: A may have reached the milestone"
"$BOOTSTAMP" diff --budget 'Total<=1s' "$tmp/whole.bst" "$tmp/gap.bst" >"$tmp/out" 2>/dev/null
is $? 3 "a budget of B"
only() { sed -n 's/^\([-+] .*\)/\1/p; s/^Lines after .* compared: /not compared: /p' "$tmp/out" | paste -sd '|'; }
is "$(only)" "not compared: 2" "lines after the gap are not of one side alone"
"$BOOTSTAMP" diff "$tmp/gap.bst" "$tmp/other.bst" >"$tmp/out" 2>/dev/null
is "$(only)" "not compared: 2|+ hello" "one before it is"
"$BOOTSTAMP" diff "$tmp/whole.bst" "$tmp/other.bst" >"$tmp/out"
is "$(only)" "+ hello" "without a gap all are"
for undecided in '' pass fail; do
    # shellcheck disable=SC2086
    "$BOOTSTAMP" diff -F junit --fail-over 1000% --ignore-under 100000 ${undecided:+--undecided $undecided} "$tmp/whole.bst" "$tmp/gap.bst" >"$tmp/out" 2>/dev/null
    is "$? $(grep -o ' failures="[0-9]*" errors="[0-9]*" skipped="[0-9]*"' "$tmp/out" | head -n 1)" \
        "$([ "$undecided" = fail ] && echo '1  failures="1" errors="0" skipped="0"' || echo "$([ "$undecided" ] && echo 0 || echo 3)  failures=\"0\" errors=\"0\" skipped=\"1\"")" \
        "JUnit, --undecided '$undecided': not all is green"
done
for format in markdown html; do
    like "$("$BOOTSTAMP" diff -F $format "$tmp/whole.bst" "$tmp/gap.bst" 2>/dev/null)" 'about what was dropped \(keep=\) in 1 of' "$format has the reason"
done

# --- several sessions: all is of the last one

make_capture "$tmp/first.bst" gap:one whole:two
make_capture "$tmp/last.bst" whole:one gap:two
make_capture "$tmp/twice.bst" whole whole
is "$("$BOOTSTAMP" stats "$tmp/first.bst" 2>&1 | grep -c 'dropped')" 0 "what an earlier session dropped does not matter"
# shown LINES OF STATS' FIRST TABLE OF LINES
lines() { "$BOOTSTAMP" stats "$1" 2>/dev/null | sed -n '/by total/,/^$/p' | sed 1,2d | awk 'NF { n = $1 "*" $3; $1 = $2 = $3 = ""; gsub(/^ +/, ""); print n, $0 }' | paste -sd '|'; }
is "$(lines "$tmp/first.bst")" '1000.000*1 Run /init as init process|100.000*1 enter handle_#: at #|1.000*1 Linux version #|0.000*1 SeaBIOS (version #)|0.000*1 two' \
    "lines are of the last session, behind a gap"
is "$(lines "$tmp/last.bst")" '100.000*1 enter handle_#: at #|0.000*1 SeaBIOS (version #)|0.000*1 two' "and before one"
is "$(lines "$tmp/twice.bst")" "$(lines "$tmp/whole.bst")" "the time between two QEMUs is no line's"
like "$("$BOOTSTAMP" phases "$tmp/last.bst")" 'dropped since 0\.160000 s \(keep=\) up to 60\.160000 s' "phases: since the session's start"
is "$("$BOOTSTAMP" phases "$tmp/first.bst" | grep -c dropped)" 0 "and only of that session"
done_testing
