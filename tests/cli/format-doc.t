#!/bin/sh
# docs/capture-format.md: a reader written from the page alone (read-capture.pl) sees what the program sees.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests roms linux

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
    events "$1" >"$tmp/want"
    perl "$here/read-capture.pl" events "$1" >"$tmp/got"
    ok "events: $2" cmp "$tmp/want" "$tmp/got"
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
is "$("$BOOTSTAMP" export --format raw "$tmp/unknown.bst")" ab "unknown kinds are passed over"
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

# --- every kind of format.h is on the page, and its header's offsets are right
kinds=$(sed -n 's/^    CAPTURE_\([A-Z_]*\) = 0x\([0-9a-f][0-9a-f]\),.*/\1=\2/p' "$src/capture/format.h")
for kind in $kinds; do
    case $kind in NONE=*) continue ;; esac
    name=${kind%=*}
    ok "the page has kind $name" grep -q "^| 0x${kind#*=}.* | \`$name\` |" "$src/docs/capture-format.md"
done

done_testing
