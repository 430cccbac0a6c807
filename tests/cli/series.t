#!/bin/bash
# The series of patches for QEMU: made from the sources, applied by git am, and nothing forgotten.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v git >/dev/null || skip_all "no git"
cd "$tmp" || exit 1
series() { "$src/tools/qemu-series.sh" "$@"; }

# --- each of our files is in it, once

series --files 7.2 >files 2>err
is "$?$(cat err)" 0 "qemu-series --files"
# Loadable only: the way in, and what in-tree/ has another file of that name for.
expected() {
    local file name
    for file in "$src"/chardev-backend/*.[ch] "$src"/chardev-backend/in-tree/*; do
        name=${file#"$src"/}
        case $name in
        */preload.c | *-wrap.c | *-module.c) continue ;;
        chardev-backend/in-tree/*) ;;
        *) [ ! -e "$src/chardev-backend/in-tree/${name##*/}" ] || continue ;;
        esac
        echo "$name"
    done
}
is "$(cut -d ' ' -f 3 files | grep ^chardev-backend/ | sort)" "$(expected | sort)" \
    "a step has each source file of the back end, once"

# C files of capture/ in it whose header no other file of it includes: QEMU would carry them for nothing.
idle() {
    local file header
    cut -d ' ' -f 3 files | grep '^capture/.*\.c$' | while read -r file; do
        header=${file%.c}.h
        [ ! -f "$src/$header" ] ||
            cut -d ' ' -f 3 files | (cd "$src" && grep -vx "$file\|$header" | xargs grep -lE "^#include \"(capture/)?${header##*/}\"") >/dev/null ||
            echo "$file"
    done
}
is "$(idle)" "" "and of capture/ only what one of them needs"
is "$(cut -d ' ' -f 4 files | sort | uniq -d)" "" "no two become the same file"
steps() { (cd "$src/chardev-backend/hooks" && printf '%s\n' [0-9]*/ | tr -d /); }
is "$(sed -n 's/^| \([0-9]*\) `\([a-z-]*\)` |.*/\1-\2/p' "$src/docs/in-tree.md")" "$(steps | sed 's/^0//')" \
    "docs/in-tree.md has each step"
is "$(sed -n 's/^00\([0-9]*-[a-z-]*\) .*/\1/p' "$src/docs/in-tree.md")" "$(steps)" "with the lines that it adds"
is "$(find "$src/chardev-backend/hooks" -type f ! -name message ! -name files ! -name '*.diff')" "" \
    "hooks/ has what is written by hand alone"
is "$(find "$src" -path "$src/build*" -prune -o -name '*.patch' -path '*chardev-backend*' -print)" "" \
    "and no patch is kept"

# --- what it makes

# Names of C files in the lines that the series adds to meson.build files, a line each: FOLDER/NAME.
in_meson() {
    git -C tree diff base.. -- '*meson.build' | awk -v quote="'" '
        /^\+\+\+ b\// { folder = substr($2, 3); sub(/[^\/]*$/, "", folder) }
        /^\+[^+]/ {
            while (match($0, quote "[a-z0-9_/-]+(\\.c|-test)" quote)) {
                name = substr($0, RSTART + 1, RLENGTH - 2)
                print folder name (name ~ /\.c$/ ? "" : ".c")
                $0 = substr($0, RSTART + RLENGTH)
            }
        }'
}

# Our headers that a file of ours includes and that are not there (yet): FILE HEADER.
missing_headers() {
    cut -d ' ' -f 4 files | (cd tree && while read -r file; do
        [ ! -f "$file" ] || grep -H '^#include "' "$file"
    done) | sed 's/:#include "/ /; s/".*//' | while read -r file header; do
        for to in "${file%/*}/$header" "$header"; do
            if grep -q " $to\$" files && [ ! -f "tree/$to" ]; then
                echo "$file $to"
            fi
        done
    done
}

