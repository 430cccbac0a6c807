#!/bin/sh
# bootstamp export: each format against what the guest wrote, clocks, times, streams, -f, list.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests flood-1000.rom pattern-1000.rom reset.rom flood.rom
RUN="$BOOTSTAMP run -q --"
XDG_RUNTIME_DIR=$tmp/run
export XDG_RUNTIME_DIR
mkdir -m 700 "$tmp/run"

# The text of a line: without its time and delta
texts() { sed -E 's/^ *[0-9]+\.[0-9]{6} +[+-][0-9]+\.[0-9]{6}  //'; }

# --- golden: what the guests are known to write
run_rom flood-1000 -chardev "timestamp,id=dbg,path=$tmp/flood.bst"
is $? 0 "flood-1000"
guest_bytes flood 1000 >"$tmp/want"
"$BOOTSTAMP" export --format raw "$tmp/flood.bst" >"$tmp/got"
ok "raw is what the guest wrote" cmp "$tmp/want" "$tmp/got"
"$BOOTSTAMP" export "$tmp/flood.bst" >"$tmp/text"
texts <"$tmp/text" >"$tmp/got"
ok "text has each line" cmp "$tmp/want" "$tmp/got"
is "$(grep -cvE '^ {0,11}[0-9]+\.[0-9]{6} +\+[0-9]+\.[0-9]{6}  [0-9a-f]{8}$' "$tmp/text")" 0 "every line has time and delta"
"$BOOTSTAMP" export --format bytes "$tmp/flood.bst" >"$tmp/bytes"
is "$(wc -l <"$tmp/bytes")" 9000 "bytes has a line per byte"
is "$(grep -cvE '^[0-9]+ 0x[0-9a-f]{2} dbg$' "$tmp/bytes")" 0 "nanoseconds, value, stream"
perl -ne 'print chr hex((split)[1])' "$tmp/bytes" >"$tmp/got"
ok "with the bytes' values" cmp "$tmp/want" "$tmp/got"
ok "times do not go back, one vCPU" sort -nc "$tmp/bytes"

# A line's time is its first byte's; the delta is to the line above.
"$src/tests/cli/check-line-times.pl" "$tmp/text" "$tmp/bytes" >"$tmp/err" 2>&1
is "$?$(cat "$tmp/err")" 0 "times and deltas of the lines are those of the bytes"

run_rom pattern-1000 -chardev "timestamp,id=dbg,path=$tmp/pattern.bst"
guest_bytes pattern 1000 >"$tmp/want"
"$BOOTSTAMP" export -F raw "$tmp/pattern.bst" >"$tmp/got"
ok "raw has all 256 values" cmp "$tmp/want" "$tmp/got"
"$BOOTSTAMP" export "$tmp/pattern.bst" >"$tmp/text"
is "$(LC_ALL=C tr -d '\n\t -~' <"$tmp/text" | LC_ALL=C tr -d '\200-\377' | wc -c)" 0 "text has no control bytes"
is "$(iconv -f UTF-8 -t UTF-8 "$tmp/text" 2>&1 >/dev/null)" "" "text is UTF-8"
like "$(cat "$tmp/text")" '<FF>' "a byte that is no UTF-8 is made visible"
is "$(grep -c '\^\[' "$tmp/text")" 0 "no escape is"
# --- -o: what was there before survives what cannot be exported
printf 'an old export\n' >"$tmp/old"
"$BOOTSTAMP" export --stream nobody -o "$tmp/old" "$tmp/pattern.bst" >/dev/null 2>&1
is "$?$(cat "$tmp/old")" "1an old export" "-o: a stream that is not there leaves the old file"
if [ -w /dev/full ]; then
    "$BOOTSTAMP" export -o /dev/full "$tmp/pattern.bst" 2>/dev/null
    is $? 1 "-o: a device is written to as it is"
