#!/bin/sh
# Captures of the virtual clock alone, and of the host's alone: every command reads them, or says what they lack.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

make() {
    name=$1
    shift
    perl "$src/tests/cli/boot-capture.pl" "$tmp/$name.bst" "$@"
}
# refused TEXT ARG...: the command fails and says TEXT
refused() {
    text=$1
    shift
    "$BOOTSTAMP" "$@" >"$tmp/out" 2>"$tmp/err"
    tap_status=$?
    like "$tap_status $(cat "$tmp/err")" "^[12] bootstamp: .*$text" "$1 ${3-} ${4-}: $text"
}

for clock in both host virtual; do
    make $clock clock=$clock
done
v=$tmp/virtual.bst h=$tmp/host.bst
is "$(info_value "$v" clock)" virtual "info: virtual"
is "$(info_value "$h" clock)" host "info: host"
is "$(info_value "$tmp/both.bst" clock)" "host and virtual" "info: both"

# --- what is not there
for command in phases export stats; do
    refused 'of QEMU.s virtual clock alone; read it by --clock virtual$' $command --clock host "$v"
    refused 'of the host.s clock alone; read it by --clock host$' $command --clock virtual "$h"
done
refused 'of QEMU.s virtual clock alone' diff "$h" "$v"
refused 'of the host.s clock alone' diff "$v" "$h"
refused 'of QEMU.s virtual clock alone' stats "$h" "$v"
refused 'no time of day' export --time wall "$v"
refused 'which is not the host' export --time monotonic "$v"

# --- the host's own clock: all times are moved by what the header and a session say
cp "$h" "$tmp/mono.bst"
h=$tmp/mono.bst
perl -e 'print pack "Q<", 123_456_789_012_345' | dd of="$h" bs=1 seek=24 conv=notrunc 2>/dev/null
mono=$("$BOOTSTAMP" export -F json --time monotonic "$h" | sed -n '1s/.*"start_mono_ns":\([0-9]*\).*/\1/p')
is "$mono" 123456789012345 "json: CLOCK_MONOTONIC at time 0 is the header's"
for format in json csv; do
    "$BOOTSTAMP" export -F $format "$h" | grep -o 'time_ns":[0-9]*\|^[0-9]\+' | tr -dc '0-9\n' |
        while read -r t; do echo $((t + mono)); done >"$tmp/want"
    "$BOOTSTAMP" export -F $format --time monotonic "$h" | grep -o 'time_ns":[0-9]*\|^[0-9]\+' | tr -dc '0-9\n' >"$tmp/got"
    ok "$format: each time is later by that" cmp "$tmp/want" "$tmp/got"
done
"$BOOTSTAMP" export -F ctf --time monotonic -o "$tmp/mono.ctf" "$h"
ok "ctf: LTTng's name of the clock" grep -q 'name = monotonic' "$tmp/mono.ctf/metadata"
if command -v babeltrace2 >/dev/null; then
    "$BOOTSTAMP" export -F ctf -o "$tmp/plain.ctf" "$h"
    is "$(babeltrace2 --clock-gmt --clock-date "$tmp/mono.ctf")" "$(babeltrace2 --clock-gmt --clock-date "$tmp/plain.ctf")" \
        "ctf: the same time of day"
fi
h=$tmp/host.bst

# --- what is: the times are the same three times
"$BOOTSTAMP" phases "$tmp/both.bst" >"$tmp/want"
for file in "$v" "$h"; do
    "$BOOTSTAMP" phases "$file" >"$tmp/got"
    ok "phases ${file##*/}" cmp "$tmp/want" "$tmp/got"
done
"$BOOTSTAMP" phases --clock virtual "$v" >"$tmp/got"
ok "phases --clock virtual of virtual times" cmp "$tmp/want" "$tmp/got"
for format in text raw bytes csv; do
    for file in virtual host; do
        "$BOOTSTAMP" export -F $format "$tmp/both.bst" | cut -d, -f1,3- >"$tmp/want"
        "$BOOTSTAMP" export -F $format "$tmp/$file.bst" | cut -d, -f1,3- >"$tmp/got"
        ok "export -F $format of $file times" cmp "$tmp/want" "$tmp/got"
    done
done
is "$("$BOOTSTAMP" export -F csv "$v" | awk -F, 'NR > 1 && $1 != $2' | wc -l | tr -d ' ')" 0 "csv: both times are the virtual one"
like "$("$BOOTSTAMP" export -F json "$v" | head -n 1)" '"clock":"virtual"' "json: says so"
like "$("$BOOTSTAMP" export -F readserial "$v")" '^=+ .* 2023 ' "readserial: the day of its start"
"$BOOTSTAMP" export -F ctf -o "$tmp/ctf" "$v"
ok "ctf: says so" grep -q 'absolute = false' "$tmp/ctf/metadata"
for format in perfetto asciicast svg html; do
    "$BOOTSTAMP" export -F $format "$v" >"$tmp/got" 2>"$tmp/err"
    is "$? $(cat "$tmp/err")" "0 " "export -F $format"
    ok "export -F $format: something" test -s "$tmp/got"
done
"$BOOTSTAMP" export -F bytes "$v" >"$tmp/want"
"$BOOTSTAMP" export -F raw "$v" >"$tmp/raw"
"$BOOTSTAMP" replay --speed 0 "$v" >"$tmp/got"
ok "replay" cmp "$tmp/raw" "$tmp/got"
like "$("$BOOTSTAMP" stats "$v")" '^1 capture, virtual clock' "stats: says so"
like "$("$BOOTSTAMP" stats "$h")" '^1 capture, host clock' "stats: of the host's"

# --- by instructions: what the guest did is exact, what QEMU's main loop did does not count
make a clock=virtual icount=1
make b clock=virtual icount=1 outside=40
make c clock=virtual icount=1 guest=500.000001
make d clock=both icount=1
"$BOOTSTAMP" diff --fail-over 0 --ignore-under 0 "$tmp/a.bst" "$tmp/b.bst" >"$tmp/out"
is $? 0 "diff: a later Stop does not count"
like "$(cat "$tmp/out")" '^Shutdown request  *1\.000000  *40\.000000  *\+39\.000000 .* asynchronous$' "and is shown"
like "$(cat "$tmp/out")" '^Total .* asynchronous$' "and makes the total longer"
like "$(cat "$tmp/out")" '^the guest, to the nanosecond: 0 of 8 phases and copies differ, 0 of 3 lines$' "nothing else differs"
"$BOOTSTAMP" diff --fail-over 0 --ignore-under 0 "$tmp/a.bst" "$tmp/c.bst" >"$tmp/out"
is $? 1 "diff: a nanosecond of the guest's does"
like "$(cat "$tmp/out")" ' \+0\.000001 .* SLOWER$' "and is shown"
"$BOOTSTAMP" diff --clock virtual -F json "$tmp/a.bst" "$tmp/c.bst" >"$tmp/out"
is "$(perl -MJSON::PP -0777 -ne '$d = decode_json($_); print "$d->{exact} $d->{measures_differ} $d->{lines_differ} ",
    join ",", map { $_->{name} } grep { $_->{outside} } @{$d->{measures}}' "$tmp/out")" \
    '1 1 0 Shutdown request,Total' "diff -F json has it"
"$BOOTSTAMP" diff --fail-over 0 --ignore-under 0 "$tmp/d.bst" "$tmp/d.bst" >"$tmp/out"
is "$(grep -c asynchronous "$tmp/out")" 0 "by the host's clock there are no such rows"

done_testing
