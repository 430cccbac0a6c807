#!/bin/sh
# run --size N,keep=last|ends: what is oldest is dropped, told, and is no loss; times behind the gap are right.
# The witness of bytes is QEMU's own log, that of times the same boot under -icount without a limit.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests flood-80000.rom flood.rom pattern-1000.rom

log=$tmp/log
cap=$tmp/keep.bst

# number FIELD CAPTURE: of info's row that begins with FIELD
number() { "$BOOTSTAMP" info "$2" | sed -n "s/^$1  *\([0-9]*\) .*/\1/p"; }

no_damage() { is "$("$BOOTSTAMP" info "$cap" | grep -c '^damage')" 0 "$1"; }

# boot CAPTURE [RUN OPTIONS]: until nothing was lost, as it is where the helper thread is late on a busy machine
boot() {
    boot_cap=$1
    shift
    for _ in 1 2 3 4 5; do
        rm -f "$log"
        RUN="$BOOTSTAMP run -q $* --" run_rom flood-80000 -icount shift=0,sleep=off \
            -chardev "timestamp,id=dbg,path=$boot_cap,logfile=$log" || return
        [ "$(number lost "$boot_cap")" != 0 ] || return 0
    done
}

boot "$tmp/all.bst"
is $? 0 "the boot without a limit"
"$BOOTSTAMP" export -F bytes --clock virtual -o "$tmp/all" "$tmp/all.bst"

for keep in last ends; do
    boot "$cap" --size "8M,keep=$keep"
    is $? 0 "keep=$keep: the same boot"
    written=$(wc -c <"$log")
    kept=$(number holds "$cap")
    dropped=$(number dropped "$cap")
    lost=$(number lost "$cap")
    ok "keep=$keep: something was dropped" test "${dropped:-0}" -gt 100000
    is $((kept + ${dropped:-0} + lost)) "$written" "keep=$keep: kept $kept + dropped $dropped + lost $lost = written"
    ok "keep=$keep: on the disk it has its size" test "$(du -k "$cap" | cut -f 1)" -le $((8192 + 128))
    like "$("$BOOTSTAMP" info "$cap")" "^size cap  *8.* on the disk" "keep=$keep: info tells the limit"
    no_damage "keep=$keep: nothing is torn"
    "$BOOTSTAMP" export -F bytes --clock virtual -o "$tmp/part" "$cap"
    "$BOOTSTAMP" export -F raw -o "$tmp/raw" "$cap" 2>"$tmp/err"
    # of the first 64 KiB; how many other records are among them depends on QEMU
    head -c 3000 "$log" >"$tmp/want"
    head -c 3000 "$tmp/raw" >"$tmp/got"
    ok "keep=$keep: the begin is QEMU's log's" cmp "$tmp/want" "$tmp/got"
    if [ "$lost$(number lost "$tmp/all.bst")" = 00 ]; then
        # each byte with its time stands in the other capture, in that order
        is "$(diff "$tmp/all" "$tmp/part" | grep -c '^>')" 0 "keep=$keep: each byte has the time that it has without a limit"
        tail -c 20000 "$log" >"$tmp/want"
        tail -c 20000 "$tmp/raw" >"$tmp/got"
        ok "keep=$keep: the end is QEMU's log's" cmp "$tmp/want" "$tmp/got"
    fi
    like "$("$BOOTSTAMP" export -F text "$cap" 2>/dev/null | grep -c 'records were dropped since')" '^1$' "keep=$keep: the text tells of it, once"
    like "$("$BOOTSTAMP" export -F json "$cap" 2>/dev/null | tail -n 1)" "\"dropped_bytes\":$dropped" "keep=$keep: JSON does"
    like "$("$BOOTSTAMP" phases "$cap")" 'records were dropped since .* milestones of that time are missing' "keep=$keep: phases do"
    like "$("$BOOTSTAMP" stats "$cap" 2>&1)" 'dropped, as keep= says: nothing after the first of them is compared' "keep=$keep: stats do"
done

# What was not seen is not judged: the end of the boot is not missing, and not fine either
"$BOOTSTAMP" diff --fail-over 100000 --ignore-under 100000 "$tmp/all.bst" "$cap" >"$tmp/out" 2>/dev/null
is $? 3 "diff cannot tell"
like "$(cat "$tmp/out")" 'cannot tell about what was dropped' "and says why"
is "$(grep -c MISSING "$tmp/out")" 0 "nothing is called missing"

