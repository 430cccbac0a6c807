#!/usr/bin/env bash
# tests/terminal/disks.t with whole boots from every kind of disk that SeaBIOS boots from.
WHOLE='ide virtio ahci nvme' QEMU_TIMEOUT=150
export WHOLE QEMU_TIMEOUT
exec "$(dirname "$0")/../terminal/disks.t"
