#!/bin/sh
# Captures that change while they are read: they grow, shrink, are cut at odd places, emptied, replaced by another file
# or removed; and files that claim to be enormous.  Every command ends, says what is wrong or prints what is there.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests pattern-200000.rom
RUN="$BOOTSTAMP run -q --"
run_rom pattern-200000 -chardev "timestamp,id=dbg,path=$tmp/whole.bst"
is $? 0 "a capture to begin with"
whole=$(stat -c %s "$tmp/whole.bst")
guest_bytes pattern 200000 >"$tmp/bytes"
cap=$tmp/cap.bst

# look COMMAND...: adds to $bad what is wrong with it
look() {
    timeout -k 1 "$limit" "$BOOTSTAMP" "$@" "$cap" >"$tmp/out" 2>"$tmp/err"
    status=$?
    if [ $status = 1 ]; then
        grep -q '^bootstamp: .' "$tmp/err" || bad="$bad [$*: no message]"
    elif [ $status != 0 ]; then
        bad="$bad [$*: status $status]"
    fi
}

# every NAME LIMIT: each command on $cap ends within LIMIT seconds; status 0, or 1 with a message
every() {
    name=$1 limit=$2 bad=
    for command in info phases stats "stats -F json" "replay --speed 0"; do
        # shellcheck disable=SC2086
        look $command
    done
    for format in $(file_formats); do
        look export -F "$format"
    done
    is "$bad" "" "$name"
}

# while_read NAME COMMAND...: the commands are read with COMMAND going on beside them
while_read() {
    name=$1
    shift
    cp "$tmp/whole.bst" "$cap"
    ("$@") &
    job=$!
    every "$name" 30
    kill $job 2>/dev/null
    wait $job 2>/dev/null
}

breathe() {
    while :; do
        for size in $((whole / 2)) 5000 4096 4095 100 8 7 0; do
            truncate -s "$size" "$cap"
        done
        cp "$tmp/whole.bst" "$cap"
    done
}
grow() {
    while :; do
        : >"$cap"
        for part in 1 5000 4096 1000003; do
            tail -c "+$part" "$tmp/whole.bst" | head -c 300007 >>"$cap"
        done
    done
}
swap() {
    while :; do
        cp "$tmp/whole.bst" "$tmp/next" && mv "$tmp/next" "$cap"
        head -c 6000 "$tmp/whole.bst" >"$tmp/next" && mv "$tmp/next" "$cap"
    done
}
vanish() {
    while :; do
        rm -f "$cap" && mkfifo "$cap"
        rm -f "$cap" && mkdir "$cap"
        rmdir "$cap" && ln -s /dev/zero "$cap"
        rm -f "$cap" && cp "$tmp/whole.bst" "$cap"
    done 2>/dev/null
}
while_read "it shrinks and comes back" breathe
while_read "it grows in odd pieces" grow
while_read "it is replaced" swap
cap=$tmp/vanishing.bst
while_read "it is a FIFO, a folder, a device, and a capture again" vanish
# What the loop had just begun may still come after its end.
cap=$tmp/quiet.bst

# A follower of a live capture that is cut: what it printed up to there is right.
cp "$tmp/whole.bst" "$cap"
"$src/tests/faults/hold-lock.pl" "$cap" &
holder=$!
wait_for 10 sh -c '"$0" info "$1" | grep -q "^state  *live"' "$BOOTSTAMP" "$cap"
"$BOOTSTAMP" export -f -F raw -o "$tmp/followed" "$cap" &
follower=$!
wait_for 10 test -s "$tmp/followed"
truncate -s $((whole / 2)) "$cap"
sleep 0.3
ok "a follower lives through a cut" kill -0 $follower
kill $holder
ok "and ends with the writer" wait_for 10 sh -c "! kill -0 $follower 2>/dev/null"
wait $follower
is $? 0 "in good order"
ok "what it wrote is the guest's" cmp -n "$(stat -c %s "$tmp/followed")" "$tmp/followed" "$tmp/bytes"

# Cut at any place, what is left is the guest's bytes from the first on.
bad=
for size in 4096 4097 4104 4160 5000 10001 $((whole / 3)) $((whole - 1)); do
    head -c $size "$tmp/whole.bst" >"$cap"
    "$BOOTSTAMP" export -F raw "$cap" >"$tmp/out" && cmp -s -n "$(stat -c %s "$tmp/out")" "$tmp/out" "$tmp/bytes" || bad="$bad $size"
done
is "$bad" "" "cut anywhere, the bytes before it are all right"
head -c 4095 "$tmp/whole.bst" >"$cap"
like "$("$BOOTSTAMP" info "$cap" 2>&1)" 'cut off inside its header' "cut in its header: told"

# Headers that claim what cannot be
head_of() { head -c 4096 "$tmp/whole.bst"; }
# patch OFFSET HEX: of $cap
patch() { perl -e 'print pack "H*", $ARGV[0]' "$2" | dd of="$cap" bs=1 seek="$1" conv=notrunc status=none; }
for header in "12 ffffffff" "12 00000080" "12 f8ffffff" "12 00000000" "12 01100000" "8 ffffffff" "8 00000000"; do
    cp "$tmp/whole.bst" "$cap"
    # shellcheck disable=SC2086
    patch $header
    every "a header with $header" 10
    # shellcheck disable=SC2086
    like "$("$BOOTSTAMP" info "$cap" 2>&1)" '^bootstamp: .*(damaged|format)' "is refused"
done
cp "$tmp/whole.bst" "$cap"
patch 24 "$(printf 'ff%.0s' $(seq 64))"
patch 128 "$(printf 'ff%.0s' $(seq 128))"
every "times, sizes and counters of 2^64 - 1" 10
"$BOOTSTAMP" export -F raw "$cap" >"$tmp/out"
ok "all bytes are there all the same" cmp "$tmp/out" "$tmp/bytes"

# 8 TB of nothing: with records at its end, and with zeros on the disk here and there
if truncate -s 8T "$tmp/huge.bst" 2>/dev/null; then
    cap=$tmp/huge.bst
    head_of | dd of="$cap" conv=notrunc status=none
    every "8 TB without a record" 10
    tail -c 8000 "$tmp/whole.bst" | dd of="$cap" bs=1M seek=8T oflag=seek_bytes conv=notrunc status=none 2>/dev/null
    every "8 TB and then records" 20
    like "$("$BOOTSTAMP" info "$cap")" '^holds  *[0-9]+ bytes' "they are found"
    # shellcheck disable=SC3045 # dash and bash have it
    size=$(ulimit -v 400000 && "$BOOTSTAMP" export -F raw "$cap" | wc -c)
    ok "in little memory ($size bytes)" test "$size" -gt 500
    for place in 1 2 3 4 5 6 7 8; do
        dd if=/dev/zero of="$cap" bs=4096 count=1 seek=$((place * 999))G oflag=seek_bytes conv=notrunc status=none
    done
    every "8 TB and blocks of zeros" 20
else
    skip "8 TB" "no sparse files of that size here"
fi
done_testing
