#!/bin/bash
# Ways of use that people bring from less, tig, htop and lnav.  Times are those that the captures were made with.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/terminal/screen.sh
. "$(dirname "$0")/screen.sh"

export HOME=$tmp
a=$tmp/a.bst b=$tmp/b.bst two=$tmp/two.bst
long=$(perl -e 'print "long line: ", "x" x 150, "NEEDLE", "y" x 100')
perl "$src/tests/cli/boot-capture.pl" "$a" "line=$long" 'line=an audit line' || skip_all "no perl"
perl "$src/tests/cli/boot-capture.pl" "$b" post=200
perl "$src/tests/cli/export-capture.pl" "$two"
has() { screen | grep -E -q -e "$1"; }
lacks() { ! has "$1"; }
row() { screen | grep -F -n -e "$1" | head -n 1; }
view() { screen_start "$1" "$2" "$BOOTSTAMP" view "${@:3}" && shows 15 'h help'; }

# --- keys that come in one read with what they are meant for
view 80 24 "$a"
burst $'sjj\n'
sees "s, two down, Enter in one burst: the third slowest" '▲ 0\.050000 s'
burst $'/Booting from\nm'
sees "a search and m in one burst" 'marked'
sees "the match is marked" '^1 +0\.1[0-9]+ .*Booting from'
burst $'&audit\nj'
sees "a filter and a key in one burst" '& audit .*time'
burst $'&\025\n'
burst $':1\n]'
sees "a jump and a key in one burst" '▲ 0\.000000 s'

# --- marks
keys s j m
sees "m in the list of slow lines marks the line shown there" 'marked'
keys Escape
sees "the list is left" '◂ BIOS int 19'
sees "that line has the mark" '^1 .*enter handle_19'
keys "'"
sees "' lists the marks" 'Marks'
sees "with the time between them" '^ 2 +0\.[0-9]+ +20\.0 ms +Booting'
keys 1
sees "a digit goes to one" '▲ 0\.160000 s'
keys "'" m m
sees "m removes them there" 'no mark yet'
keys Escape

# --- text beside a line is found
keys g / 'bios int' Enter
sees "search finds a milestone beside a line" '▲ 0\.160000 s'
sees "the match is counted" 'match 1 of 1'
keys '&' '^BIOS post$' Enter
sees "the filter does too" '1/1 100%'
keys '&' C-u Enter
keys / 'nowhere at all' Enter
sees "what is not there is said" 'not found: nowhere at all'

# --- patterns are kept
keys / audit Enter
sees "a search" 'match 1 of 1'
keys Escape g
wait_for 5 lacks 'match 1'
keys n
sees "n after Esc still has its pattern" '▲ 0\.060000 s'
sees "n after Esc: found" 'match 1 of 1'
keys / 'bad(' Enter
sees "a bad pattern is reported" 'rror while compiling'
keys / Up
sees "and can be mended" '^/bad\('
keys C-a 'x' C-e BSpace Left End C-w C-u 'seabios' Home Delete 's' Enter
sees "the prompt can be edited" 'match 1 of 1'
keys / Up Up
sees "the history is deeper than one" '^/bad\('
keys Up Up
sees "and deeper" '^/nowhere at all'
keys Down Down Escape
keys q
sees "the end" '\[status 0\]'
view 80 24 "$a"
keys / Up
sees "the history is kept between runs" '^/seabios'
keys Escape

# --- search goes around, and says so
keys G / 'seabios' Enter
sees "a search wraps around" 'search wrapped: on from the start'

# --- sideways
keys g 0
sees "a line that goes on has a sign" 'long line: .*x+>'
keys Right Right Right Right Right Right Right Right Right Right Right Right Right Right Right Right Right Right Right Right Right Right
sees "sideways has an end" 'no line goes on to the right'
sees "and a sign to the left" '<y+'
keys 0
sees "0 is the way back" 'long line: xxx'
keys / NEEDLE Enter
sees "a match beyond the edge is brought into view" '<?x+NEEDLEy+>'
keys 0 W
sees "W wraps" '^ +x*NEEDLEy*$'
keys W
sees "W cuts again" 'long line: x+>'

# --- a line in full
keys / audit Enter
sees "a line" 'match 1 of 1'
keys Enter
for what in 'start +0\.060000000' 'delta +\+0\.000000000' 'wall .*:20\.060000000' 'virtual' 'mark' 'stream +dbg \(0\), isa-debugcon' 'bytes +13' \
    '^ an audit line'; do
    sees "Enter: $what" "$what"
done
keys Right
sees "Right: the next line" 'enter handle_19: at 0x1234'
keys q
sees "q leaves it" 'q quit  h help  / search'
keys q
sees "q does not end where a list was a key ago" 'once more quits'
keys j q
sees "but it does" '\[status 0\]'

# --- overlays keep their search
view 100 30 "$a"
keys s / 'handle' Enter
sees "/ in a list searches the list" 'Slowest lines'
keys Enter
sees "and Enter goes to what was found" '▲ 0\.160000 s'
keys h / 'wrap long' Enter
sees "/ in the help too" '^▌Help'
keys q Tab / initrd Enter
sees "/ on the copies" 'not found in this list: initrd'
keys / kern Enter
wait_for 5 lacks 'not found'
keys O
sees "O sorts the copies" 'largest first|▾bytes|fw_cfg copies  kernel'
keys Escape