fi
chmod 640 "$tmp/old"
"$BOOTSTAMP" export -o "$tmp/old" "$tmp/pattern.bst" 2>/dev/null
"$BOOTSTAMP" export -o "$tmp/new" "$tmp/pattern.bst"
ok "-o: the new one takes its place" cmp "$tmp/new" "$tmp/old"
is "$(stat -c %a "$tmp/old")" 640 "-o: with its permissions"
is "$(find "$tmp" -name 'old.new-*')" "" "-o: and nothing is left beside it"

"$BOOTSTAMP" export --controls "$tmp/pattern.bst" >"$tmp/text"
is "$(LC_ALL=C tr -d '\n\t -~' <"$tmp/text" | LC_ALL=C tr -d '\200-\377' | wc -c)" 0 "--controls has no control bytes"
ok "--controls: an escape is made visible" grep -qF '^[' "$tmp/text"
is "$(grep -o '\^[@-_?]' "$tmp/text" | sort -u | wc -l)" 29 "and every control byte that ends no line"

run_rom reset -chardev "timestamp,id=dbg,path=$tmp/reset.bst"
"$BOOTSTAMP" export --events "$tmp/reset.bst" >"$tmp/text"
is "$(grep -c '  -- reset' "$tmp/text")" 5 "events: four resets, and the one that makes the machine"
is "$(texts <"$tmp/text" | grep -v '^--' | tr '\n' ,)" "boot 1,boot 2,boot 3,boot 4,boot 5," "and the lines between them"
is "$("$BOOTSTAMP" phases "$tmp/reset.bst" | grep -c '^Reset ')" 4 "phases: a row for each reset of the guest"

# --- the deltas of --events are to the row above
"$src/tests/cli/check-deltas.pl" "$tmp/text" >"$tmp/err" 2>&1
is "$?$(cat "$tmp/err")" 0 "deltas add up with --events"

# --- times
"$BOOTSTAMP" export --time delta "$tmp/flood.bst" >"$tmp/text"
is "$(grep -cvE '^ *[+-][0-9]+\.[0-9]{6}  [0-9a-f]{8}$' "$tmp/text")" 0 "--time delta: delta and text"
started=$(date +%s -r "$tmp/flood.bst")
TZ=UTC0 "$BOOTSTAMP" export --time wall "$tmp/flood.bst" >"$tmp/text"
is "$(grep -cvE '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}\.[0-9]{6} +[+-][0-9]+\.[0-9]{6}  [0-9a-f]{8}$' "$tmp/text")" 0 \
    "--time wall: date, time, delta and text"
first=$(date -u +%s -d "$(cut -c1-19 "$tmp/text" | head -n 1)")
ok "it is the time of day" test "$((started - first))" -ge 0 -a "$((started - first))" -le 10
TZ=XYZ-3 "$BOOTSTAMP" export --time wall "$tmp/flood.bst" | head -n 1 >"$tmp/there"
is "$(($(date -u +%s -d "$(cut -c1-19 "$tmp/there")") - first))" 10800 "in the time zone of the user"

# --- the virtual clock.  Reset, shutdown and stop are the work of QEMU's main loop: their times are the host's.
by_loop='Reset|Shutdown request|Stop|shutdown request|VM stopped|QEMU stopped'
for n in 1 2; do
    $RUN "$QEMU" -M pc -accel tcg -m 128 -nodefaults -no-user-config -display none -no-reboot -boot reboot-timeout=1 \
        -icount shift=0,sleep=off -rtc clock=vm,base=2026-01-01 -chardev "timestamp,id=dbg,path=$tmp/i$n.bst" \
        -device isa-debugcon,iobase=0x402,chardev=dbg >"$tmp/qemu.log" 2>&1 </dev/null
    is $? 0 "a SeaBIOS boot under icount, run $n"
    "$BOOTSTAMP" export --format bytes --clock virtual "$tmp/i$n.bst" >"$tmp/bytes$n"
    "$BOOTSTAMP" export --clock virtual "$tmp/i$n.bst" >"$tmp/text$n"
    "$BOOTSTAMP" export --clock virtual --events "$tmp/i$n.bst" | grep -vE "$by_loop" >"$tmp/events$n"
    # name, time and delta; a share is of the whole, which the main loop ends, and vCPUs have the host's time
    "$BOOTSTAMP" phases --clock virtual "$tmp/i$n.bst" | grep -vE "^($by_loop)" |
        sed '/^vCPUs/,$d; s/ *[0-9.]*%.*//' >"$tmp/phases$n"