# The errors of checkpatch.pl (standard input), but for what it misreads:
#   tables of macros in capture/format.h and milestone-ids.h, of which it does not know that they are enumerators and cases: the line of an
#   enumerator, and "default:" after such a case; a list of properties, as DEFINE_NIC_PROPERTIES is one;
#   capture/probe.h, which is for firmware: registers in memory are volatile there, and C89 spells inline otherwise.
style_errors() {
    grep -A 2 '^ERROR' | grep '^+' | grep -vE \
        -e '^\+(#define CAPTURE_[A-Z]+_ENUM\(.*|    default:)$' \
        -e '^\+#define (CAPTURE_MILESTONE_ID|NAME|GROUP)\(id, name, group\) ' \
        -e '^\+#define BOOTPROBE_PROPERTIES\(' \
        -e '^\+#define BOOTPROBE_INLINE ' -e '^\+BOOTPROBE_INLINE .*bootprobe_mmio_' \
        -e '^\+    volatile unsigned int \*at = '
}

# apply VERSION SOURCE: git am on SOURCE, of which only the files are taken that the series touches
apply() {
    local version=$1 source=$2 file patch name
    rm -rf tree patches
    series "$version" patches >said 2>&1
    is $? 0 "$version: the series is made" || diag "$(cat said)"
    git init -q tree
    sed -n 's|^diff --git a/\([^ ]*\) b/.*|\1|p' patches/*.patch | sort -u |
        while read -r file; do [ ! -f "$source/$file" ] || (cd "$source" && cp --parents "$file" "$tmp/tree"); done
    git -C tree add -A
    git -C tree config user.name test
    git -C tree config user.email test@example.org
    git -C tree commit -q -m base
    git -C tree tag base
    series --files "$version" >files
    for patch in patches/*.patch; do
        name="$version: ${patch##*/}"
        git -C tree am -q "$tmp/$patch" >said 2>&1
        is $? 0 "$name: git am takes it" || diag "$(cat said)"
        is "$(missing_headers)" "" "$name: a step has the headers that it includes"
    done
    is "$(git -C tree log --format=%s base.. | tac)" \
        "$(for step in "$src"/chardev-backend/hooks/[0-9]*/message; do head -n 1 "$step"; done)" \
        "$version: a commit for each step, in order"
    is "$(git -C tree log --format=%b base.. | grep -c '^Signed-off-by: ')" \
        "$(find patches -name '*.patch' | wc -l)" "$version: each is signed off"
    is "$(in_meson | sort)" "$(git -C tree diff --name-only --diff-filter=A base.. -- '*.c' | sort)" \
        "$version: a meson.build names each C file that is added, once, and no other"
    # Its schema, beside the rest of QEMU's: checkpatch does not read what is documented there.
    rm -rf schema && cp -r "$source/qapi" schema && cp tree/qapi/* schema/
    ok "$version: QEMU takes the schema" python3 "$source/scripts/qapi-gen.py" -o generated -b schema/qapi-schema.json
    for patch in patches/*.patch; do
        (cd "$source" && perl scripts/checkpatch.pl --no-color "$tmp/$patch") >said 2>&1
        is "$(style_errors <said)" "" "$version: checkpatch: ${patch##*/}"
        ok "$version: checkpatch: it has read it" grep -q '^total: .* lines checked$' said
    done
}

source=$(sed -n 's/^QEMU_SOURCE = //p' "$src/config.mak")
version=$(cut -d. -f1,2 "$source/VERSION" 2>/dev/null)
if [ -n "$version" ] && [ -f "$source/scripts/checkpatch.pl" ]; then
    apply "$version" "$source"
else
    skip "the series on QEMU's source" "configure has none"
fi
# Those that check-slow has fetched.
for other in 10.0 newest; do
    [ -n "${BOOTSTAMP_SLOW-}" ] || break
    if [ -d "$build/qemu-build/$other/pristine" ]; then
        apply "$other" "$build/qemu-build/$other/pristine"
    else
        skip "the series on QEMU $other" "its source is not there: tools/qemu-build.sh -p $other"
    fi
done

# --- what is refused

series 6.2 out >said 2>err
is $? 1 "a version that is too old"
like "$(cat err)" '^bootstamp: qemu-series: there is no series for QEMU 6\.2, only for 7\.2 10\.0 newest' "is refused"
series mips out >said 2>err
is $? 1 "and one that is none"
series >said 2>err
is $? 2 "without arguments: usage"
ok "nothing is made" test ! -e out
series 11.5 out && series newest other
ok "a later one gets the newest series" diff -r out other
done_testing
