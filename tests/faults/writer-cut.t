#!/bin/sh
# Somebody cuts, removes or renames the capture while the guest writes it.  The guest must end as if nothing
# were, what chardev=ID2 got must be whole, what is left of the capture must open, and the loss reported
# must be the loss measured, to the byte.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

N=4000000
need_guests pattern-$N.rom
perl "$src/tests/guests/guest-bytes.pl" pattern $N >"$tmp/want"
RUN="$BOOTSTAMP run -q --"
cap=$tmp/capture.bst next=$tmp/next other=$tmp/other.bst

# begin: the guest runs and has written something
begin() {
    rm -f "$cap" "$other" "$next"
    start_rom pattern-$N -chardev "file,id=next,path=$next" \
        -chardev "timestamp,id=dbg,path=$cap,chardev=next" || return
    wait_for 10 sh -c "[ \$(cat '$next' 2>/dev/null | wc -c) -gt 100000 ]"
}

# end WHAT: wait for the guest
end() {
    ok "$1: the guest was still at work" kill -0 "$qemu_pid"
    wait "$qemu_job"
    status=$?
    qemu_pid='' qemu_job=''
    is $status 0 "$1: the guest ends"
    ok "$1: what chardev= passes on is whole" cmp "$tmp/want" "$next"
}

# account WHAT FILE
account() {
    ok "$1: the capture opens" sh -c "'$BOOTSTAMP' info '$2' >'$tmp/info'"
    like "$(cat "$tmp/info")" '^state +ended$' "$1: it ended in good order"
    "$BOOTSTAMP" export --format raw -o "$tmp/raw" "$2"
    kept=$(wc -c <"$tmp/raw")
    lost=$(sed -n 's/^lost  *\([0-9]*\) bytes.*/\1/p' "$tmp/info")
    is $((kept + lost)) $N "$1: the loss reported is the loss measured"
    ok "$1: what is kept is a beginning" cmp -n "$kept" "$tmp/raw" "$tmp/want"
    diag "$1: kept $kept bytes, lost $lost"
}

for size in 0 1000 4096 200001; do
    begin
    truncate -s $size "$cap"
    end "cut to $size bytes"
    account "cut to $size bytes" "$cap"
    ok "cut to $size bytes: a byte was lost" test "$lost" -gt 0
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
is "$lost" 0 "renamed: nothing is lost"
ok "renamed: no new file" test ! -e "$cap"

begin
ln "$cap" "$other"
rm "$cap"
end "removed"
account "removed" "$other"
is "$lost" 0 "removed: nothing is lost"
ok "removed: no new file" test ! -e "$cap"

begin
chmod 000 "$cap"
chmod 000 "$tmp"
chmod 700 "$tmp"
end "permissions taken away"
chmod 600 "$cap"
account "permissions taken away" "$cap"
is "$lost" 0 "permissions taken away: nothing is lost"
done_testing
