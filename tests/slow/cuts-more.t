#!/bin/sh
# The same as tests/faults/cuts.t, 2,000 times.
ROUNDS=2000 exec "$(dirname "$0")/../faults/cuts.t"
