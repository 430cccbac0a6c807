#!/bin/bash
# How soon, how big, how idle.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/terminal/screen.sh
. "$(dirname "$0")/screen.sh"
command -v python3 >/dev/null || skip_all "no python3"
watch=$src/tests/terminal/watch.py
XDG_CONFIG_HOME=$tmp/config
export XDG_CONFIG_HOME

# field NAME <FILE: what watch.py measured; below A B: decimals
field() { row_value "$1" <"$tmp/times"; }
below() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a < b) }'; }

# --- a gigabyte: lines of a small capture, again and again
if [ "$(free_mb "$tmp")" -lt 2000 ]; then
    skip "1 GB" "no room for it in $tmp"
else
    make_capture "$tmp/small.bst" big 2000
    "$src/tests/terminal/repeat-bytes.pl" "$tmp/small.bst" $((1 << 30)) >"$tmp/big.bst"
    best=99999
    for _ in 1 2 3 4 5; do
        "$watch" first "$BOOTSTAMP" view "$tmp/big.bst" >"$tmp/times"
        now=$(field first)
        ! below "$now" "$best" || best=$now
        ! below "$best" 50 || break
    done
    ok "1 GB: the first picture within 50 ms ($best ms)" below "$best" 50
    peak=$(field peak)
    ok "1 GB: memory below 64 MB and 1% ($peak kB)" test "$peak" -lt $((65536 + 10485))
    idle=$(field idle)
    ok "an idle viewer of an ended capture: no CPU ($idle ticks in 5 s)" test "$idle" -le 1
    screen_start 120 40 "$BOOTSTAMP" view "$tmp/big.bst"
    sees "the index is shown while it grows, or done" 'indexing [0-9]+%|ENDED|KILLED'
    keys '&' 'line 7 of' Enter
    sees "a filter over all of it" 'line 7 of'
    keys G
    shows 60 '& line 7'
    keys '&' C-u Enter g / 'line 1999 of' Enter
    sees "a search" 'line 1999 of'
    peak=$(peak_kb "$(screen_pid bootstamp)")
    ok "memory is as before ($peak kB)" test "$peak" -lt $((65536 + 10485))
    keys q
    rm "$tmp/big.bst"
fi

# --- live: a line every 200 ms
make_capture "$tmp/drip.bst" drip 8 &
drip=$!
wait_for 10 test -s "$tmp/drip.bst"
"$watch" drip "$BOOTSTAMP" view "$tmp/drip.bst" >"$tmp/delays"
wait $drip
n=$(wc -l <"$tmp/delays")
ok "lines were seen as they came ($n)" test "$n" -ge 10
# The first ones were there before the viewer.
tail -n +4 "$tmp/delays" | cut -d ' ' -f 2 | sort -n >"$tmp/sorted"
median=$(sed -n "$((($(wc -l <"$tmp/sorted") + 1) / 2))p" "$tmp/sorted")
ok "a line is on the terminal within 100 ms (median $median ms)" below "$median" 100

# --- live and silent
make_capture "$tmp/still.bst" still 12 &
still=$!
wait_for 10 test -s "$tmp/still.bst"
"$watch" first "$BOOTSTAMP" view "$tmp/still.bst" >"$tmp/times"
idle=$(field idle)
ok "an idle viewer of a live capture: next to no CPU ($idle ticks of 500)" test "$idle" -le 2
kill $still 2>/dev/null
wait $still 2>/dev/null
done_testing
