#!/bin/sh
# Captures that are made to cost a reader memory: rows, names, lines, spans, sessions without end.  No command takes
# more than what docs/security.md says; tests/slow/reader-bounds-more.t has larger ones, where every limit is met.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck disable=SC2086
"$src/tests/faults/read-bounds.py" "$BOOTSTAMP" "$tmp" "${BOUND_CAPTURE_MB:-1}" "${BOUND_LIMIT_MB:-48}" ${BOUND_KINDS:-}
