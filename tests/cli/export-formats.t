#!/bin/sh
# Every export format, read by a program that nobody here wrote, from a capture whose text is out to break it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

TZ=UTC
export TZ
capture=$tmp/hostile.bst
perl "$src/tests/cli/export-capture.pl" "$capture" || skip_all "no perl"

export_to() { "$BOOTSTAMP" export -F "$1" -o "$tmp/out.$1" "$capture"; }

# All that are one file
"$BOOTSTAMP" export --format help >"$tmp/formats"
files=$(file_formats)
ok "the formats that are a file ($(echo "$files" | wc -l))" test "$(echo "$files" | wc -l)" -ge 10
is "$(awk '$2 == "(folder)" { print $1 }' "$tmp/formats")" ctf "and a folder"
is "$(grep -c -v -E '^[a-z]+ +(\.[a-z]+|\(folder\)) +[A-Za-z].+$' "$tmp/formats")" 0 "each has a name, an extension and a summary"
for format in $files; do
    ok "$format is written" export_to "$format"
    mv "$tmp/out.$format" "$tmp/first.$format"
    "$BOOTSTAMP" export -F "$format" "$capture" >"$tmp/out.$format"
    ok "$format is the same again" cmp "$tmp/first.$format" "$tmp/out.$format"
    # The file is there and full before anybody asks why it is not.
    [ ! -c /dev/full ] || "$BOOTSTAMP" export -F "$format" "$capture" >/dev/full 2>"$tmp/err"
    is $? 1 "$format to a full disk ends with status 1"
done

# readserial: the layout of SeaBIOS's readserial.py
is "$(sed -n 3,4p "$tmp/out.readserial")" "======= Tue Nov 14 22:13:20 2023 (adjust=0.0us)
00.000: SeaBIOS (version hostile)" "readserial: its head and a line"
is "$(sed -n '/^nul\|nul</,+1p' "$tmp/out.readserial")" "00.000: nul<00>
00.000: here" "readserial: a NUL ends a line"

# What jq makes of a filter, in one line
query() { jq -r "$2" "$tmp/out.$1" 2>&1 | paste -sd ' '; }

