#!/bin/sh
# tests/faults/ports.t with 1,000,000 writes.
PORT_WRITES=1000000 PORT_SEED=2 exec "$(dirname "$0")/../faults/ports.t"
