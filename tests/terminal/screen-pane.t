#!/bin/bash
# Full screens in the viewer: S shows the stream's terminal at the cursor's time.  And names that change hands.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/terminal/screen.sh
. "$(dirname "$0")/screen.sh"

cap=$tmp/menu.bst
perl "$src/tests/cli/screen-capture.pl" "$cap" || skip_all "no perl"
screen_start 100 40 "$BOOTSTAMP" view "$cap"
sees "the log has rows" 'booting the first'
keys g
keys '/' 'two' Enter
keys S
sees "S: the screen of the stream" 'Screen of ser at 0\.0'
sees "as it stood then" '^  *Boot menu'
ok "the second entry is not chosen yet" sh -c '! tmux -L "$1" capture-pane -p | grep -q "^\*two"' - "$screen_server"
keys '/' 'chosen' Enter S
sees "a later line shows a later screen" '^\*two'
keys G
sees "at the end the menu is gone" '^booting the first'
ok "wholly" sh -c '! tmux -L "$1" capture-pane -p | grep -q "Boot menu"' - "$screen_server"
keys S
sees "S again: the log" 'Log'
keys q q
sees "it ends well" '\[status 0\]'

# --- Ctrl-S is a key
screen_start 100 30 "$BOOTSTAMP" view "$cap"
sees "shown" 'booting the first'
keys C-s
keys h
sees "Ctrl-S stops nothing" 'Finding'
keys q
sees "the help is left" 'booting the first'
keys q q
sees "it ends well" '\[status 0\]'

# --- a dumb terminal gets the text
screen_env="TERM=dumb LC_ALL=C.UTF-8"
screen_start 100 30 "$BOOTSTAMP" view "$cap"
sees "TERM=dumb: the text" '^ *[0-9.]+ +\+[0-9.]+ .*booting the first'
sees "and the end" '\[status 0\]'
screen_env="LC_ALL=C.UTF-8"

# --- a capture that is removed and made anew
screen_start 100 30 "$BOOTSTAMP" view "$cap"
sees "the first" 'booting the first'
rm "$cap"
perl "$src/tests/cli/screen-capture.pl" "$cap" second
sees "its name has another file: that is shown" 'booting the second'
keys q
sees "it ends well" '\[status 0\]'
done_testing
