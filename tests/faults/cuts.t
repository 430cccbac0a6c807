#!/bin/sh
# Somebody cuts a capture that is being written, grows it again, or copies another file over it, at any instant:
# what is kept and what is told as lost is what was written, and the other file is left alone.
. "$(dirname "$0")/../lib.sh"
if ! make -s -C "$src" build/faults/cuts >"$tmp/make.log" 2>&1; then
    diag "$(cat "$tmp/make.log")"
    exit 1
fi
rounds=${ROUNDS:-40}
# Memory and a disk, if they are two
for folder in /dev/shm "$tmp"; do
    [ -w "$folder" ] || continue
    mkdir "$folder/cuts.$$" || continue
    ok "$rounds captures in $folder, cut, grown or copied over at random instants" \
        "$build/faults/cuts" "$folder/cuts.$$" "$$" "$rounds"
    rm -rf "$folder/cuts.$$"
done
done_testing
