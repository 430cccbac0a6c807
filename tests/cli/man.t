#!/bin/sh
# docs/bootstamp.1: well-formed, and it tells of every command and option there is.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

page=$src/docs/bootstamp.1

if command -v man >/dev/null && man --version 2>/dev/null | grep -q '^man '; then
    MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l "$page" >"$tmp/text" 2>"$tmp/warnings"
    is "$(cat "$tmp/warnings")" "" "man has no warnings"
else
    skip "man has no warnings" "no man"
fi
if command -v mandoc >/dev/null; then
    is "$(mandoc -Tlint -Wwarning "$page" 2>&1)" "" "mandoc has no warnings"
else
    skip "mandoc has no warnings" "no mandoc"
fi

sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/p' "$page" >"$tmp/synopsis"
for command in $(commands); do
    ok "it has the command $command" grep -qx "\.Ss $command" "$page"
    ok "in its synopsis, too" grep -qx "\.Cm $command" "$tmp/synopsis"
    for option in $("$BOOTSTAMP" "$command" --help | sed -n 's/^  \(-[a-zA-Z], \)\{0,1\}--\([a-z-]*\).*/\2/p'); do
        ok "it has $command --$option" grep -q "^\.It.* Fl -$option" "$page"
    done
done
"$BOOTSTAMP" view --keys | sed -n 's/^  \([a-z-]*\) .*/\1/p' >"$tmp/actions"
ok "the viewer lists what can be done" test "$(wc -l <"$tmp/actions")" -gt 40
# Keys of one action are words in its columns; each key does one thing.
is "$("$BOOTSTAMP" view --keys | sed -n 's/^  [a-z-]*  *\(.*\)/\1/p' | cut -c 1-17 | tr -s ' ' '\n' | sort | uniq -d | grep .)" "" "no key is two actions'"
while read -r action; do
    ok "docs/viewer.md has the action $action" grep -qF "| \`$action\` |" "$src/docs/viewer.md"
done <"$tmp/actions"
for command in export stats diff; do
    [ $command = diff ] || sed -n "/^\.Ss $command\$/,/^\.Ss/p" "$page" >"$tmp/section" # those of diff are as for stats
    for format in $("$BOOTSTAMP" $command --format help | sed 's/ .*//'); do
        ok "$command: it has the format $format" grep -qx "\.It Cm $format" "$tmp/section"
    done
done
for option in path append size chardev mux logfile; do
    ok "it has the chardev's $option=" grep -q "^\.It Cm .*$option=" "$page"
done

done_testing
