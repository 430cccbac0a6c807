#!/bin/sh
# Trees of captures: folders, groups, labels, compressed files, and the same result whatever the number of CPUs.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests pattern-1000.rom

tree=$tmp/tree
mkdir "$tmp/few"
for ms in 20 40 60 80; do
    perl "$src/tests/cli/boot-capture.pl" "$tmp/few/boot-$ms.bst" post=$ms line="line of $ms" line='the same' || exit
done
# 2,000 captures, by links: host0 to host3 have one of the four each, in two dates
perl -e '
    my ($few, $tree, $n) = @ARGV;
    mkdir $tree;
    for my $i (0 .. $n - 1) {
        my ($host, $date) = ($i % 4, int($i / 4) % 2);
        mkdir "$tree/host$host";
        mkdir "$tree/host$host/2026-11-0$date";
        symlink sprintf("%s/boot-%d.bst", $few, 20 * ($host + 1)), sprintf("%s/host%d/2026-11-0%d/boot-%05d.bst", $tree, $host, $date, $i) or die;
    }' "$tmp/few" "$tree" 2000
ln -s "$tree" "$tree/host0/loop"

"$BOOTSTAMP" stats "$tree" >"$tmp/out" 2>&1
is "$? $(head -n 1 "$tmp/out")" "0 2000 captures, host clock; milliseconds" "a tree, without the links to folders in it"
# A quarter each of 20, 40, 60, 80: median 50
is "$(grep '^BIOS post' "$tmp/out" | head -n 1 | awk '{ print $3, $4, $9, $10 }')" "2000 50.000 20.000 80.000" "all of them count"
is "$(grep 'line of' "$tmp/out" | head -n 1 | awk '{ print $3, $4, $5 }')" "2000 line of" "and their lines"
"$BOOTSTAMP" stats -F json "$tree" >"$tmp/all.json" 2>&1
if command -v taskset >/dev/null; then
    taskset -c "$(taskset -cp $$ | sed 's/.*: *//; s/[,-].*//')" "$BOOTSTAMP" stats -F json "$tree" >"$tmp/one.json" 2>&1
    ok "on one CPU the same" cmp "$tmp/all.json" "$tmp/one.json"
else
    skip "on one CPU the same" "no taskset"
fi
find "$tree" -name '*.bst' | sort | xargs "$BOOTSTAMP" stats -F json >"$tmp/args.json" 2>&1
ok "as arguments the same" cmp "$tmp/all.json" "$tmp/args.json"
if command -v python3 >/dev/null; then
    cat >"$tmp/peak.py" <<'PY'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
PY
    few=$(python3 "$tmp/peak.py" "$BOOTSTAMP" stats "$tree/host1/2026-11-00")
    many=$(python3 "$tmp/peak.py" "$BOOTSTAMP" stats "$tree")
    ok "memory grows by measures, not by captures: $few kB for 250, $many kB for 2000" test $((many - few)) -lt 3000
fi

# --- groups

groups() { "$BOOTSTAMP" stats -F csv --group-by "$@" | tr -d '\r' | awk -F, '$3 == "\"BIOS post\"" { printf "%s %s %d|", $1, $4, $5 / 1e6 }'; }
is "$(groups directory=1 "$tree")" '"host0" 500 20|"host1" 500 40|"host2" 500 60|"host3" 500 80|' "--group-by directory=1: by host"
is "$(groups directory=2 "$tree")" '"2026-11-00" 1000 50|"2026-11-01" 1000 50|' "directory=2: by date"
is "$(groups directory "$tree" | tr '|' '\n' | wc -l) $(groups directory "$tree" | cut -d '|' -f 1)" '8 "host0/2026-11-00" 250 20' "directory: by both"
is "$(groups directory "$tmp/few")" '"(none)" 4 50|' "captures in no folder below"
is "$("$BOOTSTAMP" stats --group-by directory=1 "$tree" | grep -c '^host[0-3]: 500 captures, ')" 4 "text has a part for each"
for format in $("$BOOTSTAMP" stats --format help | sed 's/ .*//'); do
    [ "$format" = otlp ] || ok "-F $format has the groups" sh -c '"$BOOTSTAMP" stats -F "$1" --group-by directory=1 "$2" | grep -q host3' - "$format" "$tree"
