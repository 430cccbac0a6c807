#!/bin/bash
# The terminal is as it was, however the viewer ends.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/terminal/screen.sh
. "$(dirname "$0")/screen.sh"

cap=$tmp/hostile.bst
make_capture "$cap" hostile

# What tmux knows of the terminal: alternate screen, mouse, cursor, keypad
flags() { tm 2>/dev/null display-message -p '#{alternate_on} #{mouse_any_flag} #{cursor_flag} #{keypad_cursor_flag}'; }

start() {
    screen_start 100 40 "$@"
    shows 15 'the last line' || fail "the viewer starts"
}

# restored HOW STATUS
restored() {
    sees "$1: status $2" "\\[status $2\\]"
    shows 15 'shell>'
    is "$(flags)" '0 0 1 0' "$1: screen, mouse, cursor and keypad are back"
    ok "$1: the line settings are as before" cmp "$tmp/stty.before" "$tmp/stty.after"
}

start "$BOOTSTAMP" view "$cap"
is "$(flags)" '1 1 0 1' "the viewer takes the terminal over"
keys q
restored q 0

start "$BOOTSTAMP" view "$cap"
keys C-c
restored Ctrl-C 130

for signal in TERM:143 HUP:129 INT:130 SEGV:139 ABRT:134 BUS:135; do
    start "$BOOTSTAMP" view "$cap"
    kill -s ${signal%:*} "$(screen_pid bootstamp)"
    restored SIG${signal%:*} ${signal#*:}
done

# --- Ctrl-Z and fg, with a shell that has jobs
screen_start 100 40 :
shows 15 'shell>'
keys "$screen_env $BOOTSTAMP view $cap" Enter
sees "the viewer runs as a job" 'the last line'
keys C-z
sees "Ctrl-Z stops it" 'Stopped'
is "$(flags)" '0 0 1 0' "Ctrl-Z: the terminal is the shell's"
keys 'echo still $((40 + 2))' Enter
sees "Ctrl-Z: the shell works" 'still 42'
keys fg Enter
sees "fg: the picture is back" 'the last line'
is "$(flags)" '1 1 0 1' "fg: the viewer has the terminal again"
keys g
keys /  title Enter
sees "fg: keys work" 'match 1 of 1'
keys q
shows 15 'shell>'
is "$(flags)" '0 0 1 0' "q after fg"
keys 'stty -a >stty.after; clear' Enter
wait_for 10 grep -q speed "$tmp/stty.after"
ok "the line settings are as before" sh -c "sed 's/[0-9]* columns//' $tmp/stty.before | grep -q ' icanon' && grep -q ' icanon' $tmp/stty.after && grep -q ' echo ' $tmp/stty.after"

# --- the terminal goes away
screen_start 100 40 "$BOOTSTAMP" view "$cap"
shows 15 'the last line'
pid=$(screen_pid bootstamp)
tm kill-server
ok "without a terminal it ends" wait_for 10 sh -c "! kill -0 $pid 2>/dev/null"
done_testing
