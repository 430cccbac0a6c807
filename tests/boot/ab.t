#!/bin/sh
# bootstamp ab: pairs in turn, a verdict, what failed; and the recipe for git bisect.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests pattern-1000.rom pattern-200000.rom

export XDG_RUNTIME_DIR="$tmp/run"
mkdir -m 700 "$tmp/run"
machine="-M pc -accel tcg -m 32 -nodefaults -display none -no-user-config"

# ab OPTION... -- ROM-A ROM-B
ab() {
    options=''
    while [ "$1" != -- ]; do
        options="$options $1"
        shift
    done
    # shellcheck disable=SC2086
    timeout -k 5 120 "$BOOTSTAMP" ab $options -- "$QEMU" $machine -bios "$guests/$2.rom" \
        --- "$QEMU" $machine -bios "$guests/$3.rom" >"$tmp/out" 2>"$tmp/err"
}

ab -n 5..30 --fail-over 50% -c "$tmp/slower" -- pattern-1000 pattern-200000
is $? 1 "two hundred times as many bytes are slower"
# It ends as soon as one row is decided: that of the phase, or of what it was spent on
like "$(grep -E '^(Run|talking on bootstamp) ' "$tmp/out")" 'SLOWER$' "that phase"
like "$(cat "$tmp/out")" '\(signed ranks, ' "pairs were compared"
n=$(find "$tmp/slower/a" -name '*.bst' | wc -l)
ok "it ended when it could tell ($n pairs)" test "$n" -ge 5 -a "$n" -lt 30
is "$(cd "$tmp/slower/a" && echo *)" "$(cd "$tmp/slower/b" && echo *)" "as many captures a side, and nothing else"
order=$(cd "$tmp/slower" && stat -c '%.9Y %n' a/boot-000[1-4].bst b/boot-000[1-4].bst | sort -n | cut -d ' ' -f 2 | cut -c 1 | tr -d '\n')
is "$order" abbaabba "in turn"
"$BOOTSTAMP" diff --paired --fail-over 50% "$tmp/slower/a" "$tmp/slower/b" >"$tmp/again"
is $? 1 "diff --paired says the same of the folders"

ab -n 3 --fail-over 10000% --ignore-under 60000 -- pattern-1000 pattern-1000
is $? 0 "within"
like "$(cat "$tmp/err")" "^bootstamp: ab: captures are in $tmp/run/bootstamp/boots-[^ ]*/a and [^ ]*/b; " "a folder of its own"
ab -q -n 2 -c "$tmp/few" -- pattern-1000 pattern-1000
is "$? $(cat "$tmp/err")" "3 " "two pairs tell nothing"
ab -q -n 2 --undecided pass -c "$tmp/few2" -- pattern-1000 pattern-1000
is $? 0 "--undecided pass"

printf '%s %s -bios %s\n' "$QEMU" "$machine" "'$guests/pattern-1000.rom'" >"$tmp/a.cmd"
printf '%s %s \\\n  -bios "%s"\n' "$QEMU" "$machine" "$guests/pattern-1000.rom" >"$tmp/b.cmd"
"$BOOTSTAMP" ab -q -n 2 --ignore-under 60000 --a "$tmp/a.cmd" --b "$tmp/b.cmd" >"$tmp/out" 2>"$tmp/err"
is "$? $(cat "$tmp/err")" "0 " "command lines from files"

# --- what fails

# shellcheck disable=SC2086
"$BOOTSTAMP" ab -q -n 9 -c "$tmp/fails" -- "$QEMU" $machine -bios "$guests/pattern-1000.rom" \
    --- "$QEMU" -M none -bogus >"$tmp/out" 2>"$tmp/err"
