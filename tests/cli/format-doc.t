#!/bin/sh
# docs/capture-format.md: a reader written from the page alone (read-capture.pl) sees what the program sees.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests roms linux flood-80000.rom

here=$src/tests/cli

# Rows of `export --events` as read-capture.pl prints them
events() {
    "$BOOTSTAMP" export --format text --events "$1" |
        perl -ne 'print "$1 $2\n" if /^ *([\d.]+) +[+-][\d.]+  (?:- +)?-- (.*)/'
}

# agree FILE NAME: both readers, all they can say
agree() {
    "$BOOTSTAMP" export --format bytes "$1" >"$tmp/want"
    perl "$here/read-capture.pl" bytes "$1" >"$tmp/got"
    ok "bytes: $2" cmp "$tmp/want" "$tmp/got"
    "$BOOTSTAMP" export --format bytes --clock virtual "$1" >"$tmp/want"
    perl "$here/read-capture.pl" virtual "$1" >"$tmp/got"
    ok "bytes by the virtual clock: $2" cmp "$tmp/want" "$tmp/got"
    # the rows of the one are in the order of their times, those of the other in the file's
    events "$1" | sort >"$tmp/want"
    perl "$here/read-capture.pl" events "$1" | sort >"$tmp/got"
    ok "events: $2" cmp "$tmp/want" "$tmp/got"
    "$BOOTSTAMP" export --format json "$1" | tail -n 1 | perl -ne 'printf "%d words, %d records\n",
        /"skipped_words":(\d+)/, /"unknown_records":(\d+)/ ? $1 : 0' >"$tmp/want"
    perl "$here/read-capture.pl" skipped "$1" >"$tmp/skipped"
    ok "what is damaged, and what is not known: $2" cmp "$tmp/want" "$tmp/skipped"
}

state() { perl "$here/read-capture.pl" state "$1"; }

# --- a real boot: two streams, DMA and PIO
for dma in on off; do
    RUN="$BOOTSTAMP run -q --" lib_qemu -m 512 -kernel "$guests/vmlinuz" -initrd "$guests/initrd-small" \
        -append "console=ttyS0 quiet panic=-1" -chardev "timestamp,id=dbg,path=$tmp/boot.bst" \
        -chardev "timestamp,id=ser,path=$tmp/boot.bst" -serial chardev:ser -global fw_cfg.dma_enabled=$dma
    is $? 0 "a Linux boot, fw_cfg DMA $dma"
    agree "$tmp/boot.bst" "a Linux boot, fw_cfg DMA $dma"
    ok "with fw_cfg and VM events" grep -q 'fw_cfg 0x0011 selected' "$tmp/got"
    ok "to its end" grep -q 'shutdown request: guest-shutdown' "$tmp/got"
    is "$(state "$tmp/boot.bst")" ended "it is ended"
done

# --- icount, a reset, an appended session
RUN="$BOOTSTAMP run -q --" run_rom reset -icount shift=0,sleep=off -chardev "timestamp,id=dbg,path=$tmp/a.bst"
RUN="$BOOTSTAMP run -q --" run_rom pattern-1000 -chardev "timestamp,id=dbg,path=$tmp/a.bst,append=on"
is $? 0 "an appended run"
is "$("$BOOTSTAMP" info "$tmp/a.bst" | sed -n 's/^sessions  *//p')" 2 "two sessions"
agree "$tmp/a.bst" "two sessions, the first under icount"

# --- bytes lost at the cap
RUN="$BOOTSTAMP run -q --" run_rom pattern-200000 -chardev "timestamp,id=dbg,path=$tmp/cap.bst,size=64K"
agree "$tmp/cap.bst" "a capture at its cap"
ok "it tells of the loss" grep -q 'bytes and .* lost' "$tmp/got"

# --- the oldest is dropped
RUN="$BOOTSTAMP run -q --size 6M,keep=last --" run_rom flood-80000 -icount shift=0,sleep=off \
    -chardev "timestamp,id=dbg,path=$tmp/keep.bst"
RUN="$BOOTSTAMP run -q --size 8M,keep=ends --" run_rom pattern-1000 -chardev "timestamp,id=dbg,path=$tmp/keep.bst,append=on"
agree "$tmp/keep.bst" "two sessions that dropped what is oldest"
ok "it tells of that" grep -q 'bytes and .* were dropped' "$tmp/got"

# --- live, then killed
RUN="$BOOTSTAMP run -q --" start_rom flood -chardev "timestamp,id=dbg,path=$tmp/k.bst,size=1M"
wait_for 10 test -s "$tmp/k.bst"
is "$(state "$tmp/k.bst")" live "a capture that is being written is live"
stop_qemu KILL
is "$(state "$tmp/k.bst")" killed "a killed one is killed"
agree "$tmp/k.bst" "a killed capture"

