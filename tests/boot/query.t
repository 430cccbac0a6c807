#!/bin/sh
# query-boot-timestamps and info boot-timestamps: what they tell of a running guest is what is in its capture.
. "$(dirname "$0")/../lib.sh"
need_guests linux reset.rom flood.rom pattern-1000.rom
mkdir -p "$build/bench"
MAKEFLAGS='' make -s -C "$src" build/bench/big-capture >"$tmp/make.log" 2>&1 ||
    skip_all "cannot build big-capture: $(tail -n 1 "$tmp/make.log")"
cd "$tmp" || exit 1
QEMU=$QEMU GUESTS=$guests BUILD=$build SRC=$src python3 "$src/tests/boot/query.py"
