#!/bin/sh
# tests/fuzz/fuzz.t with more inputs.
FUZZ_RUNS=${FUZZ_RUNS:-5000}
export FUZZ_RUNS
exec "$(dirname "$0")/../fuzz/fuzz.t"
