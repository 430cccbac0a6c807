#!/bin/sh
# chardev=ID2: what the other back end does not take waits in the guest, as with that back end alone.
. "$(dirname "$0")/../lib.sh"
need_guests serial-300000.rom serial-20000.rom
cd "$tmp" || exit 1
QEMU=$QEMU GUESTS=$guests SRC=$src python3 "$src/tests/boot/next.py"