done
ok "icount: two runs have the same bytes and stamps" cmp "$tmp/bytes1" "$tmp/bytes2"
ok "icount: the same text" cmp "$tmp/text1" "$tmp/text2"
ok "icount: the same events" cmp "$tmp/events1" "$tmp/events2"
ok "icount: the same milestones and copies" cmp "$tmp/phases1" "$tmp/phases2"
is "$(grep -cE '^BIOS (post|int 19|boot attempt) ' "$tmp/phases1")" 4 "icount: SeaBIOS's milestones are there"
ok "icount: the stamps are of each byte" sh -c '[ "$(cut -d" " -f1 "$1" | sort -u | wc -l)" -ge 1000 ]' - "$tmp/bytes1"
ok "icount: and never go back" sort -nc "$tmp/bytes1"

# --- two streams
run_rom pattern-1000 -chardev "timestamp,id=other,path=$tmp/two.bst" -device isa-debugcon,iobase=0x502,chardev=other \
    -chardev "timestamp,id=dbg,path=$tmp/two.bst"
is $? 0 "two chardevs on one capture"
guest_bytes pattern 1000 >"$tmp/want"
for stream in dbg 1; do
    "$BOOTSTAMP" export --format raw --stream $stream "$tmp/two.bst" >"$tmp/got"
    ok "--stream $stream" cmp "$tmp/want" "$tmp/got"
done
is "$("$BOOTSTAMP" export --format raw --stream other "$tmp/two.bst" | wc -c)" 0 "--stream other is empty"
like "$("$BOOTSTAMP" export "$tmp/two.bst" | head -n 1)" '^ *[0-9.]+ +\+[0-9.]+  dbg      ' "lines name their stream"
like "$("$BOOTSTAMP" export --stream dbg "$tmp/two.bst" | head -n 1)" '^ *[0-9.]+ +\+[0-9.]+  [^d]' "but not where one is chosen"
like "$("$BOOTSTAMP" info "$tmp/two.bst")" 'dbg \(isa-debugcon 0x402\), 1000 bytes' "info tells of the streams"
like "$("$BOOTSTAMP" info "$tmp/two.bst")" 'other \(isa-debugcon 0x502\), 0 bytes' "of the empty one as well"

# --- two sessions
run_rom flood-1000 -chardev "timestamp,id=dbg,path=$tmp/app.bst"
run_rom reset -chardev "timestamp,id=dbg,path=$tmp/app.bst,append=on"
is $? 0 "append=on goes on in a capture"
{ guest_bytes flood 1000; printf 'boot %d\n' 1 2 3 4 5; } >"$tmp/want"
"$BOOTSTAMP" export --format raw "$tmp/app.bst" >"$tmp/got"
ok "raw has both sessions" cmp "$tmp/want" "$tmp/got"
is "$("$BOOTSTAMP" phases "$tmp/app.bst" | grep -c ^Reset)" 4 "phases shows the last session"
is "$("$BOOTSTAMP" phases --session 1 "$tmp/app.bst" | grep -c ^Reset)" 0 "--session 1 the first"
is "$("$BOOTSTAMP" phases --session 2 "$tmp/app.bst")" "$("$BOOTSTAMP" phases "$tmp/app.bst")" "--session 2 the last"
like "$("$BOOTSTAMP" phases "$tmp/app.bst" | sed -n 2p)" '^Start  *0\.000000 ' "its times begin with it"
like "$("$BOOTSTAMP" info "$tmp/app.bst")" '^sessions +2$' "info counts them"
run_rom reset -chardev "timestamp,id=dbg,path=$tmp/app.bst"
is "$("$BOOTSTAMP" info "$tmp/app.bst" | grep -c ^sessions)" 0 "without append=on the file is written anew"

