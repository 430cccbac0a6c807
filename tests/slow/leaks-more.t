#!/bin/sh
# tests/faults/leaks.t with 1,000 boots and 1,000 resets.
BOOTS=${BOOTS:-1000}
export BOOTS
exec "$(dirname "$0")/../faults/leaks.t"
