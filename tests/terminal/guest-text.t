#!/bin/bash
# What the viewer shows of a guest's text besides its characters: colours, rows that were written over; and of fw_cfg
# items that matter little or were left.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/terminal/screen.sh
. "$(dirname "$0")/screen.sh"

cap=$tmp/c.bst
perl "$src/tests/cli/colours-capture.pl" "$cap" || skip_all "no perl"
esc=$(printf '\033')
has_colours() { screen -e | grep -q -e "$1"; }
lacks() { ! has_colours "$1"; }

screen_start 130 30 "$BOOTSTAMP" view "$cap"
sees "the log" 'first'
keys g
sees "plain text" '\[  OK  \] started'
ok "without the guest's colours" lacks "${esc}\[[0-9;]*32m\[  OK"
sees "a row that was written over has a sign" '⇤ 10%'
sees "and the next one too" '⇤ 20%'
ok "the last has none" sh -c '! tmux -L "$1" capture-pane -p | grep -q "⇤ done"' - "$screen_server"
keys C
sees "C: said" "the guest's own colours"
ok "C: green" has_colours "${esc}\[[0-9;]*32m\[  OK  \]"
ok "only where it was" has_colours "32m\[  OK  \]${esc}\[[0-9;]*m started"
ok "bold red, behind a tab" has_colours "31m.*FAILED\|31mFAILED"
ok "a ground" has_colours "44m.*blue ground"
ok "a colour of the palette" has_colours "33m.*yellow"
sees "the columns are the same" 'tab FAILED end'
ok "nothing of the guest's reaches the terminal" sh -c 'test "$(tmux -L "$1" display -p "#{pane_title}")" != "a title"' - "$screen_server"
keys C
sees "C again: off" "without the guest's colours"
ok "they are gone" lacks "${esc}\[[0-9;]*32m\[  OK"
keys / 10% Enter Enter
sees "the line in full tells it" 'written over by the next row'
keys q

# --- fw_cfg
sees "items under 64 KiB are one row" '3 small'
sees "a copy that was left has a bound and no percentage" 'kernel +500k/1\.0M +<5\.0'
ok "there is no percentage of it" sh -c '! tmux -L "$1" capture-pane -p | grep "kernel " | grep -q "50%"' - "$screen_server"
ok "nothing is copied now: QEMU ended" sh -c '! tmux -L "$1" capture-pane -p | grep -q "now "' - "$screen_server"
keys a
sees "a: each has a row" 'etc/whole'
sees "read in full" 'etc/whole +300/300 .* 100%'
ok "read in part: no percentage" sh -c '! tmux -L "$1" capture-pane -p | grep "etc/part " | grep -q "%"' - "$screen_server"
keys a
sees "a again: one row" '3 small'
is "$("$BOOTSTAMP" phases "$cap" | sed -n 's/^kernel .* \(<[0-9.]*\) .*/\1/p')" '<0.005000' "phases has the bound as well"
keys h / 'own colours' Enter
sees "the help lists the key" 'C +.*own colours'
keys q q q
sees "it ends well" '\[status 0\]'

# --- the setting
mkdir -p "$tmp/config/bootstamp"
echo 'guest-colours = on' >"$tmp/config/bootstamp/view.conf"
screen_start 130 30 "$BOOTSTAMP" view "$cap"
sees "the log" 'first'
keys g
ok "guest-colours = on" wait_for 10 has_colours "${esc}\[[0-9;]*32m\[  OK  \]"
keys q
rm "$tmp/config/bootstamp/view.conf"

# --- a user's phases.conf that cannot be read
mkdir "$tmp/config/bootstamp/phases.conf"
screen_start 130 30 "$BOOTSTAMP" view "$cap"
sees "view starts without it" 'first'
keys q
sees "and says why" 'bootstamp: phases.conf: .*/phases.conf'
sees "it ends well" '\[status 0\]'
"$BOOTSTAMP" phases "$cap" >"$tmp/out" 2>"$tmp/err"
is $? 0 "phases does as well"
like "$(cat "$tmp/err")" '^bootstamp: phases\.conf: .*phases\.conf' "with a warning"
like "$(cat "$tmp/out")" '^Run ' "and what is compiled in"
rmdir "$tmp/config/bootstamp/phases.conf"

# --- stats and diff: control sequences where they are asked for
"$BOOTSTAMP" stats --lines 20 "$cap" >"$tmp/out"
like "$(cat "$tmp/out")" ' \[ OK \] started$' "stats: plain lines"
"$BOOTSTAMP" stats --controls --lines 20 "$cap" >"$tmp/out"
like "$(cat "$tmp/out")" '\^\[\[#;#m\[ OK \]\^\[\[#m started$' "stats --controls"
perl "$src/tests/cli/screen-capture.pl" "$tmp/s.bst"
like "$("$BOOTSTAMP" diff --controls --lines 20 "$cap" "$tmp/s.bst")" '\^\[\[#;#m\[ OK \]' "diff --controls"
is "$("$BOOTSTAMP" diff --lines 20 "$cap" "$tmp/s.bst" | grep -c '\^\[')" 0 "diff: plain lines"
done_testing
