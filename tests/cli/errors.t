#!/bin/sh
# Options, exit statuses and error texts of every command.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

XDG_RUNTIME_DIR=$tmp/run
export XDG_RUNTIME_DIR
mkdir -m 700 "$tmp/run" "$tmp/empty"
perl "$src/tests/cli/format-cases.pl" "$tmp" >/dev/null
cd "$tmp/empty" || exit 1

# run_cli ARGS: sets $status, $tmp/out, $tmp/err
run_cli() {
    "$BOOTSTAMP" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    status=$?
}

# fails STATUS ERE ARGS...: the one line on stderr, and nothing on stdout
fails() {
    want=$1 ere=$2
    shift 2
    run_cli "$@"
    is "$status" "$want" "status $want: bootstamp $*"
    like "$(cat "$tmp/err")" "$ere" "it says why: bootstamp $*"
    is "$(wc -l <"$tmp/err") $(wc -c <"$tmp/out")" "1 0" "one line, and no other output: bootstamp $*"
}

# --- help and version
run_cli --help
is $status 0 "--help"
is "$(wc -c <"$tmp/err")" 0 "--help writes to standard output"
for command in run view export; do
    ok "--help tells of $command" grep -q "^  $command  *[a-z]" "$tmp/out"
done
for command in $(commands); do
    "$BOOTSTAMP" "$command" --help >"$tmp/help" 2>"$tmp/err"
    is "$?:$(wc -c <"$tmp/err")" 0:0 "$command --help"
    like "$(cat "$tmp/help")" "bootstamp $command" "$command --help names the command"
    LC_ALL=C "$BOOTSTAMP" "$command" --help >"$tmp/help"
    ok "$command --help is plain text in the C locale" sh -c '! grep -q "[?]" "$1"' - "$tmp/help"
done
run_cli -h
is $status 0 "-h"
run_cli --version
is $status 0 "--version"
like "$(cat "$tmp/out")" '^bootstamp [0-9]+\.[0-9]' "--version tells the version"
ok "--version tells the QEMU it is for" grep -qF "QEMU $("$QEMU" --version | sed -n '1s/^QEMU emulator version //p')" \
    "$tmp/out"

# --- no command, a wrong one
run_cli
is $status 2 "no command"
like "$(cat "$tmp/err")" '^Usage: ' "it shows the usage"
fails 2 '^bootstamp: nonsense: .*--help' nonsense
fails 2 '^bootstamp: --nonsense: .*--help' --nonsense

# --- wrong options
for command in $(commands); do
    fails 2 "^bootstamp: $command: .*--nonsense.*bootstamp $command --help" "$command" --nonsense
done
for command in export phases info; do
    fails 2 "^bootstamp: $command: 'b' is one argument too many" $command a b
done
fails 1 '^bootstamp: a: cannot list the folder: No such file' list a
fails 2 "^bootstamp: run: no QEMU command given" run
fails 2 "^bootstamp: run: no QEMU command given" run --
fails 2 "^bootstamp: export: unknown format 'xml': --format help lists them" export --format xml
fails 2 "^bootstamp: export: unknown format ''" export --format=
fails 2 "^bootstamp: export: unknown clock 'sun'" export --clock sun
fails 2 "^bootstamp: phases: unknown clock 'sun'" phases --clock sun
fails 2 "^bootstamp: export: unknown time 'tea'" export --time tea
fails 2 "^bootstamp: export: the virtual clock" export --clock virtual --time wall
fails 2 "^bootstamp: export: the virtual clock" export --clock virtual --time monotonic
fails 2 "^bootstamp: export: svg has no times of CLOCK_MONOTONIC" export -F svg --time monotonic
fails 2 "^bootstamp: phases: .*session" phases --session x
fails 2 "^bootstamp: export: .*--format" export --format
fails 1 "^bootstamp: $tmp/sessions.bst: has 2 sessions, not 3" phases --session 3 "$tmp/sessions.bst"
fails 1 "^bootstamp: $tmp/sessions.bst: has 2 sessions, not -1" phases --session=-1 "$tmp/sessions.bst"

