#!/bin/sh
# QEMU's scripts/checkpatch.pl on each patch of our series (make check-qemu).
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

tree=$(dirname "$QEMU")/../source
[ -f "$tree.series" ] || skip_all "$QEMU was not built with our series by tools/qemu-build.sh"
cd "$tree" || exit 1

patches=$(sed 1d "$tree.series")
for patch in $patches; do
    name=${patch#"$src"/chardev-backend/patches/}
    perl scripts/checkpatch.pl --no-color "$patch" >"$tmp/said" 2>&1
    like "$(cat "$tmp/said")" '^total: 0 errors' "$name: no errors"
    # It asks this of every patch that adds a file; one patch of the series does it for all.
    grep '^WARNING' "$tmp/said" | grep -v 'does MAINTAINERS need updating' >"$tmp/warnings"
    is "$(cat "$tmp/warnings")" "" "$name: no warnings" || diag "$(cat "$tmp/said")"
done
ok "a patch of the series names the maintainers" sh -c "cat $(echo "$patches" | tr '\n' ' ') | grep -q '^+++ b/MAINTAINERS'"

done_testing
