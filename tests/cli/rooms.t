#!/bin/sh
# The rooms of docs/design.md: no include and no call runs against the arrows,
# and no modules need each other in a circle.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

"$src/tools/check-rooms.py" "$build" >"$tmp/out" 2>&1
is "$?" 0 "tools/check-rooms.py finds nothing"
is "$(cat "$tmp/out")" "" "and has nothing to say"

# It would have found it: a copy of the tree in which a low room calls a high one.
mkdir "$tmp/tree"
cp -r "$src/capture" "$src/viewer" "$src/chardev-backend" "$src/tools" "$tmp/tree/"
echo '#include "viewer/common/common.h"' >>"$tmp/tree/capture/lines.c"
"$tmp/tree/tools/check-rooms.py" "$build" >"$tmp/out" 2>&1
is "$?" 1 "an include against the arrows is found"
like "$(cat "$tmp/out")" '^capture/lines.c:[0-9]+: capture may not use viewer/common ' "with its file and line"
like "$(cat "$tmp/out")" '^a circle of modules: .*capture/lines' "and the circle that it makes"

# Every folder with C files of the program or the back end is in the table.
rooms=$(cd "$src" && find capture chardev-backend viewer -name '*.c' | sed 's|/[^/]*$||' | sort -u)
for room in $rooms; do
    case $room in chardev-backend/*) continue ;; esac
    grep -q "^    '$room': " "$src/tools/check-rooms.py"
    is "$?" 0 "$room is in the table of rooms"
done
done_testing
