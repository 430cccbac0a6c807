#!/bin/bash
# The viewer against a real boot, live: what a user sees and does.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/terminal/screen.sh
. "$(dirname "$0")/screen.sh"
need_guests

cap=$tmp/boot.bst
screen_start 130 40 "$BOOTSTAMP" view --wait "$cap"
sees "it waits for the capture" 'waiting for the capture'

# --- live, with PIO: slow enough to be watched
start_boot "$cap" -global fw_cfg.dma_enabled=off
while kill -0 $boot_job 2>/dev/null; do
    screen >>"$tmp/screens"
    sleep 0.05
done
wait $boot_job
is $? 0 "the guest boots and powers off"
sees "the end is seen" 'ENDED +guest-shutdown'

percents() { grep -o -E "$1 +[0-9.]+[kM]?/[0-9.]+[kM].* +[0-9]+%" "$tmp/screens" | grep -o -E '[0-9]+%' | sort -un; }
for item in initrd kernel; do
    percents $item >"$tmp/percents"
    screen >>"$tmp/screens"
    ok "$item: several values were seen ($(wc -l <"$tmp/percents"))" test "$(wc -l <"$tmp/percents")" -ge 4
    percents $item >"$tmp/percents"
    is "$(tail -n 1 "$tmp/percents")" 100% "$item ends at 100%"
done
like "$(cat "$tmp/screens")" 'LIVE +FOLLOW' "it was live and followed"
like "$(cat "$tmp/screens")" 'now +initrd +[0-9]+% .*left' "what is being copied, and the time left, were seen"
sees "the sum of the copies" 'sum +[0-9]+ items, [0-9.]+MB'
sees "milestones have rows" '── Stop ──'
sees "the timeline has shares" 'BIOS post [0-9.]+%'

# --- moving
keys g
sees "g goes to the first line" '── Start ─'
keys ']' ']' ']'
sees "] goes to milestones" '▲ .*BIOS post,'
keys '['
sees "[ goes back" '▲ .*Run,'
keys G
sees "G goes to the last line" '▲|Stop,'
is "$(screen | grep -c FOLLOW)" 0 "a boot that has ended is not followed"
keys F
sees "and F says so" 'the boot has ended'

# --- searching
keys g / 'linux VERSION' Enter
sees "a pattern with a capital letter wants that case" 'not found: linux VERSION'
keys / 'linux version' Enter
sees "one without does not" 'ser \[ .*Linux vers'
keys g '?' x Enter
sees "? goes on from the end where nothing is before the first line" 'search wrapped: on from the end'
keys g
keys / 'PCI.*init' Enter
sees "a regular expression" 'PCI bus & bridge init|PCI: init bdf'
keys n n
keys N
keys / '*(' Enter
sees "a bad pattern is told" 'rror while compiling'

# --- filter
keys '&' 'booting from' Enter
sees "& shows what matches" '& booting from '
is "$(screen | grep -c -E ' dbg .*Booting from')" 2 "only those are shown"
is "$(screen | grep -c -E '[0-9]\.[0-9]{6} .* (dbg|ser) ')" 2 "and nothing else"
keys '&' C-u Enter
sees "an empty one shows all" 'SeaBIOS|Linux|PCI'

# --- mark, time
keys g ']' ']' ']' m
sees "m marks" 'marked;'
keys ']'
sees "the time from the mark is shown" 'mark\+[0-9.]+ [µm]?s'
for mode in 'since the row before' 'wall clock' 'since the mark' "QEMU's virtual clock" "since this boot's reset" 'since the start'; do
    keys t
    sees "t: $mode" "time: $mode"
done

# --- slowest
keys s
sees "s lists the slowest" 'Slowest lines$|Slowest lines '
# The last line before the longest wait is the kernel's first.
keys g Enter
sees "Enter goes there" '^ +[0-9.]+ +[0-9.]+ (ms|s) .*(█|▏)'

# --- streams
keys z 1
sees "z hides a stream" 'dbg hidden'
is "$(screen | grep -c ' dbg [A-Z]')" 0 "none of its lines is left"
keys z a
keys g

# --- help
keys h
sees "h helps" 'stay at the end while lines come'
keys q
sees "q leaves the help" 'fw_cfg copies'
keys F1
sees "F1 helps too" 'stay at the end while lines come'
keys q

# --- panes
keys Tab
keys k k Enter
sees "Enter on a copied item goes to its beginning" '▲'

# --- writing
keys w Tab C-u "$tmp/shown.txt" Enter
sees "w writes" 'lines written to'
ok "the file has all lines" grep -q 'bootstamp guest: init' "$tmp/shown.txt"
ok "and the firmware's" grep -q 'SeaBIOS (version' "$tmp/shown.txt"
before=$(cksum <"$tmp/shown.txt")
keys w C-u "$tmp/shown.txt" Enter
sees "it asks before it overwrites" 'Overwrite it\? \(y/n\)'
keys n
sees "n does not" 'nothing written'
is "$(cksum <"$tmp/shown.txt")" "$before" "the file is as it was"
before=$(cksum <"$cap")
keys w C-u "$cap" Enter
sees "it does not write over the capture" 'is the capture itself'
is "$(cksum <"$cap")" "$before" "the capture is as it was"

# --- sizes
resize 80 24
sees "80x24: the copies are below the log" '^ fw_cfg copies'
resize 40 10
sees "40x10: there is a log" '^(▌| )Log'
is "$(screen | wc -l)" 10 "ten lines"
resize 39 10
sees "39x10 is too small, and it says so" '39x10 is too small'
resize 40 9
sees "40x9 too" '40x9 is too small'
resize 10 2
resize 200 50
sees "and back" 'fw_cfg copies'
sees "with all of it" 'sum +[0-9]+ items'
keys q
sees "q quits with status 0" '\[status 0\]'
done_testing
