#!/bin/sh
# Run one unit test program, printing TAP: tools/unit-test.sh BUILD PROGRAM
# BUILD is plain, asan or tsan.
set -eu

build=$1 program=$2
fixed=
export G_TEST_SRCDIR="$BOOTSTAMP_SRC/tests/unit"
export G_TEST_BUILDDIR="$BOOTSTAMP_BUILD/$build/tests/unit"

case $build in
asan)
    # A test that wants a signal of its own (SIGBUS) installs its handler later.
    export ASAN_OPTIONS="abort_on_error=0:detect_stack_use_after_return=1:${ASAN_OPTIONS:-}"
    export UBSAN_OPTIONS="print_stacktrace=1:${UBSAN_OPTIONS:-}"
    ;;
tsan)
    suppressions=$BOOTSTAMP_SRC/tests/unit/tsan.supp
    if [ -f "$suppressions" ]; then
        TSAN_OPTIONS="suppressions=$suppressions:${TSAN_OPTIONS:-}"
    fi
    export TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1:${TSAN_OPTIONS:-}"
    # gcc 12's runtime gives up where the kernel randomizes more address bits
    # than it knows; a container may forbid the call, then as it is.
    if setarch -R true 2>/dev/null; then
        fixed='setarch -R'
    fi
    ;;
esac

# At the time limit: which test hung?  That after the last one that has printed.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
name_the_hung() {
    done=$(grep -c '^\(not \)\{0,1\}ok ' "$log")
    echo "# hangs: $($fixed "$program" -l | grep "^/" | sed -n "$((done + 1))p")" >&2
    exit 143
}
trap name_the_hung TERM

# A failed assertion of glib's ends the program with "Bail out!", which would
# end all the other tests as well: it is this one that failed.  Line by line, for
# what hangs must not hold back what came before.
exec 3>&1
status=$( { { $fixed "$program" --tap || echo $? >&4; } | sed -u 's/^Bail out!/# &/' | tee "$log" >&3; } 4>&1)
exit "${status:-0}"