done
for bad in directory=0 directory=10 directory= a=b ''; do
    "$BOOTSTAMP" stats --group-by "$bad" "$tree" >"$tmp/out" 2>&1
    is $? 2 "--group-by '$bad' is a usage error"
done

# --- labels

rom() { "$BOOTSTAMP" run -q "$@" -- "$QEMU" -M pc -accel tcg -m 32 -nodefaults -display none -bios "$guests/pattern-1000.rom" </dev/null; }
ok "run --label" rom --label commit=abc --label 'job=a b "c" é' -c "$tmp/l1.bst"
rom --label commit=def -c "$tmp/l2.bst" >"$tmp/out" 2>&1
is "$(info_value "$tmp/l1.bst" labels)" "commit=abc" "info shows them"
like "$("$BOOTSTAMP" info "$tmp/l1.bst")" '^ +job=a b "c" é$' "all of them"
# The header itself, by docs/capture-format.md
is "$(dd if="$tmp/l1.bst" bs=1 skip=584 count=30 2>/dev/null | tr '\n' '|' | tr -d '\0')" 'commit=abc|job=a b "c" é|' "they are where the document says"
is "$(groups commit "$tmp/l1.bst" "$tmp/l2.bst" "$tmp/few/boot-20.bst")" '"(none)" 1 20|' "--group-by LABEL: what has none"
is "$("$BOOTSTAMP" stats --group-by commit "$tmp/l1.bst" "$tmp/l2.bst" | grep -o '^[a-z]*: 1 capture' | paste -sd ' ')" "abc: 1 capture def: 1 capture" "and what has"
if command -v jq >/dev/null; then
    is "$(json_of "$tmp/l1.bst" 'select(.type == "header").labels.job')" 'a b "c" é' "export -F json has them"
    is "$("$BOOTSTAMP" export -F otlp "$tmp/l1.bst" | jq -r '.resourceSpans[0].resource.attributes[] | select(.key == "bootstamp.label.commit").value.stringValue')" \
        abc "otlp too"
fi
"$BOOTSTAMP" run -q -n 2 --label commit=many -c "$tmp/many" -- "$QEMU" -M pc -accel tcg -m 32 -nodefaults -display none \
    -bios "$guests/pattern-1000.rom" >"$tmp/out" 2>&1
is "$("$BOOTSTAMP" stats --group-by commit "$tmp/many" | head -n 1)" "many: 2 captures, host clock; milliseconds" "run -n labels each"
for bad in novalue =x 'a b=c' "$(printf 'a=b\nc=d')" "$(printf 'a=\377')"; do
    "$BOOTSTAMP" run --label "$bad" -- "$QEMU" >"$tmp/out" 2>&1
    is $? 2 "--label $(printf '%s' "$bad" | od -An -tx1 | tr -d ' ') is a usage error"
done
"$BOOTSTAMP" run --label a=1 --label a=2 -- "$QEMU" >"$tmp/out" 2>&1
is $? 2 "a label twice"
"$BOOTSTAMP" run --label "a=$(printf '%01100d' 1)" -- "$QEMU" >"$tmp/out" 2>&1
is $? 2 "labels that are too long"

# --- compressed