is $? 1 "B does not start"
like "$(cat "$tmp/err")" 'QEMU ended with status 1: .*-bogus: invalid option' "its last words"
like "$(tail -n 1 "$tmp/err")" '^bootstamp: ab: 0 boots of A and 2 of B failed$' "it gives up when no pair succeeds"
for format in $("$BOOTSTAMP" diff -F help | sed 's/ .*//'); do
    "$BOOTSTAMP" ab -q -n 1 -F "$format" -c "$tmp/bad-$format" -- "$QEMU" -M none -bogus --- "$QEMU" -M none -bogus >"$tmp/out" 2>"$tmp/err"
    is $? 2 "-F $format: all boots failed"
    case $format in
    json) like "$(cat "$tmp/out")" '"verdict":"error","exit_status":2,.*"failed":\[[{].*boot-0001' "JSON has them, and no verdict" ;;
    junit) like "$(cat "$tmp/out")" ' errors="3" ' "JUnit has them, and no verdict" ;;
    html | markdown | text) like "$(cat "$tmp/out")" 'there is no boot to compare' "$format has the reason" ;;
    esac
done
ok "half a pair does not stay" test ! -e "$tmp/fails/a/boot-0001.bst"
"$BOOTSTAMP" ab -q -n 9 -- "$QEMU" -M none -bogus --- "$QEMU" -M none -bogus >"$tmp/out" 2>"$tmp/err"
is $? 2 "neither does: that is no verdict"
"$BOOTSTAMP" ab -q --bisect -n 9 -- "$QEMU" -M none -bogus --- "$QEMU" -M none -bogus >"$tmp/out" 2>"$tmp/err"
is $? 125 "nor for git bisect"
for bad in '-n 0' '-n 5..3' '-n 5..' '-n x' '-n 1 --timeout -1' '--warmup -1' '--until (' "--a $tmp/a.cmd"; do
    # shellcheck disable=SC2086
    "$BOOTSTAMP" ab $bad -- "$QEMU" --- "$QEMU" >"$tmp/out" 2>&1
    is $? 2 "ab $bad is a usage error"
done
"$BOOTSTAMP" ab -- "$QEMU" -M none >"$tmp/out" 2>&1
is $? 2 "one command line is not enough"

# Ctrl-C: the pairs that are whole count
# shellcheck disable=SC2086
timeout -s INT 5 "$BOOTSTAMP" ab -n 10000 -c "$tmp/int" -- "$QEMU" $machine -bios "$guests/pattern-1000.rom" \
    --- "$QEMU" $machine -bios "$guests/pattern-1000.rom" >"$tmp/out" 2>"$tmp/err"
like "$(cat "$tmp/out")" '^A: .* and [0-9]+ more$' "an interrupt prints what there is"
like "$(cat "$tmp/err")" 'captures are in' "and where it is"

# --- git bisect: docs/cookbook.md's recipe, on a repository whose commit 6 of 8 made it slow

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
git init -q "$tmp/repo"
for i in 1 2 3 4 5 6 7 8; do
    rom=pattern-1000.rom
    [ $i -lt 6 ] || rom=pattern-200000.rom
    cp "$guests/$rom" "$tmp/repo/rom"
    echo $i >"$tmp/repo/number"
    git -C "$tmp/repo" add rom number
    git -C "$tmp/repo" -c user.name=t -c user.email=t@example.org commit -q -m "commit $i"
done
cp "$guests/pattern-1000.rom" "$tmp/good.rom"
cat >"$tmp/bisect.sh" <<END
#!/bin/sh
exec "$BOOTSTAMP" ab -q -n 6..20 --bisect --fail-over 100% --ignore-under 20 -- \\
    $QEMU $machine -bios "$tmp/good.rom" \\
    --- $QEMU $machine -bios rom
END
chmod +x "$tmp/bisect.sh"
(
    cd "$tmp/repo" || exit
    git bisect start HEAD HEAD~7 && git bisect run "$tmp/bisect.sh"
) >"$tmp/bisect.log" 2>&1
like "$(cat "$tmp/bisect.log")" 'commit 6' "git bisect run finds the commit" || tail -n 40 "$tmp/bisect.log" | sed 's/^/# /'
like "$(git -C "$tmp/repo" show -s --format=%s refs/bisect/bad)" '^commit 6$' "the first bad one"

done_testing
