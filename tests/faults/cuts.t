#!/bin/sh
# Somebody cuts a capture that is being written, grows it again, or copies another file over it, at any instant:
# what is kept and what is told as lost is what was written, and the other file is left alone.
. "$(dirname "$0")/../lib.sh"
if ! make -s -C "$src" build/faults/cuts >"$tmp/make.log" 2>&1; then
    diag "$(cat "$tmp/make.log")"
    exit 1
fi
rounds=${ROUNDS:-40} jobs=${JOBS:-1}
# all_right FOLDER: so many processes side by side, each with its own seed and captures
all_right() {
    bad=0 pids=
    for job in $(seq "$jobs"); do
        mkdir "$1/$job" || return
        "$build/faults/cuts" "$1/$job" "$(($$ + job))" "$rounds" >"$tmp/$job.log" &
        pids="$pids $!"
    done
    for pid in $pids; do
        wait "$pid" || bad=1
    done
    for job in $(seq "$jobs"); do
        echo "seed $(($$ + job)): $(cat "$tmp/$job.log")"
    done
    return "$bad"
}
# Memory and a disk, if they are two
for folder in /dev/shm "$tmp"; do
    [ -w "$folder" ] || continue
    mkdir "$folder/cuts.$$" || continue
    ok "$jobs times $rounds captures in $folder, cut, grown or copied over at random instants" all_right "$folder/cuts.$$"
    diag "$(cat "$tmp/ok.log")"
    rm -rf "$folder/cuts.$$"
done
done_testing
