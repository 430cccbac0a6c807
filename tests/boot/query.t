#!/bin/sh
# x-query-boot-timestamps and info boot-timestamps: what they tell of a running guest is what is in its capture.
. "$(dirname "$0")/../lib.sh"
need_guests linux reset.rom flood.rom pattern-1000.rom
cd "$tmp" || exit 1
if ! make -s -C "$src" build/bench/big-capture >make.log 2>&1; then
    diag "$(cat make.log)"
    exit 1
fi
QEMU=$QEMU GUESTS=$guests BUILD=$build SRC=$src python3 "$src/tests/boot/query.py"
