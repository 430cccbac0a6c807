#!/bin/sh
# A capture of 1 GB: text at 100 MB of input a second and core or better, in memory that does not grow with it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

command -v python3 >/dev/null || skip_all "no python3"
make -s -C "$src" build/bench/big-capture >"$tmp/make.log" 2>&1 || skip_all "cannot build big-capture"
[ "$(free_mb "$tmp")" -gt 2000 ] || skip_all "no room for 1 GB in $tmp"
"$build/bench/big-capture" "$tmp/small.bst" 20 >/dev/null || exit
"$build/bench/big-capture" "$tmp/big.bst" 1000 >/dev/null || exit

# used COMMAND...: status, hundredths of a second of processor time, kB of memory
used() {
    python3 -c '
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
u = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, int(100 * (u.ru_utime + u.ru_stime)), u.ru_maxrss)' "$@"
}

size=$(stat -c %s "$tmp/big.bst")
ok "the capture is 1 GB ($size bytes)" test "$size" -gt 990000000
# The bound is generous: Python's own start is in it, and the machine may be busy
# shellcheck disable=SC2046
set -- $(used "$BOOTSTAMP" export -o "$tmp/text" "$tmp/big.bst")
ok "text: $((size / 10000 / $2)) MB of input a second and core" test "$1" -eq 0 -a $((size / 10000 / $2)) -ge 100
is "$(grep -vc '^ *[0-9.]* *+[0-9.]*  -- ' "$tmp/text")" "$("$BOOTSTAMP" info "$tmp/big.bst" | sed -n 's/^holds .* \([0-9]*\) lines.*/\1/p')" "all lines are there"
rm -f "$tmp/text"

for command in 'export -F text' 'export -F json' 'export -F csv' 'export -F perfetto' 'export -F svg' stats; do
    # shellcheck disable=SC2086,SC2046
    set -- $(used "$BOOTSTAMP" $command "$tmp/small.bst")
    small=$3
    # shellcheck disable=SC2086,SC2046
    set -- $(used "$BOOTSTAMP" $command "$tmp/big.bst")
    ok "$command: $3 kB for 1 GB, $small kB for 20 MB" test "$1" -eq 0 -a "$3" -lt $((small + 4096))
done

done_testing