# --- follow
start_rom flood -chardev "timestamp,id=dbg,path=$tmp/live.bst,size=2M"
live() { "$BOOTSTAMP" info "$tmp/live.bst" 2>&1 | grep -q '^state *live'; }
wait_for 10 live
like "$("$BOOTSTAMP" info "$tmp/live.bst")" '^state +live' "info: live"
"$BOOTSTAMP" export -f --format raw "$tmp/live.bst" >"$tmp/got" &
follower=$!
sleep 0.3
ok "-f goes on while QEMU runs" kill -0 $follower
stop_qemu TERM
ended=$(date +%s%N)
wait $follower
is $? 0 "-f ends when QEMU ends"
ok "at once" test $((($(date +%s%N) - ended) / 1000000)) -lt 1500
"$BOOTSTAMP" export --format raw "$tmp/live.bst" >"$tmp/want"
ok "with all of it" cmp "$tmp/want" "$tmp/got"
ok "which is right" guest_bytes check-flood "$tmp/got"
like "$("$BOOTSTAMP" info "$tmp/live.bst")" '^state +ended$' "info: ended"

start_rom flood -chardev "timestamp,id=dbg,path=$tmp/live.bst,size=2M"
wait_for 10 live
"$BOOTSTAMP" export --follow "$tmp/live.bst" >"$tmp/got" &
follower=$!
sleep 0.3
stop_qemu KILL
wait $follower
is $? 0 "-f ends when QEMU is killed"
like "$("$BOOTSTAMP" info "$tmp/live.bst")" '^state +killed: QEMU ended without closing' "info: killed"

# --- the default folder, the newest, list
run_rom reset -chardev timestamp,id=dbg
is $? 0 "no path"
is "$(stat -c %a "$tmp/run/bootstamp")" 700 "the default folder is private"
set -- "$tmp"/run/bootstamp/boot-*.bst
is $# 1 "one capture is in it"
is "$(stat -c %a "$1")" 600 "private as well"
first=$1
cd "$tmp" || exit 1
rm -f -- *.bst
"$BOOTSTAMP" export --format raw >"$tmp/got"
printf 'boot %d\n' 1 2 3 4 5 >"$tmp/want"
ok "without a name the newest is taken" cmp "$tmp/want" "$tmp/got"
sleep 0.02
run_rom flood-1000 -chardev timestamp,id=dbg
sleep 0.02
run_rom pattern-1000 -chardev timestamp,id=dbg,path=here.bst
"$BOOTSTAMP" export --format raw >"$tmp/got"
guest_bytes pattern 1000 >"$tmp/want"
ok "also of the current folder" cmp "$tmp/want" "$tmp/got"
echo "no capture" >not.bst
"$BOOTSTAMP" list >"$tmp/list"
is "$(wc -l <"$tmp/list")" 3 "list has the three captures"
like "$(sed -n 1p "$tmp/list")" '^ended  [0-9-]{10} [0-9:]{8} .* pc-i440fx-[0-9.]+ here\.bst$' "the newest first"
like "$(sed -n 3p "$tmp/list")" "$first\$" "the oldest last"
touch "$first"
like "$("$BOOTSTAMP" list | sed -n 1p)" "$first\$" "by their time of change"

# A folder that others can write to is not taken.
chmod 755 "$tmp/run/bootstamp"
run_rom reset -chardev timestamp,id=dbg 2>/dev/null
is $? 1 "a default folder open to others is refused"
like "$(cat "$tmp/qemu.log")" "$tmp/run/bootstamp is not a private folder" "QEMU says so"
chmod 700 "$tmp/run/bootstamp"
unset XDG_RUNTIME_DIR
TMPDIR=$tmp run_rom reset -chardev timestamp,id=dbg
is "$(stat -c %a "$tmp/bootstamp-$(id -u)")" 700 "without XDG_RUNTIME_DIR: a private folder in the temporary one"

done_testing
