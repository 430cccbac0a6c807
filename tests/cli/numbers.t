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

# --- and in the tables below, where names and numbers of boots are long
rm "$tmp/config/bootstamp/phases.conf"
perl -I"$src/tests/cli" -MCaptureFile - "$tmp/long.bst" <<'END'
session 'test'; vm 1; event 4, pack 'C Z* Z*', 0, 'a-serial-console-with-a-long-name', 'isa-serial 0x3f8'; $time = 50e6; vm 3;
for my $i (1 .. 11) {
    $time += 10e6; text "SeaBIOS (version 1)\n", 1000;
    event 0x12, pack 'S< Q< Q< Q<', 0, 10e6 * $i, 1e6 * $i, 0;
    text "Booting from ROM...\n", 1000;
    event 8, pack 'S< L< Z*', 0x20 + $i, 100_000, "opt/org.example/a-very-long-name-of-an-item-$i"; event 9, pack 'S< C', 0x20 + $i, 1;
    event 0x0b, pack 'S< C L< L< Q<', 0x20 + $i, 0, 0, 100_000, 4096; $time += 1e6; event 0x0c, pack 'S< L< C', 0x20 + $i, 100_000, 0;
    text '[    0.100000] calling  a_function_of_the_kernel_whose_name_is_very_long_indeed+0x0/0x7d @ 1' . "\n"; $time += 1e6;
    text '[    0.200000] initcall a_function_of_the_kernel_whose_name_is_very_long_indeed+0x0/0x7d returned 0 after 1 usecs' . "\n";
    event 0x0f, pack 'C Z* Z*', 0, 'a-disk-with-a-long-name-of-its-own', 'virtio-blk-pci';
    event 0x10, pack 'C L< Q< Q< Q< Q< Q< Q<', 0, 1000, 1_000_000 * $i, 100 * $i, 1e6 * $i, 0, 0, 0;
    $time += 1e6; vm 5, 'guest-reset' if $i < 11;
}
vm 10; write_capture $ARGV[0];
END
"$BOOTSTAMP" phases --all "$tmp/long.bst" >"$tmp/out"
for head in 'fw_cfg item' 'vCPUs' 'Disk reads in' 'Talking in' "Kernel's slowest"; do
    awk -v RS= -v head="$head" 'index($0, head) == 1 { print; exit }' "$tmp/out" >"$tmp/table"
    ok "$head: there is such a table" test "$(wc -l <"$tmp/table")" -ge 2
    # Rows of Total and All may have a column less
    is "$(grep -v '^All\|more' "$tmp/table" | awk '{ print length }' | sort -u | wc -l)" 1 "and its columns stand below one another"
done
like "$(grep '^SeaBIOS\|^BIOS post' "$tmp/out" | grep a-serial | tail -n 1)" '^BIOS post \(boot 11\) ' "a row says which boot it is of"

# --- one request, looked at on both sides of a milestone: rows add up to all
perl -I"$src/tests/cli" -MCaptureFile - "$tmp/split.bst" <<'END'
session 'test'; vm 1; event 0x0f, pack 'C Z* Z*', 0, 'cd0', 'ide-cd'; $time = 50e6; vm 3;
$time += 10e6; text "SeaBIOS (version 1)\n"; $time += 10e6; text "Booting from DVD/CD...\n"; $time += 6e6;
event 0x10, pack 'C L< Q< Q< Q< Q< Q< Q<', 0, 10_000, 2048, 1, 5e6, 0, 0, 0;
$time += 10e6; vm 10; write_capture $ARGV[0];
END
"$BOOTSTAMP" phases "$tmp/split.bst" | awk '$0 ~ /^Disk reads/, /^$/' >"$tmp/table"
is "$(awk '/ cd0 / && !/^All/ { for (i = 1; i < NF; i++) if ($i == "cd0") sum += $(i + 1) } END { print sum }' "$tmp/table")" \
    "$(awk '/^All/ { print $3 }' "$tmp/table")" "bytes of a disk in each phase are all that it read" || cat "$tmp/table" >&2

# --- a copy in each of two boots: two bars, not one that is as long as all
like "$("$BOOTSTAMP" export -F svg "$tmp/long.bst" | grep -c 'a-very-long-name-of-an-item-3 (boot 3)')" '^[1-9]' "a copy in a picture is of its boot"
perl -I"$src/tests/cli" -MCaptureFile - "$tmp/copies.bst" <<'END'
session 'test'; vm 1; $time = 50e6; vm 3; event 8, pack 'S< L< Z*', 0x20, 1_000_000, 'item';
for (1, 2) {
    text "SeaBIOS (version 1)\n"; event 9, pack 'S< C', 0x20, 1; event 0x0b, pack 'S< C L< L< Q<', 0x20, 0, 0, 1_000_000, 4096;
    $time += 10e6; event 0x0c, pack 'S< L< C', 0x20, 1_000_000, 0; $time += 1e9; vm 5, 'guest-reset' if $_ == 1;
}
vm 10; write_capture $ARGV[0];
END
is "$("$BOOTSTAMP" stats -F otlp "$tmp/copies.bst" |
    perl -ne 'print(($2 - $1) / 1e6, "\n") while /"name":"copy of item".*?"startTimeUnixNano":"(\d+)","endTimeUnixNano":"(\d+)"/g' | xargs)" \
    "10 10" "and a span of OTLP as long as the copy"
done_testing
