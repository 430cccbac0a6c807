#!/bin/sh
# A guest that writes escape sequences, markup, formulas, formats and broken UTF-8, and a capture whose names are made
# of them: each command and each format keeps them to itself, which parsers that are not ours look at.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests hostile.rom pattern-1000.rom
check="$src/tests/faults/check-output.py"
cap=$tmp/hostile.bst
RUN="$BOOTSTAMP run -q --"
run_rom hostile -device isa-bootprobe,chardev=dbg -chardev "timestamp,id=dbg,path=$cap"
is $? 0 "the guest writes what it likes, and powers off"
run_rom pattern-1000 -chardev "timestamp,id=dbg,path=$tmp/other.bst"
perl "$src/tests/faults/hostile-names.pl" "$tmp/names.bst"

# shows KIND NAME COMMAND...: standard output is good, and the messages too
shows() {
    kind=$1 name=$2
    shift 2
    "$BOOTSTAMP" "$@" >"$tmp/out" 2>"$tmp/err"
    status=$?
    if [ $status -gt 3 ]; then
        fail "$name" || diag "exit status $status"
        return
    fi
    "$check" text "$tmp/err" && "$check" "$kind" "$tmp/out" || status=99
    if [ $status = 99 ]; then fail "$name"; else pass "$name"; fi
}

for file in hostile names; do
    cap=$tmp/$file.bst
    for time in relative wall delta; do
        shows text "$file: export text, --time $time, --events" export --events --time $time "$cap"
    done
    shows text "$file: export bytes" export -F bytes "$cap"
    shows text "$file: export readserial" export -F readserial "$cap"
    shows jsonl "$file: export json" export -F json "$cap"
    shows csv "$file: export csv" export -F csv --events "$cap"
    shows json "$file: export perfetto" export -F perfetto "$cap"
    shows jsonl "$file: export asciicast" export -F asciicast "$cap"
    shows text "$file: export svg" export -F svg "$cap"
    ok "$file: xmllint takes the svg" xmllint --noout --nonet "$tmp/out"
    is "$(xmllint --xpath 'count(//*[local-name() = "script" or @onload or @onerror or @href])' --nonet "$tmp/out")" 0 \
        "$file: and nothing in it is the guest's"
    shows html "$file: export html" export -F html --events "$cap"
    rm -rf "$tmp/ctf"
    shows text "$file: export ctf" export -F ctf -o "$tmp/ctf" "$cap"
    ok "$file: babeltrace2 takes it" sh -c 'babeltrace2 --no-delta "$1" >"$2"' - "$tmp/ctf" "$tmp/bt"
    ok "$file: and shows nothing of it to a terminal" "$check" text "$tmp/bt"
    for clock in host virtual; do
        shows text "$file: phases, $clock clock" phases --clock $clock "$cap"
    done
    shows text "$file: info" info "$cap"
    shows text "$file: stats" stats "$cap" "$tmp/other.bst"
    shows json "$file: stats, json" stats -F json "$cap"
    shows csv "$file: stats, csv" stats -F csv "$cap"
    shows text "$file: diff" diff "$tmp/other.bst" "$cap"
    shows json "$file: diff, json" diff -F json "$cap" "$tmp/other.bst"
done
"$BOOTSTAMP" export -F raw "$tmp/hostile.bst" >"$tmp/raw"
"$BOOTSTAMP" replay --speed 0 "$tmp/hostile.bst" >"$tmp/replayed"
ok "raw and replay are the guest's bytes, into a file or pipe" cmp "$tmp/raw" "$tmp/replayed"
ok "with the line of a million" sh -c 'awk "{ if (length(\$0) >= 1000000) found = 1 } END { exit !found }" "$1"' - "$tmp/raw"

# Names of files, which come from whoever may write in a folder
mkdir "$tmp/folder"
for name in "$(printf '\033]0;PWNED\007')" '%s%n' '<b>' '=1+1' "$(printf 'a\nb')" "$(printf '\342\200\256x')" "$(printf '\377')"; do
    cp "$tmp/other.bst" "$tmp/folder/$name.bst"
done
cd "$tmp/folder" || exit 1
XDG_RUNTIME_DIR=$tmp shows text "list: names of files" list
is "$(wc -l <"$tmp/out")" 7 "one line for each"
shows text "stats: names of files" stats .
shows json "stats: the same in JSON" stats -F json .
for name in *.bst; do
    shows text "info: a name of a file" info "$name"
done
shows text "a message with such a name" info "$(printf '\033]0;PWNED\007')"
cd / || exit 1

# A guest that never stops, and a cap
need_guests flood.rom
start_rom flood -chardev "timestamp,id=dbg,path=$tmp/flood.bst,size=1M"
wait_for 20 sh -c '"$0" info "$1" | grep -q "^lost  *[1-9]"' "$BOOTSTAMP" "$tmp/flood.bst"
stop_qemu
ok "a guest that writes without end: the file has its cap" test "$(stat -c %s "$tmp/flood.bst")" -le 1048576
like "$("$BOOTSTAMP" info "$tmp/flood.bst")" '^lost  *[1-9][0-9]* bytes' "and tells what it could not keep"

# On a terminal: what is the guest's own to command is made visible there.
if command -v script >/dev/null; then
    script -q -e -c "$BOOTSTAMP replay --speed 0 $tmp/hostile.bst" /dev/null </dev/null >"$tmp/tty" 2>&1
    is "$(tr -d '\r\n\t' <"$tmp/tty" | LC_ALL=C grep -a -c -P '[\x00-\x1f\x7f]|\xc2[\x80-\x9f]')" 0 "replay to a terminal makes controls visible"
    script -q -e -c "$BOOTSTAMP replay --raw --speed 0 $tmp/hostile.bst" /dev/null </dev/null >"$tmp/tty" 2>&1
    ok "replay --raw does not" grep -a -q -P '\x1b\]0;PWNED' "$tmp/tty"
    script -q -e -c "$BOOTSTAMP export -F raw $tmp/hostile.bst" /dev/null </dev/null >"$tmp/tty" 2>&1
    is $? 1 "export raw does not write to a terminal"
    like "$(cat "$tmp/tty")" '^bootstamp: export: .*terminal' "and says so"
else
    skip "a terminal" "no script(1)"
fi
done_testing
