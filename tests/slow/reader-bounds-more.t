#!/bin/sh
# tests/faults/reader-bounds.t with a capture that reaches the limits of what keeps lines.
BOUND_CAPTURE_MB=160 BOUND_LIMIT_MB=192 BOUND_KINDS=long_lines BOUND_COMMANDS="stats diff"
export BOUND_CAPTURE_MB BOUND_LIMIT_MB BOUND_KINDS BOUND_COMMANDS
exec "$(dirname "$0")/../faults/reader-bounds.t"
