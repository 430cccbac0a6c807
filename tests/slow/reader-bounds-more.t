#!/bin/sh
# tests/faults/reader-bounds.t with captures that reach every limit.
BOUND_CAPTURE_MB=160 BOUND_LIMIT_MB=192
export BOUND_CAPTURE_MB BOUND_LIMIT_MB
exec "$(dirname "$0")/../faults/reader-bounds.t"
