#!/bin/sh
# QEMU's scripts/checkpatch.pl on each patch of our series (make check-qemu).
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

tree=$(dirname "$QEMU")/../source
[ -f "$tree.series" ] || skip_all "$QEMU was not built with our series by tools/qemu-build.sh"
cd "$tree" || exit 1

patches=$(sed 1d "$tree.series")
for patch in $patches; do
    name=${patch##*/}
    perl scripts/checkpatch.pl --no-color "$patch" >"$tmp/said" 2>&1
    like "$(cat "$tmp/said")" '^total: 0 errors' "$name: no errors" || diag "$(grep -A 3 '^ERROR' "$tmp/said")"
    # Told, not counted: some have reasons, such as a define that only x86 has.
    warnings=$(grep '^WARNING' "$tmp/said" | sort | uniq -c)
    [ -z "$warnings" ] || diag "$warnings"
done
ok "a patch of the series names the maintainers" sh -c "cat $(echo "$patches" | tr '\n' ' ') | grep -q '^+++ b/MAINTAINERS'"

done_testing
