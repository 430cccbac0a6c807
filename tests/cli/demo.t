#!/bin/sh
# tools/demo.sh: with a terminal and without one.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests linux

# in_order NAME FILE ERE...: are there lines that match, one after the other?
in_order() {
    name=$1 file=$2
    shift 2
    from=1
    for ere; do
        found=$(tail -n "+$from" "$file" | grep -n -E -m 1 -e "$ere" | cut -d : -f 1)
        if [ -z "$found" ]; then
            fail "$name"
            diag "missing: $ere"
            return 1
        fi
        from=$((from + found))
    done
    pass "$name"
}

check() {
    in_order "the live log, then the table, then what to try: $2" "$1" \
        '\+[0-9.]+  debug +SeaBIOS \(version' '\+[0-9.]+  console +\[ .*Linux version' \
        'bootstamp guest: init' '^Milestone' '^Start' '^Run' '^BIOS post' '^BIOS int 19' '^BIOS boot OS' \
        '^LinuxBoot copy' '^LinuxBoot copy' '^LinuxBoot boot OS' '^Shutdown request' '^Stop' \
        '^initrd +3[0-9]{7} +DMA' 'The capture is' 'export --events'
}

"$src/tools/demo.sh" "$tmp/demo,1.bst" <&- >"$tmp/out" 2>"$tmp/err"
is $? 0 "it runs without a terminal, its input closed"
is "$(cat "$tmp/err")" "" "and has no complaints"
check "$tmp/out" "no terminal"
ok "no escape sequences without a terminal" sh -c '! grep -q "$(printf "\033")" "$1"' - "$tmp/out"
ok "the capture is there" test -s "$tmp/demo,1.bst"

if command -v script >/dev/null; then
    TERM=xterm NO_COLOR='' script -qefc "'$src/tools/demo.sh' '$tmp/demo2.bst'" /dev/null </dev/null >"$tmp/tty" 2>&1
    is $? 0 "it runs in a terminal"
    tr -d '\r' <"$tmp/tty" | sed "s/$(printf '\033')\[[0-9;]*m//g" >"$tmp/out"
    check "$tmp/out" "a terminal"
else
    skip "it runs in a terminal" "no script"
fi

# Trouble is told, and nothing is left running.
"$src/tools/demo.sh" "$tmp/none/x.bst" >"$tmp/out" 2>"$tmp/err"
is $? 1 "a folder that is not there"
like "$(tail -n 1 "$tmp/err")" '^bootstamp: demo: QEMU did not start: .*none/x.bst: .*No such file' "QEMU's own words are told"

"$src/tools/quickstart.sh" --nonsense >/dev/null 2>&1
is $? 2 "quickstart takes no options"

done_testing
