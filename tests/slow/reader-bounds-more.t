#!/bin/sh
# tests/faults/reader-bounds.t with captures that reach every limit: what keeps lines, names and rows.
BOUND_CAPTURE_MB=160 BOUND_LIMIT_MB=192 BOUND_COMMANDS="info phases stats diff svg readserial"
export BOUND_CAPTURE_MB BOUND_LIMIT_MB BOUND_COMMANDS
exec "$(dirname "$0")/../faults/reader-bounds.t"
