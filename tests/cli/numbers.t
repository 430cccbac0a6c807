#!/bin/bash
# Figures have points under a locale with commas, and columns stay in line with long and with wide names.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v perl >/dev/null || skip_all "no perl"

cap=$tmp/a.bst
perl "$src/tests/cli/boot-capture.pl" "$cap" disk=30 talk=20 initcall=40 cpu=50 post=1234 line='0.5 beside 1,5' || skip_all "no capture"
perl "$src/tests/cli/boot-capture.pl" "$tmp/b.bst" post=1100

if localedef -i de_DE -f UTF-8 "$tmp/de_DE.UTF-8" 2>"$tmp/err"; then
    export LOCPATH=$tmp
    is "$(LC_ALL=de_DE.UTF-8 locale decimal_point)" , "a locale with decimal commas"
    for command in "phases --all $cap" "info $cap" "stats $cap $tmp/b.bst" "stats -F json $cap" "diff $cap $tmp/b.bst" \
        "export --events $cap" "export -F csv $cap" "export -F json $cap" "export -F perfetto $cap" "export -F svg $cap" \
        "export -F screen --at 0.5 $cap"; do
        # shellcheck disable=SC2086
        is "$(LC_ALL=de_DE.UTF-8 "$BOOTSTAMP" $command 2>&1 | md5sum)" "$(LC_ALL=C.UTF-8 "$BOOTSTAMP" $command 2>&1 | md5sum)" \
            "${command%% /*}: the same as with points"
    done
    LC_ALL=de_DE.UTF-8 "$BOOTSTAMP" stats --budget 'Total<=9.5s' "$cap" >"$tmp/out" 2>&1
    is $? 0 "and a limit is read with a point"
else
    skip "de_DE" "localedef cannot make it: $(tail -n 1 "$tmp/err")"
fi

# --- names of milestones that are the user's: wide, combining, long
mkdir -p "$tmp/config/bootstamp"
cat >"$tmp/config/bootstamp/phases.conf" <<'END'
milestone 起動完了
    begins enter handle_19
milestone プローブの開始と終了を含むとても長い名前
    begins Booting from
milestone café ici
    begins SeaBIOS (version
END
export LC_ALL=C.UTF-8
# Where the first figure of each row ends, in cells: the same for all
"$BOOTSTAMP" phases "$cap" | sed -n '/^Milestone/,/^$/p' | sed 1d >"$tmp/table"
for name in 起動完了 プローブの開始と終了を含むとても長い名前 'café ici'; do
    like "$(cat "$tmp/table")" "^$name " "phases has $name"
done
is "$(perl -CSDA -ne 'next unless /^(.*?\d\.\d{6})/; my $w = 0; $w += /\p{Mn}/ ? 0 : /\p{East_Asian_Width=Wide}/ ? 2 : 1 for split //, $1;
    print "$w\n"' "$tmp/table" | sort -u | wc -l)" 1 "their times stand in one column"
is "$(perl -CSDA -ne 'next unless /^(.*?%)/; my $w = 0; $w += /\p{Mn}/ ? 0 : /\p{East_Asian_Width=Wide}/ ? 2 : 1 for split //, $1;
    print "$w\n"' "$tmp/table" | sort -u | wc -l)" 1 "and so do the shares"
"$BOOTSTAMP" stats "$cap" "$tmp/b.bst" | sed -n '/^Phase/,/^$/p' >"$tmp/stats"
is "$(perl -CSDA -ne 'next unless /^(.*?\s\d+)\s+[-\d]+\.\d/; my $w = 0; $w += /\p{Mn}/ ? 0 : /\p{East_Asian_Width=Wide}/ ? 2 : 1 for split //, $1;
    print "$w\n"' "$tmp/stats" | sort -u | wc -l)" 1 "in stats as well" || cat "$tmp/stats" >&2
done_testing
