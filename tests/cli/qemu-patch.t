#!/bin/sh
# tools/qemu-patch.sh: only what becomes different is written; what does not apply is refused.  And our series applies
# to the source that the module is built for.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
cd "$tmp" || exit 1

patch_tree() { "$src/tools/qemu-patch.sh" "$@" >out 2>err; }
# all TREE: its files and what is in them
all() { (cd "$1" && find . -type f | sort | xargs grep -H .); }
# Every file of copy/ gets an old date; written lists those that no longer have it.
age() { find copy -type f -exec touch -d 2001-01-01 {} +; }
written() { find copy -type f -newermt 2001-01-02 | sort | paste -sd ' '; }

mkdir -p pristine/hw series
printf '%s\n' one two three >pristine/hw/a.c
echo kept >pristine/hw/b.c
echo gone >pristine/hw/c.c
cp -a pristine work
sed -i 's/two/2/' work/hw/a.c
mkdir work/new
echo new >work/new/file.c
# difference FROM: to work, as git writes it
difference() {
    diff -ruN "$1" work | sed "s|^diff -ruN $1/\\([^ ]*\\) work/\\(.*\\)\$|diff --git a/\\1 b/\\2|
        s|^--- $1/|--- a/|; s|^+++ work/|+++ b/|"
}
difference pristine >series/0001-change.patch
cp -a work between
rm work/hw/c.c
printf '%s\n' one 2 3 >work/hw/a.c
difference between >series/0002-more.patch

patch_tree pristine copy
is $? 0 "no patches: a copy"
ok "with all there is" diff -r pristine copy
age
patch_tree pristine copy series/*.patch
is $? 0 "a series of two" || diag "$(cat err)"
is "$(all copy)" "$(all work)" "it is applied"
is "$(written)" "copy/hw/a.c copy/new/file.c" "only what differs is written"
ok "a file that a patch removes is gone" test ! -e copy/hw/c.c
age
patch_tree pristine copy series/*.patch
is "$?$(written)" 0 "again: nothing is written"
patch_tree pristine copy series/0001-change.patch
is "$(all copy)" "$(all between)" "without the second patch"
is "$(written)" "copy/hw/a.c copy/hw/c.c" "what it changed goes back"
age
echo own >>copy/hw/b.c
sed -i '/^+new$/s/new/newer/' series/0001-change.patch
patch_tree pristine copy series/0001-change.patch
is "$(written)" "copy/hw/b.c copy/new/file.c" "a patch that changed: its file"
like "$(paste -sd ' ' copy/hw/b.c)" '^kept own$' "work in a file that no patch touches stays"
age
patch_tree pristine copy
is "$(written)" "copy/hw/a.c" "no series any more: what was there before"
ok "and no file besides" test ! -e copy/new/file.c

age
sed -i 's/^ one$/ eins/' series/0001-change.patch
patch_tree pristine copy series/0001-change.patch
is $? 1 "a patch that does not apply"
like "$(tail -n 1 err)" '^bootstamp: qemu-patch: series/0001-change.patch does not apply to pristine' "is named"
ok "with what was wrong" grep -q 'Hunk #1 FAILED' err
is "$(written)" "" "and nothing is written"

"$src/tools/qemu-build.sh" 3.1 >out 2>err
is $? 1 "qemu-build: a version that is none"
like "$(cat err)" "^bootstamp: qemu-build: '3\\.1' is neither 7\\.2, 10\\.0 nor newest, nor" "it says what there is"
"$src/tools/qemu-build.sh" 7.2 mips >out 2>err
is $? 2 "qemu-build: a target that is none"

source=$(sed -n 's/^QEMU_SOURCE = //p' "$src/config.mak")
version=$(cut -d. -f1,2 "$source/VERSION" 2>/dev/null)
if [ -n "$version" ] && "$src/tools/qemu-series.sh" "$version" "$tmp/ours" >out 2>err; then
    # Only the files that it touches: a QEMU is large.
    sed -n 's|^diff --git a/\([^ ]*\) .*|\1|p' ours/*.patch | sort -u |
        (cd "$source" && while read -r file; do [ ! -f "$file" ] || echo "$file"; done | tar -cf - -T -) |
        (mkdir qemu && tar -xf - -C qemu)
    patch_tree qemu patched ours/*.patch
    is $? 0 "our series applies to QEMU $version" || diag "$(cat err)"
    ok "and brings the back end" test -f patched/chardev/timestamp/char-timestamp.c
else
    skip "our series" "there is none for QEMU ${version:-(no source)}"
fi

done_testing