# --- files that are no captures
mkdir "$tmp/dir.bst"
mkfifo "$tmp/fifo.bst"
printf 'BOOTST' >"$tmp/short.bst"
printf 'BOOTSTMP\001' >"$tmp/cut.bst"
: >"$tmp/empty.bst"
head -c 8192 /dev/zero >"$tmp/zero.bst"
cp "$tmp/leap.bst" "$tmp/odd.bst"
printf '\007' | dd of="$tmp/odd.bst" bs=1 seek=12 conv=notrunc 2>/dev/null
for command in export phases info; do
    fails 1 "^bootstamp: $tmp/none.bst: cannot open: No such file" $command "$tmp/none.bst"
    fails 1 "^bootstamp: $tmp/dir.bst: is not a regular file" $command "$tmp/dir.bst"
    fails 1 "^bootstamp: $tmp/fifo.bst: is not a regular file" $command "$tmp/fifo.bst"
    fails 1 "^bootstamp: $tmp/zero.bst: is not a capture" $command "$tmp/zero.bst"
    fails 1 "^bootstamp: $tmp/empty.bst: is not a capture" $command "$tmp/empty.bst"
    fails 1 "^bootstamp: $tmp/short.bst: is not a capture" $command "$tmp/short.bst"
    fails 1 "^bootstamp: $tmp/cut.bst: is cut off" $command "$tmp/cut.bst"
    fails 1 "^bootstamp: $tmp/odd.bst: .*header" $command "$tmp/odd.bst"
    fails 1 "^bootstamp: $tmp/run/bootstamp: no capture of yours is there" $command
done
fails 1 "^bootstamp: $tmp/none.bst: " export -f "$tmp/none.bst"

# --- where export may write
cp "$tmp/sessions.bst" "$tmp/c.bst"
fails 1 "^bootstamp: $tmp/c.bst: is the capture itself" export -o "$tmp/c.bst" "$tmp/c.bst"
ln "$tmp/c.bst" "$tmp/hard.bst"
ln -s c.bst "$tmp/link.bst"
fails 1 "^bootstamp: $tmp/hard.bst: is the capture itself" export -o "$tmp/hard.bst" "$tmp/c.bst"
fails 1 "^bootstamp: $tmp/link.bst: is the capture itself" export -o "$tmp/link.bst" "$tmp/c.bst"
fails 1 "^bootstamp: $tmp/c.bst: is the capture itself" export -o "$tmp/c.bst" "$tmp/link.bst"
ok "the capture is whole after that" cmp "$tmp/c.bst" "$tmp/sessions.bst"
fails 1 "^bootstamp: $tmp/none/x: cannot write: No such file" export -o "$tmp/none/x" "$tmp/c.bst"
fails 1 "^bootstamp: /dev/full: cannot write: No space" export -o /dev/full "$tmp/c.bst"
"$BOOTSTAMP" export "$tmp/c.bst" >/dev/full 2>"$tmp/err"
is $? 1 "a full disk behind standard output"
like "$(cat "$tmp/err")" '^bootstamp: standard output: cannot write: No space' "it says so"
mkdir -m 700 "$tmp/run/bootstamp"
cp "$tmp/c.bst" "$tmp/run/bootstamp/"
for command in phases info list; do
    "$BOOTSTAMP" $command >/dev/full 2>"$tmp/err"
    is $? 1 "$command: a full disk behind standard output"
done
run_cli export -o "$tmp/text" "$tmp/c.bst"
is "$status:$(wc -c <"$tmp/out")" 0:0 "export -o writes to the file alone"
"$BOOTSTAMP" export "$tmp/c.bst" >"$tmp/want"
ok "the same as without" cmp "$tmp/text" "$tmp/want"

# A pipe that closes early is no trouble.
err=$( ("$BOOTSTAMP" export --format bytes "$tmp/leap.bst" | true) 2>&1)
is "$err" "" "a reader that goes away"

# --- names that look like options
cp "$tmp/leap.bst" ./--odd.bst
run_cli info -- --odd.bst
is $status 0 "a capture whose name begins with a dash"
run_cli info "$(printf 'none\033[31m')"
is $status 1 "a name with an escape sequence"
ok "is shown without it" sh -c '! grep -q "$(printf "\033")" "$1"' - "$tmp/err"

# --- a stream that is not there
for stream in none 7 -1 ''; do
    run_cli export --stream="$stream" "$tmp/sessions.bst"
    is $status 1 "no stream '$stream'"
    like "$(cat "$tmp/err")" "^bootstamp: $tmp/sessions.bst: has no stream '$stream'" "it says why"
done

done_testing
