#!/bin/sh
# 50,000 random and boundary accesses to the ports of isa-bootprobe: only main memory is ever read, and the capture
# has what a model of the device says.  tests/slow/ports-million.t is the long form.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
writes=${PORT_WRITES:-50000}
if "$src/tests/faults/port-fuzz.py" "$BOOTSTAMP" "$QEMU" "$tmp" "$writes" "${PORT_SEED:-1}" >"$tmp/log" 2>&1; then
    pass "$(tail -n 1 "$tmp/log")"
else
    fail "$writes writes to the ports"
    diag "$(tail -n 5 "$tmp/log")"
fi
done_testing
