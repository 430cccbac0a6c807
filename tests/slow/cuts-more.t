#!/bin/sh
# The same as tests/faults/cuts.t, 10,000 times: 5,000 in memory, 5,000 on a disk.
ROUNDS=500 JOBS=10 exec "$(dirname "$0")/../faults/cuts.t"
