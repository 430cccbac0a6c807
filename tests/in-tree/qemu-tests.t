#!/bin/sh
# QEMU's own tests of character devices, and those that our series adds to it (make check-qemu).
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

tree=$(dirname "$QEMU")
[ -f "$tree/../tests" ] || skip_all "$QEMU was not built by tools/qemu-build.sh -t"
cd "$tree" || exit 1

# glib's programs print TAP themselves; their points become ours.
while read -r program <&3; do
    name=${program##*/}
    QTEST_QEMU_BINARY=$QEMU timeout -k 5 200 "./$program" --tap -k >"$tmp/tap" 2>"$tmp/err" </dev/null
    status=$?
    while read -r verdict word number rest; do
        case "$verdict $word $number" in
        "not ok "*) fail "$name $rest" ;;
        "ok "*) pass "$name $number $rest" ;;
        esac
    done <"$tmp/tap"
    is $status 0 "$name ends well" || tail -n 15 "$tmp/err" | sed 's/^/# /' >&2
    ok "$name ran its tests" grep -q '^ok ' "$tmp/tap"
done 3<"$tree/../tests"

done_testing