if command -v zstd >/dev/null; then
    mkdir "$tmp/z"
    cp "$tmp/l1.bst" "$tmp/few/boot-20.bst" "$tmp/z/"
    mkdir "$tmp/zst"
    for file in "$tmp"/z/*.bst; do
        zstd -q "$file" -o "$tmp/zst/$(basename "$file").zst"
    done
    same() { # COMMAND...: with the two files as they are, and compressed
        "$BOOTSTAMP" "$@" "$tmp/z/boot-20.bst" 2>&1 | sed 's|/zs*t*/||g' >"$tmp/plain"
        "$BOOTSTAMP" "$@" "$tmp/zst/boot-20.bst.zst" 2>&1 | sed 's|/zs*t*/||g; s/\.bst\.zst/.bst/' >"$tmp/packed"
        test -s "$tmp/plain" && cmp "$tmp/plain" "$tmp/packed"
    }
    for command in info phases stats export view 'export -F bytes' 'export -F json' 'replay --speed 0' 'diff --undecided pass --fail-over 100%'; do
        # shellcheck disable=SC2086
        set -- $command
        [ "$1" != diff ] || set -- "$@" "$tmp/z/l1.bst"
        ok "$command: the same of a .bst.zst" same "$@"
    done
    is "$("$BOOTSTAMP" stats "$tmp/zst" | head -n 1)" "2 captures, host clock; milliseconds" "a folder of them"
    is "$(cd "$tmp/zst" && XDG_RUNTIME_DIR="$tmp/nowhere" TMPDIR="$tmp/nowhere" "$BOOTSTAMP" list | grep -c '\.bst\.zst$')" 2 "list has them"
    cat "$tmp/zst/boot-20.bst.zst" "$tmp/zst/boot-20.bst.zst" >"$tmp/two.bst.zst"
    ok "two frames are one file" sh -c '"$BOOTSTAMP" info "$1" >/dev/null' - "$tmp/two.bst.zst"
    # zstd's blocks have 128 KiB
    { cat "$tmp/l1.bst"; head -c $((262144 - $(wc -c <"$tmp/l1.bst"))) /dev/zero; } | zstd -q >"$tmp/round.bst.zst"
    like "$("$BOOTSTAMP" info "$tmp/round.bst.zst" 2>&1)" "^size +262.1 kB" "one whose last block is full"
    if command -v pzstd >/dev/null; then
        ok "pzstd's, which begins with a frame to skip" sh -c 'pzstd -q "$1" -o "$2" && "$BOOTSTAMP" info "$2"' - "$tmp/l1.bst" "$tmp/p.bst.zst"
    fi
    head -c 100 "$tmp/zst/l1.bst.zst" >"$tmp/cut.bst.zst"
    is "$("$BOOTSTAMP" info "$tmp/cut.bst.zst" 2>&1)" "bootstamp: $tmp/cut.bst.zst: cannot unpack it: its end is missing" "one that is cut"
    { head -c 60 "$tmp/zst/l1.bst.zst"; head -c 400 /dev/urandom; } >"$tmp/bad.bst.zst"
    like "$("$BOOTSTAMP" info "$tmp/bad.bst.zst" 2>&1)" "bad.bst.zst: cannot unpack it: " "one that is damaged"
    echo no capture | zstd -q >"$tmp/text.bst.zst"
    like "$("$BOOTSTAMP" info "$tmp/text.bst.zst" 2>&1)" "text.bst.zst: " "one that is none"
    # 1.5 GB in 130 kB; zeros are holes, up to 64 GiB
    if [ -n "${BOOTSTAMP_SLOW:-}" ]; then
        large="becomes larger than 1 GiB; unpack it by zstd -d"
        { head -c 4096 "$tmp/l1.bst"; yes | head -c 1500000000; } | zstd -q >"$tmp/bomb.bst.zst"
        like "$("$BOOTSTAMP" info "$tmp/bomb.bst.zst" 2>&1)" "$large" "one that grows without end"
        head -c 1073741824 /dev/zero | zstd -q >"$tmp/zeros"
        head -c 4096 "$tmp/l1.bst" | zstd -q >"$tmp/head"
        cat "$tmp/head" "$tmp/zeros" "$tmp/zeros" >"$tmp/holes.bst.zst"
        like "$("$BOOTSTAMP" info "$tmp/holes.bst.zst" 2>&1)" "^size +2.1 GB" "holes take no memory"
        { cat "$tmp/head"; for _ in $(seq 64); do cat "$tmp/zeros"; done; } >"$tmp/bomb.bst.zst"
        like "$("$BOOTSTAMP" info "$tmp/bomb.bst.zst" 2>&1)" "$large" "holes without end"
    fi
else
    skip "compressed captures" "no zstd"
fi

done_testing