# A live one: it goes on and on, and each command reads it at any time
RUN="$BOOTSTAMP run -q --size 4M,keep=ends --" start_rom flood -chardev "timestamp,id=dbg,path=$cap"
wait_for 30 sh -c '"$0" info "$1" | grep -q "^dropped  *[1-9][0-9]\{6\}"' "$BOOTSTAMP" "$cap"
is $? 0 "a guest that writes without end: it drops, and drops"
for command in info phases "export -F text"; do
    # shellcheck disable=SC2086
    timeout 20 "$BOOTSTAMP" $command "$cap" >"$tmp/out" 2>"$tmp/err"
    is $? 0 "$command reads it meanwhile"
    is "$(cat "$tmp/out" "$tmp/err" | grep -cE '^damage|unreadable')" 0 "$command: nothing is torn"
done
stop_qemu KILL
like "$("$BOOTSTAMP" info "$cap")" '^state  *killed' "killed"
ok "killed: nothing is torn" in_flight "$cap"
ok "killed: on the disk it has its size" test "$(du -k "$cap" | cut -f 1)" -le $((4096 + 64))
if command -v zstd >/dev/null; then
    zstd -q "$cap" -o "$tmp/packed.bst.zst"
    "$BOOTSTAMP" export -F raw -o "$tmp/raw" "$cap" 2>/dev/null
    "$BOOTSTAMP" export -F raw -o "$tmp/unpacked" "$tmp/packed.bst.zst" 2>/dev/null
    ok "compressed: the same bytes" cmp "$tmp/raw" "$tmp/unpacked"
fi

# The default folder has a limit by itself
export XDG_RUNTIME_DIR="$tmp/runtime"
mkdir -m 700 "$XDG_RUNTIME_DIR"
timeout 60 "$BOOTSTAMP" run -- "$QEMU" -M pc -nodefaults -display none -bios "$guests/pattern-1000.rom" </dev/null >"$tmp/out" 2>&1
like "$(cat "$tmp/out")" 'run: [0-9]+ MiB of it are kept at most, the begin and the latest' "run tells of the limit of the default folder"
like "$("$BOOTSTAMP" info)" '^size cap .* on the disk: the begin and the latest' "so does info"

# A file system that cannot free parts of files: a ramfs, in a name space of its own
if unshare -Urm sh -c 'mount -t ramfs none "$1"' - "$tmp/runtime" 2>"$tmp/err"; then
    cat >"$tmp/on-ramfs" <<'SH'
mount -t ramfs none "$XDG_RUNTIME_DIR" && chmod 700 "$XDG_RUNTIME_DIR" || exit
rom() { timeout 60 "$BOOTSTAMP" run "$@" -- "$QEMU" -M pc -nodefaults -display none -bios "$guests/pattern-1000.rom" </dev/null; }
rom 2>&1
"$BOOTSTAMP" info | sed -n '/^holds/p; /^size cap/p'
rm -rf "$XDG_RUNTIME_DIR"/bootstamp
rom --size 8M,keep=last 2>&1
echo "status $?, $(find "$XDG_RUNTIME_DIR" -type f | wc -l) files"
SH
    QEMU=$QEMU guests=$guests unshare -Urm sh "$tmp/on-ramfs" >"$tmp/out" 2>&1
    like "$(cat "$tmp/out")" 'run: [0-9]+ MiB of it are kept at most, the begin, what comes then is lost' "on a ramfs the limit by default is one without dropping"
    is "$(sed -n 's/^\(size cap\|holds\)  *//p' "$tmp/out" | paste -sd '|' | sed 's/ bytes.*//')" "268.4 MB|1000" "and info tells it"
    like "$(cat "$tmp/out")" 'cannot drop what is oldest, its file system frees no parts of files' "keep= that is asked for is refused there"
    like "$(cat "$tmp/out")" 'status 1, 0 files' "and leaves no file"
else
    skip "a file system that cannot free parts of files" "no name spaces: $(tail -n 1 "$tmp/err")"
fi

for wrong in 64X 1K 64K,keep=last 64M,keep=all 64M,keep=last,x; do
    "$BOOTSTAMP" run --size "$wrong" -- "$QEMU" -version >"$tmp/out" 2>&1
    is $? 2 "--size $wrong is refused"
done
done_testing
