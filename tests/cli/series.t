#!/bin/sh
# The patches to QEMU say what the sources say, and each version's series is whole.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

command -v git >/dev/null || skip_all "no git"
ok "patches/common is what the sources say" "$src/tools/qemu-series.sh" --check
for series in "$src"/chardev-backend/patches/[0-9n]*; do
    name=${series##*/}
    n=0
    for patch in "$series"/*.patch; do
        n=$((n + 1))
        case ${patch##*/} in
        "$(printf %04d $n)"-*) ;;
        *) fail "$name: patch $n is ${patch##*/}" ;;
        esac
        git mailinfo "$tmp/message" "$tmp/diff" <"$patch" >"$tmp/info" 2>&1 ||
            fail "$name: git reads ${patch##*/}"
        grep -q '^Signed-off-by: ' "$tmp/message" || fail "$name: ${patch##*/} is signed off"
        git apply --stat "$tmp/diff" >/dev/null 2>&1 || fail "$name: ${patch##*/} is a diff"
    done
    is $n 12 "$name: 12 patches, in order"
done
done_testing