# --- what does not happen in a test's time
perl "$here/format-cases.pl" "$tmp" >"$tmp/cases" || fail "made the cases"
while read -r case; do
    agree "$tmp/$case.bst" "$case"
done <"$tmp/cases"

# The page's own words on some of these
is "$(perl "$here/read-capture.pl" bytes "$tmp/leap.bst" | tail -n 1)" "$((5 * (1 << 48) + 9)) 0x0a 0" \
    "time past 48 bits"
is "$("$BOOTSTAMP" export --format raw "$tmp/torn.bst")" abcde "torn records are passed over"
is "$("$BOOTSTAMP" export --format raw "$tmp/unknown.bst")" ab "unknown kinds are skipped"
like "$("$BOOTSTAMP" info "$tmp/unknown.bst")" "^unknown  *3 records of kinds" "and counted apart from damage"
is "$("$BOOTSTAMP" export --format json "$tmp/unknown.bst" | grep -o '"unknown_records":[0-9]*')" '"unknown_records":3' \
    "in JSON as well"
is "$(state "$tmp/killed.bst")" killed "not ended and not locked is killed"

# --- what a reader must refuse
cp "$tmp/leap.bst" "$tmp/v3.bst"
printf '\003' | dd of="$tmp/v3.bst" bs=1 seek=8 conv=notrunc 2>/dev/null
"$BOOTSTAMP" export "$tmp/v3.bst" >"$tmp/out" 2>"$tmp/err"
is $? 1 "another version is refused"
like "$(cat "$tmp/err")" "^bootstamp: $tmp/v3.bst: .*format 3" "and the message names it"
cp "$tmp/virtual.bst" "$tmp/c9.bst"
printf '\011' | dd of="$tmp/c9.bst" bs=1 seek=16 conv=notrunc 2>/dev/null
like "$("$BOOTSTAMP" export "$tmp/c9.bst" 2>&1)" "^bootstamp: $tmp/c9.bst: has times of clock 9, " "and so is another clock"

# --- the tables of format.h and of the page are the same
header=$src/capture/format.h page=$src/docs/capture-format.md
{
    sed -n 's/^ *K(\(0x[0-9a-f]*\), *\([A-Z_]*\),.*/\1 \2/p' "$header"
    sed -n 's/^#define CAPTURE_\(PAD\|CONT\|JUMP\) \(0x[0-9a-f]*\)$/\2 \1/p' "$header"
} | sort >"$tmp/header"
sed -n 's/^| \(0x[0-9a-f]*\) | `\([A-Z_]*\)` |.*/\1 \2/p' "$page" | sort >"$tmp/page"
ok "the page has the kinds of format.h, and no others" diff "$tmp/header" "$tmp/page"
ok "there are some" test "$(wc -l <"$tmp/page")" -gt 15

grep -v ' \(PAD\|CONT\|JUMP\)$' "$tmp/page" | sed 's/\(.*\) \(.*\)/### \2, \1/' >"$tmp/want"
grep '^### [A-Z_]*, 0x' "$page" | sort -t x -k 2 >"$tmp/got"
ok "and a section for each" diff "$tmp/want" "$tmp/got"

last=$(grep -v ' \(PAD\|CONT\|JUMP\)$' "$tmp/page" | tail -n 1)
free=$(printf '0x%02x' "$((${last%% *} + 1))")
ok "the first free kind is the one behind the last" grep -q "^Kinds $free to 0x7c are free" "$page"

sed -n 's/^ *E(\([0-9]*\), [A-Z]*, "\([a-z]*\)", "\([^"]*\)").*/\1 \2 \3/p' "$header" >"$tmp/header"
sed -n 's/^| \([0-9]*\) | `\([a-z]*\)` | \([^|]*\) |.*/\1 \2 \3/p' "$page" >"$tmp/page"
ok "the page has the VM events of format.h, and no others" diff "$tmp/header" "$tmp/page"
ok "there are some of these, too" test "$(wc -l <"$tmp/page")" -ge 10

# --- a new kind is met by the compiler: no switch over kinds has a default
perl -0777 -ne 'while (/switch \((?:\w+(?:->|\.))*kind\) \{(.*?)\n    \}/gs) {
        print "$ARGV: a switch over record kinds has a default\n" if $1 =~ /CAPTURE_(BYTE|VM)\b/ && $1 =~ /default:/
    }' "$src"/capture/*.c "$src"/chardev-backend/*.c "$src"/viewer/*.c "$src"/viewer/*/*.c "$src"/tests/*/*.c >"$tmp/out"
is "$(cat "$tmp/out")" "" "no switch over record kinds has a default"

done_testing
