#!/bin/sh
# tests/boot/disks.t from every kind of disk that SeaBIOS boots from, and on to the kernel's end.
BUSES='ide virtio ahci nvme' BOOT=whole QEMU_TIMEOUT=120
export BUSES BOOT QEMU_TIMEOUT
exec "$(dirname "$0")/../boot/disks.t"