# --- times
keys g
for mode in 'since the row before' 'wall clock' 'since the mark' "QEMU's virtual clock" "since this boot's reset" 'since the start'; do
    keys t
    sees "t: $mode" "time: $mode"
done
keys T
sees "T: the other way" "since this boot's reset"
keys T T T T
sees "T: to the delta" 'since the row before'
sees "the delta mode" ' \+0\.100000 +.*enter handle_19'
keys T

# --- jumps
keys : 3 Enter
sees ":3, a line" ' 3/[0-9]+ [0-9]+%'
keys : '100%' Enter
sees ":100%" '([0-9]+)/\1 100%'
keys : '160ms' Enter
sees ":160ms, a time" '▲ 0\.160000 s'
keys : '22:13:20.060' Enter
sees ":22:13:20.06, the time of the day" '▲ 0\.060000 s'
keys : '+100ms' Enter
sees ":+100ms, from here" '▲ 0\.160000 s'
keys : 'boot os' Enter
sees ": a milestone" 'BIOS boot OS,'
keys C-o
sees "Ctrl-O: back" '▲ 0\.160000 s'
keys Tab
sees "Ctrl-I: forward, right after it" 'BIOS boot OS,'
keys : 'no such place' Enter
sees ": what is none of them" "'no such place' is not a valid line"

# --- filters
keys g '&' '>90ms' Enter
sees "& >90ms" '& >90ms .*time'
sees "the delta is the true one" '0\.160000 +100 ms .*enter handle_19'
sees "only what came so late" '[12]/2 [0-9]+%'
keys '&' C-u 'stream:dbg & !audit & !long' Enter
sees "several at once" '& stream:dbg  & !audit  & !long'
sees "all of them hold" '[123]/3 [0-9]+%'
keys s
sees "the list of slow lines says that it is filtered" 'Slowest lines, of those that are shown'
keys q
keys '&' C-u Enter

# --- the timeline
keys : 'int 19' Enter +
sees "+ zooms in" '[0-9.]+ to [0-9.]+ of 0\.[0-9]+ s'
keys 0
wait_for 5 lacks ' to [0-9.]+ of '
is $? 0 "0 zooms out"
keys L
sees "L: a logarithmic scale" 'logarithmic'
keys L
mouse 0 20 2
mouse 3 50 2
sees "dragging zooms" 'zoomed; - and 0 zoom out'
keys 0
share=$(screen | grep -n -E '^[a-z] .*Shutdown|LinuxBoot boot OS [0-9]+%' | tail -n 1 | cut -d: -f1)
keys g
sees "at the start" '▲ 0\.000000'
column=$(screen | sed -n "${share:-4}p" | awk '{ print index($0, "LinuxBoot boot OS") }')
mouse 0 "$column" "${share:-4}"
mouse 3 "$column" "${share:-4}"
sees "a click on the legend goes to that phase" 'LinuxBoot boot OS, 5[0-9]+ ms'
like "$(screen | sed -n "${share:-4}p")" '^[a-z] LinuxBoot boot OS' "the legend begins with the largest share"

# --- out of it
# shellcheck disable=SC2088
keys w C-u "~/out.txt" Enter
sees "w ~/out.txt" 'lines written to'
ok "the file is at home" grep -q 'enter handle_19' "$tmp/out.txt"
tm set-option -g set-clipboard on
keys : 'int 19' Enter y
sees "y copies" 'bytes copied; tmux'
wait_for 5 sh -c "env -u TMUX tmux -L $screen_server show-buffer | grep -q 'enter handle_19: at 0x1234'"
is $? 0 "the clipboard has the line"
keys m j Y
wait_for 5 sh -c "test \"\$(env -u TMUX tmux -L $screen_server show-buffer | grep -c -E 'handle_19|Booting')\" = 2"
is $? 0 "Y copies from the mark to the cursor"
keys w
sees "w offers that range" 'write mark to here \(Tab: all\)'
keys C-u "$tmp/range.txt" Enter
sees "it is written" '2 lines written'
keys h
sees "the help" '^▌Help'
column=$(screen | tail -n 1 | awk '{ print index($0, "q quit") }')
mouse 0 "$column" 30
sees "a click in the last line is a key" '^▌Log'
keys j j q
sees "the end" '\[status 0\]'

# --- two boots
view 110 30 "$a" "$b"
keys c
sees "c: two boots" 'Two boots'
sees "milestones, difference and percent" 'BIOS int 19 +0\.160000 +0\.260000 +\+0\.100000 +\+62\.5%'
keys / 'int 19' Enter Enter
sees "Enter goes there" '▲ 0\.160000 s'
keys o
sees "in both logs" '▲ 0\.260000 s'
keys j q
view 100 30 "$two"
sees "a capture with two boots" 'boot 1 of 2'
keys '}'
sees "} goes to the next boot" 'boot 2 of 2'
sees "its time is counted from its start" '▲ 0\.000000 s  Reset'
keys '{'
sees "{ goes back" 'boot 1 of 2'
keys c
sees "c compares its boots" 'boot 2$'
keys q j q

