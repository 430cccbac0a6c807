#!/bin/sh
# Chardevs by QMP, whose schema has the back end where it is built in: added, asked for, changed under a serial port
# while the guest writes, removed (make check-qemu).
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
"$QEMU" -chardev help 2>/dev/null | grep -q timestamp || skip_all "$QEMU has no timestamp chardev built in"
need_guests serial-300000.rom
qmp() { perl "$src/tests/faults/qmp.pl" "$tmp/qmp" "$@" 2>&1; }
chardev() { # COMMAND ID BACKEND: JSON of the command
    printf '{"execute":"chardev-%s","arguments":{"id":"%s","backend":%s}}' "$@"
}
timestamp() { printf '{"type":"timestamp","data":{"path":"%s"%s}}' "$@"; }
null='{"type":"null","data":{}}'
count() { "$BOOTSTAMP" export --format raw "$1" 2>/dev/null | wc -c; }

start_rom serial-300000 -S -chardev null,id=dbg -chardev null,id=ser -serial chardev:ser \
    -qmp "unix:$tmp/qmp,server=on,wait=off"

like "$(qmp "$(chardev add new "$(timestamp "$tmp/new.bst" ',"clock":"host"')")")" '"return": \{\}' "chardev-add"
like "$(qmp query-chardev)" "\"filename\": \"timestamp:$tmp/new.bst\", \"label\": \"new\"" "query-chardev has its file"
like "$(qmp query-chardev-backends)" '"name": "timestamp"' "query-chardev-backends has it"
like "$(qmp "$(chardev add new "$(timestamp "$tmp/other.bst" '')")")" '"error".*new' "an id that is taken is refused"
like "$(qmp "$(chardev add bad '{"type":"timestamp","data":{"path":"'"$tmp"'/x.bst","size":1}}')")" \
    'size=1 is too small' "so is a size that is too small"
like "$(qmp "$(chardev add bad '{"type":"timestamp","data":{"colour":"red"}}')")" "colour' is unexpected" \
    "and an option that it has not"
ok "and no file is made" test ! -e "$tmp/other.bst" -a ! -e "$tmp/x.bst"
like "$(qmp '{"execute":"chardev-remove","arguments":{"id":"new"}}')" '"return": \{\}' "chardev-remove"
like "$("$BOOTSTAMP" export --events "$tmp/new.bst")" 'QEMU stopped: back end removed$' "ends its capture"

# The serial port's bytes: none before the first change, then each to one of the two captures.
like "$(qmp "$(chardev change ser "$(timestamp "$tmp/1.bst" '')")")" '"return": \{\}' "chardev-change to it"
like "$(qmp query-chardev)" "\"frontend-open\": true, \"filename\": \"timestamp:$tmp/1.bst\", \"label\": \"ser\"" \
    "query-chardev: the port is in front of it"
for _ in $(seq 100); do
    [ "$(count "$tmp/1.bst")" -eq 0 ] || break
    qmp cont stop >/dev/null
done
like "$(qmp "$(chardev change ser "$(timestamp "$tmp/2.bst" '')")")" '"return": \{\}' "from one capture to another"
like "$("$BOOTSTAMP" info "$tmp/1.bst")" '^state  *ended$' "the first is ended"
like "$(qmp "$(chardev change ser "$(timestamp "$tmp/none/x.bst" '')")")" 'No such file' \
    "a change that fails is told"
like "$(qmp query-chardev)" "\"filename\": \"timestamp:$tmp/2.bst\", \"label\": \"ser\"" "and changes nothing"
like "$(qmp "$(chardev change dbg "$null")")" 'does not support chardev hotswap' \
    "a debug port, which cannot be changed, is refused by QEMU"
qmp cont >/dev/null
wait "$qemu_job"
is $? 0 "the guest powers off"
qemu_pid=''
{
    "$BOOTSTAMP" export --format raw "$tmp/1.bst"
    "$BOOTSTAMP" export --format raw "$tmp/2.bst"
} >"$tmp/both"
diag "the first capture has $(count "$tmp/1.bst") bytes, the second $(count "$tmp/2.bst")"
guest_bytes pattern 300000 >"$tmp/expected"
ok "each capture has some of it" test "$(count "$tmp/1.bst")" -gt 0 -a "$(count "$tmp/2.bst")" -gt 0
ok "both captures are what the guest wrote" cmp "$tmp/both" "$tmp/expected"
done_testing
