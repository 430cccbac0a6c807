#!/bin/bash
# What does not fit on the screen: whole or marked, and nothing lost, shifted or taken for something else.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/terminal/screen.sh
. "$(dirname "$0")/screen.sh"

export HOME=$tmp
perl -I"$src/tests/cli" - "$tmp" <<'END' || skip_all "no perl"
use CaptureFile;
chdir $ARGV[0];
session 'a very long version of QEMU that somebody built, named NEEDLE at its far end';
vm 1;
event 4, pack 'C Z* Z*', 0, 'ser', 'isa-serial 0x3f8';
$time = 50e6; vm 3;
for my $i (0 .. 9) {
    $time += 1e6;
    text 'x' x $i . join('', map { chr(0xe3) . chr(0x81) . chr(0x80 + $_) } 2 .. 60) . "|end\n";
}
$time += 86_400e9; text "Booting from Hard Disk" . chr(0xe3) . chr(0x81) x 1 . chr(0x82) . "...\n";
vm 7, 'guest-shutdown'; vm 10;
write_capture 'wide.bst';
start_capture;
session 'one'; vm 1; $time = 50e6; vm 3; $time = 60e6; text "SeaBIOS (version 1.2.3)\n"; vm 10;
$time = 60e9; session 'two'; vm 1; $time += 50e6; vm 3; $time += 10e6; text "SeaBIOS (version 1.2.3)\n"; vm 10;
write_capture 'two.bst';
END
perl "$src/tests/cli/boot-capture.pl" "$tmp/a-boot-with-a-name.bst"
perl "$src/tests/cli/boot-capture.pl" "$tmp/b.bst" post=200
view() { screen_start "$1" "$2" "$BOOTSTAMP" view "${@:3}" && shows 15 'q quit'; }
# Rows whose first cell is neither blank nor one of the signs that stand there
shifted() { screen | sed -n '/Log /,/ENDED/p' | sed '1d;$d' | grep -c '^[^ ◆1-9]'; }

# --- the log
view 80 24 "$tmp/wide.bst"
sees "an event's text that is cut has a sign" '── QEMU a very long version of QEMU.*>$'
sees "so has a wide character's line" 'あ.*>$'
is "$(shifted)" 0 "and the sign stays in its line"
resize 81 24
sees "at a width of another parity" '^.{80}$'
is "$(shifted)" 0 "the same"
resize 80 24
keys /
keys NEEDLE Enter
sees "a match at an event's end is brought into view" '── <.*NEEDLE at its far'
like "$(screen -e | grep NEEDLE)" $'\033\\[[0-9;]*mNEEDLE\033' "and has its colour"
is "$(shifted)" 0 "and what is cut at the left is not shifted"
sees "a milestone keeps its name" '── Run ─'
keys Escape g W
sees "wrapped, an event goes on in the next line" '^ {35}y built, named NEEDLE at its far end'
want=$(perl -CO -e 'print map { chr(0x3040 + $_) } 2 .. 60')
wrapped() { screen | sed -n '/ ser x*あ/,/|end/{p;/|end/q}' | sed 's/^.* ser x*//;s/^ *//;s/|end.*//' | tr -d '\n '; }
wrapped_whole() { [ "$(wrapped)" = "$want" ]; }
for width in 80 81 63; do
    resize $width 24
    ok "wrapped at $width columns no character is lost" wait_for 15 wrapped_whole
done

# --- the status line: half a number is another number
view 40 10 "$tmp/wide.bst"
sees "a time that does not fit is not there" 'ENDED +guest-shutdown .*%'
is "$(screen | grep -c 'ENDED.* 86400 \|ENDED.*86400\.[0-9]* [0-9]*/')" 0 "and not a part of it"

# --- two boots in a narrow terminal
view 60 24 "$tmp/a-boot-with-a-name.bst" "$tmp/b.bst"
keys c
sees "names and numbers are whole" '^ BIOS int 19 +0\.160 +0\.260 +\+0\.100 +\+62\.5%$'
resize 44 24
sees "at 44 columns the share has no room" '^ BIOS int 19 +0\.160 +0\.260 +\+0\.100$'
sees "a name that is cut has a sign" '^ LinuxBoot co[a-z ]*> +0\.'

# --- sessions
view 80 24 "$tmp/two.bst"
keys g
sees "a row of an earlier session is before all milestones" '▲ before the first milestone'
keys :
burst $'boot 3\n'
sees "a boot that is not there" 'no boot 3: the capture has 1 boot$'

# --- the copies below the log: no row is hidden without a sign
perl -I"$src/tests/cli" -MCaptureFile - "$tmp/items.bst" <<'END'
session 'test'; vm 1; $time = 50e6; vm 3; text "SeaBIOS (version 1)\n";
for my $i (1 .. 9) {
    event 8, pack 'S< L< Z*', 0x20 + $i, 100_000 * $i, "item-$i"; event 9, pack 'S< C', 0x20 + $i, 1;
    event 0x0b, pack 'S< C L< L< Q<', 0x20 + $i, 0, 0, 100_000 * $i, 4096; $time += 1e6;
    event 0x0c, pack 'S< L< C', 0x20 + $i, 100_000 * $i, 0;
}
vm 10; write_capture $ARGV[0];
END
view 80 40 "$tmp/items.bst"
sees "the last rows, and which those are" 'fw_cfg copies +rows 4-9 of 9 *$'
sees "no line is kept for what is read now in a boot that has ended" ' item-9 .*'
is "$(screen | grep -A 1 ' item-9 ' | tail -n 1 | cut -c 1-13)" " sum  9 items" "the sum is right below the rows"

# --- a line in full: an event is no bytes of the guest
keys g Enter
sees "an event in full" '^ +boot +\+0\.000000000'
is "$(screen | grep -c '^ *bytes ')" 0 "has no bytes"
keys Escape "]" "]" "]" Enter
sees "a line has" '^ +bytes +19$'

done_testing