# --- live: following, and what came meanwhile
make_capture "$tmp/drip.bst" drip 6 &
drip=$!
screen_start 100 24 "$BOOTSTAMP" view --wait "$tmp/drip.bst"
sees "a live capture is followed" 'LIVE +FOLLOW'
sees "lines come" 'drip [3-9]'
keys k
wait_for 5 lacks 'FOLLOW'
is $? 0 "k leaves it"
sees "lines that came since then are counted" '[0-9]+ new  [0-9]+/[0-9]+'
keys G
sees "G follows" 'LIVE +FOLLOW'
wait $drip
sees "the boot ends" 'ENDED'
wait_for 5 lacks 'FOLLOW'
is $? 0 "and FOLLOW goes"
keys q

# --- live: a phase that runs for longer than all others
perl "$src/tests/cli/boot-capture.pl" "$tmp/slow.bst" post=300 boot=300 guest=8000
TMPDIR=$tmp screen_start 100 24 "$BOOTSTAMP" replay --view "$tmp/slow.bst"
sees "its share grows beyond what is drawn of it" '[a-z] LinuxBoot boot OS [78][0-9]%'
like "$(screen | grep -o 'BIOS post [0-9.]*%' | tail -n 1)" 'BIOS post ([0-9]|1[0-4])(\.[0-9])?%' "those of the others are true as well"
keys q

# --- 212.6 µs are rounded the same way everywhere: down
perl "$src/tests/cli/boot-capture.pl" "$tmp/odd.bst" post=0.2126
view 100 24 "$tmp/odd.bst"
sees "the delta column" ' 212 µs .*enter handle_19'
keys t
sees "the delta mode" '\+0\.000212 .*enter handle_19'
keys w C-u "$tmp/odd.txt" Enter
sees "a file" 'lines written'
is "$(grep -c '+0\.000212 .*enter handle_19' "$tmp/odd.txt")" 1 "which has it too"
is "$("$BOOTSTAMP" export "$tmp/odd.bst" | grep -c '+0\.000212 .*enter handle_19')" 1 "and the export"
keys j q

# --- a capture that is missing does not take the others with it
view 100 20 "$a" "$tmp/missing.bst"
sees "view A missing: A is shown" 'SeaBIOS'
keys j q
screen_start 100 20 "$BOOTSTAMP" view "$tmp/m1.bst" "$tmp/m2.bst"
sees "all missing: told" 'm2\.bst: cannot open'

# --- the first five seconds, at 80 x 24
view 80 24 "$a"
sees "the copies that matter, in a line" '^ fw_cfg copies  kernel 1\.0 MB 4\.00 ms'
like "$(screen | tail -n 1)" '[a-z]$' "no hint is cut"
is "$(screen | tail -n 1 | wc -m)" "$(screen | tail -n 1 | cut -c1-80 | wc -m)" "the hints fit"
for width in 45 61 99 104 117; do
    resize $width 24
    wait_for 5 sh -c "env -u TMUX tmux -L $screen_server capture-pane -p | tail -n 2 | grep -q -E '%\$|% \$'"
    like "$(screen | tail -n 1)" '^q quit .* [a-z]{4,}$' "$width columns: every hint is whole"
done
resize 108 30
sees "108 columns: the log keeps its width" '^ fw_cfg copies'
resize 130 40
sees "130 columns: the copies are beside it" '│ fw_cfg copies'
keys Tab
sees "the focus is plain to see" '▌fw_cfg copies'
keys q
sees "the end" '\[status 0\]'

# --- own highlights, and settings that make no sense
mkdir -p "$tmp/config/bootstamp"
echo 'highlight 201 = audit|xyz' >"$tmp/config/bootstamp/view.conf"
view 100 24 "$a"
sees "a line with a highlight" 'an audit line'
ok "it has its colour" sh -c "env -u TMUX tmux -L $screen_server capture-pane -e -p | grep -q '38;5;201maudit'"
keys q
# refused TEXT ERE
refused() {
    printf '%s\n' "$1" >"$tmp/config/bootstamp/view.conf"
    "$BOOTSTAMP" view --keys >"$tmp/out" 2>"$tmp/err"
    is $? 1 "refused: ${1//$'\n'/; }"
    like "$(cat "$tmp/err")" "^bootstamp: .*view\\.conf: line $2" "with the line"
}
refused 'key search =' '1: expected a key'
refused 'key search = j' "1: 'j' is the key of down already"
refused $'key search = x\nkey mark = x' "[12]: 'x' is the key of"
refused 'highlight red = (' '1: .*compiling'
printf 'key down = none\nkey search = j\n' >"$tmp/config/bootstamp/view.conf"
"$BOOTSTAMP" view --keys >"$tmp/out"
is $? 0 "a key that was given away can be given to another action"
like "$(grep ' search ' "$tmp/out")" '^  search +j ' "and is"
rm "$tmp/config/bootstamp/view.conf"
done_testing
