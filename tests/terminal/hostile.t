#!/bin/bash
# Guests that mean harm, and guests that say too much.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/terminal/screen.sh
. "$(dirname "$0")/screen.sh"

cap=$tmp/hostile.bst
make_capture "$cap" hostile

# --- what reaches the terminal, byte by byte
screen_start 100 40 "sleep 0.5; $BOOTSTAMP" view "$cap"
tm pipe-pane -o "cat >$tmp/raw"
sees "all lines are shown" 'the last line'
keys / end Enter
keys Right Right Left Left
sees "an escape is left out" 'title:  end'
sees "what it clears ends a row" 'C1 CSI: *$'
sees "and what is no UTF-8" 'invalid: <FF><FE><C3>\('
sees "direction marks" 'right to left: <U\+202E>dlrow end'
sees "wide characters stay in their place" 'wide: (日本語)+'
sees "a heap of accents is cut" 'heap: .*end'
is "$(tm display-message -p '#{pane_title}' | grep -c PWNED)" 0 "the title is not the guest's"
keys s
sees "the slowest too" 'Slowest lines'
keys q '&' title Enter
sees "and the filter" '& title'
keys q
sees "it ends well" '\[status 0\]'
perl -0777 -ne '
    s/\e\[m?\x0f//g; s/\e\[[0-9;?]*[A-Za-z@]\x0f?//g; s/\e\][0-9]*;[^\a\e]*PWNED/BAD/g; s/\e[()][0B]|\e[=>78M]//g;
    print "escape: ", unpack("H*", $1), "\n" while /(\e.{0,8})/gs;
    print "control: ", unpack("H*", $1), "\n" while /([\x00-\x06\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f])/g;
    print "bell\n" if /\a/; print "BAD\n" if /BAD/;
    my $bytes = $_; print "C1\n" if $bytes =~ /\xc2[\x80-\x9f]/;' "$tmp/raw" >"$tmp/bad"
is "$(head -n 5 "$tmp/bad")" "" "nothing but the viewer's own sequences reached the terminal"
ok "they are few kinds" test "$(grep -a -o -P '\e\[[0-9;?]*[A-Za-z]' "$tmp/raw" | sed 's/[0-9;]//g' | sort -u | wc -l)" -lt 30

screen_start 100 40 "$BOOTSTAMP" view --controls "$cap"
sees "--controls: an escape is shown as text" 'title: \^\[\]0;PWNED\^G end'
sees "C1 too" '<U\+009B>2J end'
keys q
sees "it ends well" '\[status 0\]'

# --- C locale, no colours
screen_env="LC_ALL=C NO_COLOR=1"
screen_start 100 40 "$BOOTSTAMP" view "$cap"
sees "the C locale: escaped" 'wide: <U\+65E5><U\+672C>'
is "$(screen | LC_ALL=C grep -c -P '[^\x00-\x7f]')" 0 "only ASCII is drawn"
is "$(screen -e | grep -c -P '\e\[[0-9;]*[34][0-8]')" 0 "NO_COLOR: no colours"
keys q
screen_env="LC_ALL=C.UTF-8"

screen_term=screen
screen_start 100 40 "$BOOTSTAMP" view "$cap"
sees "8 colours" 'the last line'
is "$(screen -e | grep -c -P '\e\[[0-9;]*38;5')" 0 "no other colours are used"
keys q
screen_term=tmux-256color

# --- a stream without an end of line, a line of 10 MB
make_capture "$tmp/endless.bst" endless 10000000
screen_start 100 40 "$BOOTSTAMP" view "$tmp/endless.bst"
sees "10 MB without a newline: it is shown in pieces" '↪ x+'
keys G
sees "and what comes behind" 'Stop|↪ x+'
wait_for 10 sh -c "! tmux -L $screen_server capture-pane -p | grep -q 'before the endless'"
keys '?' before Enter
sees "search finds the line before" 'ser before the endless line'
keys / after Enter
sees "and the one behind" 'ser after the endless line'
rss=$(awk '/VmHWM/ { print $2 }' "/proc/$(screen_pid bootstamp)/status")
ok "memory stays below 64 MB ($rss kB)" test "$rss" -lt 65536
keys q

# --- many streams that take turns: each row goes on through the whole capture
make_capture "$tmp/streams.bst" streams
screen_start 120 30 "$BOOTSTAMP" view "$tmp/streams.bst"
sees "128 streams: rows" 'aaaaaaaa'
keys / zzz Enter G g s
sees "128 streams: the slowest" 'Slowest lines '
rss=$(awk '/VmHWM/ { print $2 }' "/proc/$(screen_pid bootstamp)/status")
ok "memory stays below 64 MB ($rss kB)" test "$rss" -lt 65536
keys q j q
sees "it ends" '\[status 0\]'

# --- 100,000 lines a second
make_capture "$tmp/flood.bst" flood 20 &
flood=$!
screen_start 120 40 "$BOOTSTAMP" view --wait "$tmp/flood.bst"
sees "a flood: live" 'LIVE'
sees "a flood is followed" 'flood [0-9]{5}'
pid=$(screen_pid bootstamp)
# The last line may be one that is being written.
whole_line() { screen | grep -o -E 'flood [0-9]+' | tail -n 2 | head -n 1; }
one=$(whole_line)
sleep 1
two=$(whole_line)
ok "lines go on ($one, $two)" test "${two#flood }" -gt "${one#flood }"
keys k
sees "keys work in it" '▲|LIVE +[0-9]'
rss=$(awk '/VmHWM/ { print $2 }' "/proc/$pid/status")
ok "memory stays below 64 MB ($rss kB)" test "$rss" -lt 65536
keys q
sees "it ends" '\[status 0\]'
if command -v python3 >/dev/null; then
    XDG_CONFIG_HOME=$tmp/config "$src/tests/terminal/watch.py" frames "$BOOTSTAMP" view "$tmp/flood.bst" >"$tmp/frames"
    frames=$(awk '{ print $2 }' "$tmp/frames")
    ok "at most 30 pictures a second ($frames in 4 s)" test "$frames" -le 124
    ok "and not too few" test "$frames" -ge 8
fi
kill $flood 2>/dev/null
wait $flood 2>/dev/null

# --- a capture that is cut off under the viewer
cp "$tmp/endless.bst" "$tmp/cut.bst"
screen_start 100 40 "$BOOTSTAMP" view "$tmp/cut.bst"
sees "before the cut" '↪ x+'
truncate -s 8192 "$tmp/cut.bst"
keys G g
sees "the capture is cut off: the viewer lives" '(restarted|ENDED)'
keys q
sees "and ends well" '\[status 0\]'
done_testing