if command -v jq >/dev/null; then
    is "$(query json 'select(.type == "header") | "\(.schema) \(.version)"')" "bootstamp 1" "json: the schema"
    is "$(query json 'select(.type == "line" and .stream == 0) | .text | select(test("script"))')" \
        "<script>alert(1)</script>" "json: markup is text"
    is "$(jq -j 'select(.type == "line" and .base64 != null) | .base64 | @base64d' "$tmp/out.json" | od -An -tx1 | tr -d ' \n' | head -c 8)" \
        "62616420" "json: text that is no UTF-8 has its bytes"
    is "$(query json 'select(.base64 != null) | .text')" "bad �� utf8 �( nulhere red boot console€ euro" "json: and is valid without them"
    is "$(query json 'select(.type == "copy") | "\(.key):\(.bytes):\(.method)"')" "18:3000000:DMA 17:1000000:DMA 21:20:PIO" \
        "json: fw_cfg copies"
    is "$(query json 'select(.type == "milestone" and .boot == 1) | .name')" "Reset BIOS post Shutdown request Stop" \
        "json: milestones of the second boot"
    is "$(jq -s 'map(select(.type == "line")) | length' "$tmp/out.json")" \
        "$(jq -s '.[-1].lines' "$tmp/out.json")" "json: it counts its lines"
    # The rules of the Trace Event Format that Perfetto's importer keeps
    rules='.displayTimeUnit == "ns" and (.traceEvents | length > 0 and all(
        (.ph | IN("M", "i", "C", "X")) and (.pid | type == "number") and (.tid | type == "number") and
        (.name | type == "string") and (.ts | type == "number" and . >= 0) and
        (if .ph == "X" then (.dur | type == "number" and . >= 0) else true end) and
        (if .ph == "i" then .s == "t" else true end) and
        (if .ph == "C" then (.args | all(type == "number")) else true end)))'
    is "$(query perfetto "$rules")" true "perfetto: every event keeps the rules"
    # Spans of a track may lie in one another, but not overlap
    nested='[.traceEvents[] | select(.ph == "X")] | group_by(.tid) | all(. as $all |
        all($all[]; . as $a | all($all[]; . as $b | ($a.ts + 0.0005) as $t |
        ($b.ts <= $t or $b.ts >= $a.ts + $a.dur - 0.001 or $b.ts + $b.dur <= $a.ts + $a.dur + 0.001))))'
    is "$(query perfetto "$nested")" true "perfetto: spans nest"
    is "$(query perfetto '.traceEvents[] | select(.ph == "X" and .tid == 2) | "\(.name) \(.args.bytes)"')" \
        'initrd"<> 3000000 kernel 1000000 key 0x0015 20' "perfetto: fw_cfg items are spans"
    is "$(query perfetto '[.traceEvents[] | select(.name == "thread_name") | .args.name] | join(",")')" \
        "phases,fw_cfg,VM,dbg<&\">',ser,QEMU's start" "perfetto: a track per stream"
    is "$(jq -rs '.[0] | "\(.version) \(.width > 0) \(.height > 0)"' "$tmp/out.asciicast")" "2 true true" \
        "asciicast: the head"
    is "$(jq -rs '.[1:] | all(length == 3 and (.[0] | type == "number") and (.[1] | IN("o", "m")))' "$tmp/out.asciicast")" true \
        "asciicast: events"
    is "$(jq -rs '[.[1:][] | .[0]] | . == sort' "$tmp/out.asciicast")" true "asciicast: in order"
    is "$(jq -rs '.[1:] | map(select(.[1] == "o")[2]) | join("")' "$tmp/out.asciicast" | od -An -c | tr -d ' \n')" \
        'boot033[1mconsole342202254euro\r\n\n' "asciicast: the serial stream, a character in two events whole"
    is "$(jq -rs '.[1:] | map(select(.[1] == "m")[2]) | join(",")' "$tmp/out.asciicast")" \
        "$("$BOOTSTAMP" export -F json "$capture" | jq -rs 'map(select(.type == "milestone").name) | join(",")')" \
        "asciicast: the milestones are its markers"
    "$BOOTSTAMP" export -F asciicast --stream 0 "$capture" >"$tmp/out.cast0"
    like "$(jq -rs '.[1:] | map(select(.[1] == "o")[2]) | join("")' "$tmp/out.cast0" | od -An -c | tr -d ' \n')" 'hostile\)\\r\\n=1' \
        "asciicast: --stream, and line feeds get their carriage return"
else
    skip "json, perfetto, asciicast" "no jq"
fi

if command -v python3 >/dev/null; then
    cat >"$tmp/check-csv.py" <<'PY'
import csv, sys
data = open(sys.argv[1], newline='', encoding='utf-8').read()
assert data.endswith('\r\n') and '\n' not in data.replace('\r\n', ''), 'lines end in CR LF'
rows = list(csv.reader(data.splitlines(True), strict=True))
assert rows[0] == ['time_ns', 'vtime_ns', 'delta_ns', 'kind', 'stream', 'text'], rows[0]
assert all(len(r) == 6 for r in rows), 'six cells a row'
bad = [r for r in rows[1:] if any(c[:1] in ('=', '+', '@', '\t', '\r', '\uff1d') for c in r) or r[5][:1] == '-']
assert not bad, bad
texts = [r[5] for r in rows]
for t in ("'=1+1", "'-2", 'a,b "quoted" c', 'bad <FF><FE> utf8 <C3>(', "'\uff1dfull-width"):
    assert t in texts, t
print(len(rows))
PY
    is "$(python3 "$tmp/check-csv.py" "$tmp/out.csv" 2>&1)" "26" "csv: Python's reader takes it, no cell is a formula"
    "$BOOTSTAMP" export -F csv --events -o "$tmp/events.csv" "$capture"
    is "$(python3 "$tmp/check-csv.py" "$tmp/events.csv" 2>&1)" "42" "csv: with events"
