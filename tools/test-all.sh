#!/bin/sh
# Everything from a fresh clone to test results: packages, configure, build,
# tests.  The last line is "N passed, N failed"; the exit status tells the same.
set -eu
cd "$(dirname "$0")/.."
exec </dev/null

rm -f build/tests/result

# Whatever stops this early, the count is still the last line.
finish() {
    status=$?
    if [ -s build/tests/result ]; then
        cat build/tests/result
    else
        echo "0 passed, 1 failed"
        [ $status -ne 0 ] || status=1
    fi
    exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

tools/install-deps.sh
# After an update of QEMU the headers have to follow, which takes configure a
# second when they need not.
if [ -f config.mak ] && [ -x build/config.status ]; then
    build/config.status
else
    ./configure
fi
make -j2
make -j2 unit-tests
make check
