#!/bin/sh
# Somebody cuts, removes or renames the capture while the guest writes it.  The guest must end as if nothing
# were, what chardev=ID2 got must be whole, what is left of the capture must open, and the loss reported
# must be the loss measured, to the byte.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# shellcheck source=tests/faults/faults.sh
. "$src/tests/faults/faults.sh"
guest 999999 flood
gaps=allowed
RUN="$BOOTSTAMP run -q --"
other=$tmp/other.bst

# end WHAT: the fault came in time
end() {
    ok "$1: the guest was still at work" kill -0 "$qemu_pid"
    finish "$1"
}

for to in 0 1000 4096 200001; do
    begin
    truncate -s $to "$cap"
    end "cut to $to bytes"
    account "cut to $to bytes" "$cap"
    ok "cut to $to bytes: a byte was lost" test "$lost" -gt 0
done

begin
truncate -s 300000 "$cap"
sleep 0.1
truncate -s 100000 "$cap"
end "cut twice"
account "cut twice" "$cap"

begin
printf 'somebody needs the name' >"$cap"
end "overwritten"
is "$(cat "$cap")" 'somebody needs the name' "overwritten: what another wrote is left alone"

begin
mv "$cap" "$other"
end "renamed"
account "renamed" "$other"
ok "renamed: no new file" test ! -e "$cap"

rm -f "$other"
begin
ln "$cap" "$other"
rm "$cap"
end "removed"
account "removed" "$other"
ok "removed: no new file" test ! -e "$cap"

begin
chmod 000 "$cap"
chmod 000 "$tmp"
chmod 700 "$tmp"
end "permissions taken away"
chmod 600 "$cap"
account "permissions taken away" "$cap"
done_testing
