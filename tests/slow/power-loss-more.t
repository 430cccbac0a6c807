#!/bin/sh
# tests/faults/power-loss.t with 10,000 copies.
COPIES=${COPIES:-10000}
export COPIES
exec "$(dirname "$0")/../faults/power-loss.t"
