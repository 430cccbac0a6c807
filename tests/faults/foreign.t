#!/bin/sh
# Files and folders that other users, links and FIFOs have put where a capture is to be: refused with a word and left
# as they are, and what is made is for its owner alone.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests pattern-1000.rom
cap=$tmp/x.bst
# The module alone, for bootstamp run looks at the default folder before it
RUN="env LD_PRELOAD=$build/chardev-timestamp.so XDG_RUNTIME_DIR=$tmp/run"

# refuses NAME MESSAGE [CHARDEV OPTIONS]: QEMU does not start, and says why
refuses() {
    run_rom pattern-1000 -chardev "timestamp,id=dbg$3" 2>/dev/null
    is $? 1 "$1: QEMU does not start"
    like "$(cat "$tmp/qemu.log")" "$2" "$1: and says why"
}

# --- path=
echo private >"$tmp/target"
ln -s "$tmp/target" "$cap"
refuses "a symbolic link" 'x.bst: is a symbolic link' ",path=$cap"
is "$(cat "$tmp/target")" private "what it leads to is as it was"
rm "$cap"
run_rom pattern-1000 -chardev "timestamp,id=dbg,path=$cap"
is "$(stat -c %a "$cap")" 600 "a new capture is its owner's"
ln "$cap" "$tmp/second.bst"
sum=$(cksum <"$cap")
refuses "a hard link" 'has several names' ",path=$cap"
refuses "a hard link, append=on" 'has several names' ",path=$cap,append=on"
is "$(cksum <"$cap")" "$sum" "it is as it was"
rm "$tmp/second.bst" "$cap"
mkfifo "$cap"
refuses "a FIFO" 'not a regular file' ",path=$cap"
rm "$cap"
mkdir "$cap"
refuses "a folder" 'cannot (create or )?open|directory' ",path=$cap"
rmdir "$cap"
refuses "a device" 'not a regular file' ",path=/dev/null"
echo "a letter" >"$cap"
refuses "somebody's text" 'is not a capture' ",path=$cap"
is "$(cat "$cap")" "a letter" "it is as it was"
rm "$cap"
for mask in 000 022 777; do
    (umask $mask && run_rom pattern-1000 -chardev "timestamp,id=dbg,path=$tmp/mask-$mask.bst")
    is "$(stat -c %a "$tmp/mask-$mask.bst")" 600 "umask $mask: still 0600"
done

# --- the default folder
mkdir -m 700 "$tmp/run" "$tmp/elsewhere"
run_rom pattern-1000 -chardev timestamp,id=dbg
is "$(stat -c %a "$tmp/run/bootstamp")" 700 "the default folder is private"
is "$(stat -c %a "$tmp"/run/bootstamp/*.bst)" 600 "and so is what is in it"
chmod 755 "$tmp/run/bootstamp"
refuses "a folder open to others" 'not a private folder' ''
is "$(XDG_RUNTIME_DIR=$tmp/run "$BOOTSTAMP" list)" "" "list does not look into it"
rm -rf "$tmp/run/bootstamp"
ln -s "$tmp/elsewhere" "$tmp/run/bootstamp"
refuses "a link in the folder's place" 'not a private folder' ''
XDG_RUNTIME_DIR=$tmp/run "$BOOTSTAMP" run -q -- "$QEMU" -display none </dev/null >"$tmp/out" 2>&1
is $? 1 "bootstamp run refuses it as well"
like "$(cat "$tmp/out")" 'bootstamp: run: .*not a private folder' "and says so"
is "$(ls "$tmp/elsewhere")" "" "nothing was made where it leads"
rm "$tmp/run/bootstamp"

# --- other users
if [ "$(id -u)" = 0 ]; then
    : >"$cap"
    chmod 666 "$cap"
    chown nobody "$cap"
    refuses "an empty file of another user" 'belongs to another user' ",path=$cap"
    is "$(stat -c %s "$cap")" 0 "it stays empty"
    rm "$cap"
    mkdir -m 700 "$tmp/run/bootstamp"
    chown nobody "$tmp/run/bootstamp"
    refuses "another user's folder" 'not a private folder' ''
    is "$(XDG_RUNTIME_DIR=$tmp/run "$BOOTSTAMP" list)" "" "list does not look into it"
    rmdir "$tmp/run/bootstamp"

    # Whoever owns the folder above changes what the name stands for, all the time.
    chmod 755 "$tmp"
    chown nobody "$tmp/run"
    chmod 777 "$tmp/elsewhere"
    mkdir -m 700 "$tmp/run/bootstamp"
    cat >"$tmp/swap" <<END
while :; do mv "$tmp/run/bootstamp" "$tmp/run/real"; ln -s "$tmp/elsewhere" "$tmp/run/bootstamp"
    rm -f "$tmp/run/bootstamp"; mv -T "$tmp/run/real" "$tmp/run/bootstamp"; done 2>/dev/null
END
    setpriv --reuid=nobody --clear-groups sh "$tmp/swap" &
    swapper=$!
    started=0
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
        run_rom pattern-1000 -chardev timestamp,id=dbg 2>/dev/null && started=$((started + 1))
    done
    kill $swapper
    wait $swapper 2>/dev/null
    is "$(find "$tmp/elsewhere" -type f | wc -l)" 0 "a folder that is swapped for a link meanwhile: nothing goes astray ($started of 12 started)"
else
    skip "other users" "not root"
fi
done_testing
