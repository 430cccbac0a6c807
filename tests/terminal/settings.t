#!/bin/bash
# The settings file, several captures, and the ways in.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/terminal/screen.sh
. "$(dirname "$0")/screen.sh"

make_capture "$tmp/one.bst" hostile
make_capture "$tmp/two.bst" endless 1000
conf=$tmp/config/bootstamp/view.conf
mkdir -p "${conf%/*}"

# wrong TEXT ERE: the message, on a terminal, before anything is drawn
wrong() {
    printf '# a comment\n\n%s\n' "$1" >"$conf"
    screen_start 150 20 "$BOOTSTAMP" view "$tmp/one.bst"
    sees "$1: status 1" '\[status 1\]'
    like "$(screen | tr -d '\n')" "bootstamp: .*view\\.conf: line 3: .*$2" "$1: the line and the mistake"
}
wrong 'colour nonsense = red' 'no colour .nonsense.'
wrong 'colour normal = redd' "'redd' is not a valid colour"
wrong 'key fly = f' "no action 'fly'"
wrong 'key search = F13' "'F13' is not a valid key"
wrong 'columns = time dealta' "'dealta' is not one of time, delta, bar, stream"
wrong 'time = never' "'never' is not one of"
wrong 'hello' 'NAME = VALUE'
wrong 'speed = 9' "no setting 'speed'"

cat >"$conf" <<END
columns = time stream
time = wall
copies = off
timeline = off
key search = x
key quit = Ctrl-X
colour normal = 201
END
screen_start 100 30 "$BOOTSTAMP" view "$tmp/one.bst"
sees "columns and time as set" '^ +[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6} dbg '
is "$(screen | grep -c -E 'fw_cfg|^ Boot ')" 0 "panes are off"
ok "colours as set" sh -c "env -u TMUX tmux -L $screen_server capture-pane -e -p | grep -q '38;5;201m'"
keys x tabs Enter
sees "keys as set" 'x search'
keys q
sees "the old key is free" 'unknown key'
keys C-x
sees "the new one works" '\[status 0\]'
rm "$conf"

# --- several captures
screen_start 120 30 "$BOOTSTAMP" view "$tmp/one.bst" "$tmp/two.bst"
sees "two captures: the first" '\[1/2\].*one\.bst'
keys o
sees "o: the second" '\[2/2\].*two\.bst'
sees "with its lines" 'before the endless line'
keys o
sees "o: the first again" 'title: '
keys q

# --- ways in
is "$("$BOOTSTAMP" view "$tmp/two.bst" </dev/null | grep -c 'endless line')" 2 "without a terminal it prints the text"
"$BOOTSTAMP" view "$tmp/none.bst" >/dev/null 2>"$tmp/err"
is $? 1 "no such capture: status 1"
like "$(cat "$tmp/err")" '^bootstamp: .*none\.bst: cannot open' "no such capture: the message"
screen_start 100 20 "$BOOTSTAMP" view "$tmp/none.bst"
sees "on a terminal as well" 'none\.bst: cannot open'
screen_start 100 20 "$BOOTSTAMP" view /etc/passwd
sees "no capture: told" '/etc/passwd: is not a capture'
screen_term=nonsense screen_start 100 20 "$BOOTSTAMP" view "$tmp/one.bst"
sees "an unknown terminal type: told" "terminal type 'nonsense' is not known"
screen_start 100 20 "$BOOTSTAMP" view --wait "$tmp/later.bst"
sees "--wait" 'waiting for the capture'
make_capture "$tmp/later.bst" endless 1000
sees "--wait: there it is" 'after the endless line'
make_capture "$tmp/later.bst" hostile
sees "written again: it is opened anew" 'the last line|title: '
keys q
screen_start 100 20 "$BOOTSTAMP" view --wait "$tmp/never.bst"
sees "--wait" 'waiting for the capture'
keys q
sees "q ends the wait" '\[status 0\]'
# --- times of the virtual clock alone
rm -f "$conf"
perl "$src/tests/cli/boot-capture.pl" "$tmp/virtual.bst" clock=virtual
screen_start 120 30 "$BOOTSTAMP" view "$tmp/virtual.bst"
sees "virtual times: the title says so" 'time: virtual'
sees "virtual times: rows" '0\.060000 .*SeaBIOS'
keys t t
sees "virtual times: no time of day" '^[^0-9]* - .*SeaBIOS'
keys q
sees "virtual times: the end" '\[status 0\]'

done_testing
