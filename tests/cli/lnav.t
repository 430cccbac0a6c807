#!/bin/sh
# The format for lnav: a real lnav gives each line its time to the microsecond and its whole text.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v lnav >/dev/null || skip_all "no lnav"
command -v perl >/dev/null || skip_all "no perl"
HOME=$tmp/home
export HOME
mkdir "$HOME"

# Texts with colons, quotes, brackets, blanks at the begin, something like a time, UTF-8
perl "$src/tests/cli/boot-capture.pl" "$tmp/a.bst" line='a: b, "c" [d] \e 2026-01-01 12:34:56.123456 x' line='   three blanks' \
    line="$(printf 'ein Wort: \303\274bung \342\202\254')" line='0' line='--  -1.000000  x' guest=2000000 ||
    skip_all "no capture"
"$BOOTSTAMP" export --time wall --events "$tmp/a.bst" >"$tmp/wall.log"
n=$(wc -l <"$tmp/wall.log")
ok "the export has lines" test "$n" -gt 10

# asked SQL: what lnav answers, as CSV
asked() {
    lnav -n -I "$src/lnav" -c ";$1" -c ':write-csv-to -' "$tmp/wall.log" 2>&1 | tail -n +2
}
ok "lnav has nothing to say against the format" lnav -C -I "$src/lnav" "$tmp/wall.log"
is "$(asked 'SELECT count(*) FROM bootstamp_log')" "$n" "each row is a row in lnav"
is "$(asked "SELECT count(*) FROM bootstamp_log WHERE log_raw_text != time || printf('%11s', delta) || '  ' || log_body")" 0 \
    "time, delta and text are the whole row"
is "$(asked 'SELECT time FROM bootstamp_log')" "$(cut -c 1-26 "$tmp/wall.log")" "each time to the microsecond"
is "$(asked 'SELECT hex(log_body) FROM bootstamp_log' | md5sum)" \
    "$(perl -ne 'chomp; s/^.{26} *[-+][0-9.]+  //; print uc unpack("H*", $_), "\n"' "$tmp/wall.log" | md5sum)" "each text as it is"
is "$(asked "SELECT count(*) FROM bootstamp_log WHERE substr(time, 1, 23) != log_time")" 0 "lnav's own time is that time"
done_testing