else
    skip "csv" "no python3"
fi

if command -v xmllint >/dev/null; then
    ok "svg: well-formed" xmllint --nonet --noout "$tmp/out.svg"
    is "$(xmllint --xpath 'count(//*[local-name()="script"])' "$tmp/out.svg")" 0 "svg: no script"
    is "$(xmllint --xpath 'string(//*[local-name()="text"][1])' "$tmp/out.svg")" \
        "Boot of <q35>, x86_64, tcg, 512 MiB" "svg: names are text"
    is "$(xmllint --xpath 'count(//*[local-name()="tspan"][.="BIOS post"])' "$tmp/out.svg")" 1 "svg: a row for a phase"
    is "$(xmllint --html --nonet --xpath 'count(//script)' "$tmp/out.html" 2>/dev/null)" 1 "html: one script, its own"
    is "$(xmllint --html --nonet --xpath 'count(//div[@id="log"]/div)' "$tmp/out.html" 2>/dev/null)" 31 "html: a row per line"
    is "$(xmllint --html --nonet --xpath 'count(//*[@src or @href])' "$tmp/out.html" 2>/dev/null)" 0 "html: loads nothing"
else
    skip "svg, html" "no xmllint"
fi

# ctf
"$BOOTSTAMP" export -F ctf "$capture" >"$tmp/out" 2>"$tmp/err"
is $? 2 "ctf: needs -o"
like "$(cat "$tmp/err")" "name it with --output" "ctf: and says so"
ok "ctf: is written" "$BOOTSTAMP" export -F ctf -o "$tmp/ctf" "$capture"
"$BOOTSTAMP" export -F ctf -o "$tmp/ctf" "$capture" 2>"$tmp/err"
is $? 1 "ctf: nothing is overwritten"
like "$(cat "$tmp/err")" "bootstamp: $tmp/ctf/metadata: cannot write: File exists" "ctf: and says so"
if command -v babeltrace2 >/dev/null; then
    ok "ctf: babeltrace2 takes it" babeltrace2 "$tmp/ctf"
    babeltrace2 "$tmp/ctf" >"$tmp/ctf.txt" 2>&1
    is "$(grep -c ' line: ' "$tmp/ctf.txt")" 24 "ctf: lines"
    is "$(grep -c ' fw_cfg: ' "$tmp/ctf.txt")" 10 "ctf: fw_cfg events"
    like "$(grep 'hostile' "$tmp/ctf.txt" | head -n 1)" '^\[22:13:20.001500000\]' "ctf: wall-clock times"
    ok "ctf: times never go back" sh -c '! grep -q "(-" "$1"' - "$tmp/ctf.txt"
else
    skip "ctf" "no babeltrace2"
fi

# Other clocks and streams pass through every format
for format in $files; do
    ok "$format by the virtual clock" "$BOOTSTAMP" export -F "$format" --clock virtual -o "$tmp/v.$format" "$capture"
    ok "$format of one stream" "$BOOTSTAMP" export -F "$format" --stream ser -o "$tmp/s.$format" "$capture"
done

# Captures that are empty, torn or from another time
perl "$src/tests/cli/format-cases.pl" "$tmp" >"$tmp/cases"
while read -r case; do
    for format in $files; do
        "$BOOTSTAMP" export -F "$format" -o "$tmp/case.$format" "$tmp/$case.bst" || diag "$case $format"
    done
    if command -v jq >/dev/null; then
        ok "$case: JSON of three formats" jq -e . "$tmp/case.json" "$tmp/case.perfetto" "$tmp/case.asciicast"
    fi
    if command -v xmllint >/dev/null; then
        ok "$case: svg" xmllint --nonet --noout "$tmp/case.svg"
    fi
done <"$tmp/cases"

done_testing
