#!/bin/sh
# Each harness takes a fixed number of inputs that are made of captures of this minute: ASan and UBSan are quiet, and
# what docs/fuzzing.md says must hold does.  make fuzz goes on for as long as one likes.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ -x "$build/fuzz/fuzz-reader" ] || skip_all "clang with libFuzzer is not there: make fuzz-programs tells"
runs=${FUZZ_RUNS:-300}
# Where the folder of a test is on a disk, memory is quicker.
[ -w /dev/shm ] || FUZZ_TMP=$tmp
export FUZZ_TMP
ok "guests boot, and their captures are cut up" "$src/tests/fuzz/make-seeds" "$tmp/seeds"
for harness in fuzz-reader fuzz-export fuzz-report fuzz-view fuzz-append fuzz-patterns fuzz-symbols; do
    if "$src/tests/fuzz/run" count "$runs" "$tmp/seeds" $harness >"$tmp/log" 2>&1; then
        pass "$(cat "$tmp/log")"
    else
        fail "$harness"
        diag "$(cat "$tmp/log")"
    fi
done
done_testing
