#!/bin/bash
# bootstamp replay --view: a capture of yesterday in the viewer, as if it were live.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/terminal/screen.sh
. "$(dirname "$0")/screen.sh"

export TMPDIR=$tmp
perl "$src/tests/cli/boot-capture.pl" "$tmp/boot.bst" post=1500 boot=1500 guest=500 || skip_all "no perl"
screen_start 100 30 "$BOOTSTAMP" replay --view "$tmp/boot.bst"
sees "it looks live" 'LIVE +FOLLOW'
sees "lines come" 'enter handle_19'
screen >"$tmp/screen"
is "$(grep -c 'Booting from' "$tmp/screen")" 0 "in their time"
sees "and the rest" 'Booting from ROM'
sees "until the end" 'ENDED +guest-shutdown'
ok "beside a capture of its own" test -n "$(find "$tmp" -name 'bootstamp-replay-*')"
keys q
ok "which goes with it" wait_for 5 sh -c 'test -z "$(find "$1" -name "bootstamp-replay-*")"' - "$tmp"

done_testing
