#!/bin/sh
# A capture of 10 GB: what was written is read, to the byte; and a QEMU that goes on in it starts at once.
# SIZE (10000) in MB.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
SIZE=${SIZE:-10000}
need_guests pattern-1000.rom
make -s -C "$src" build/bench/big-capture >"$tmp/make.log" 2>&1 || skip_all "cannot build big-capture"
[ "$(free_mb "$tmp")" -gt $((SIZE + 1000)) ] || skip_all "no room for $SIZE MB in $tmp"
cap=$tmp/big.bst

# took COMMAND...: in $ms
took() {
    start=$(date +%s%N)
    "$@"
    took_status=$?
    ms=$((($(date +%s%N) - start) / 1000000))
    return $took_status
}

took "$build/bench/big-capture" "$cap" "$SIZE" >"$tmp/wrote"
wrote=$(cat "$tmp/wrote")
diag "written in $ms ms: $(stat -c %s "$cap") bytes of file, $wrote of the guest's"
ok "it is that large" test "$(stat -c %s "$cap")" -gt $((SIZE * 990000))
ok "it opens" took sh -c "'$BOOTSTAMP' info '$cap' >'$tmp/info'"
diag "info: $ms ms"
kept=$(row_number holds <"$tmp/info")
lost=$(row_number lost <"$tmp/info")
is $((kept + lost)) "$wrote" "the loss reported is the loss measured ($lost)"
like "$(cat "$tmp/info")" '^state +ended$' "it ended in good order"
ok "nothing is torn" sh -c "! grep ^damage '$tmp/info'"
took "$BOOTSTAMP" export --format raw -o "$tmp/raw" "$cap"
diag "export: $ms ms"
is "$(stat -c %s "$tmp/raw")" "$kept" "each byte is read"
is "$(head -c 1000000 "$tmp/raw" | md5sum)" "$("$BOOTSTAMP" export --format raw "$cap" 2>/dev/null | head -c 1000000 | md5sum)" \
    "and again"
rm -f "$tmp/raw"

RUN="$BOOTSTAMP run -q --"
took run_rom pattern-1000 -chardev "timestamp,id=dbg,path=$cap,append=on"
is $took_status 0 "a QEMU goes on in it"
diag "append=on: $ms ms, with QEMU's start"
"$BOOTSTAMP" info "$cap" >"$tmp/info"
is "$(row_number holds <"$tmp/info")" $((kept + 1000)) "and its bytes are there"
done_testing
