#!/bin/sh
# Run one unit test program, printing TAP: tools/unit-test.sh BUILD PROGRAM
# BUILD is plain, asan or tsan.
set -eu

build=$1 program=$2
set --
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
        set -- setarch -R
    fi
    ;;
esac

# A failed assertion of glib's ends the program with "Bail out!", which would
# end all the other tests as well: it is this one that failed.
exec 3>&1
status=$( { { "$@" "$program" --tap || echo $? >&4; } | sed 's/^Bail out!/# &/' >&3; } 4>&1)
exit "${status:-0}"
