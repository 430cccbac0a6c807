#!/bin/sh
# make firmware: all of build-*.sh beside this file, into build/firmware.
#
#   firmware-debug/build.sh [OUTDIR]
#
# Each of them builds from a source package into the ignored build folder, and
# does nothing where what it makes is up to date.  One that fails does not keep
# the others from it.
set -u

here=$(cd "$(dirname "$0")" && pwd)
status=0
for script in "$here"/build-*.sh; do
    "$script" "$@" || status=1
done

# By the names that QEMU looks for: run --probes puts this folder before QEMU's.
out=${1:-${BOOTSTAMP_BUILD:-$here/../build}/firmware}
link_as() {
    [ ! -s "$out/$1" ] || ln -sf "$1" "$out/$2"
}
link_as bios-probes.bin bios-256k.bin
link_as bios-probes-128k.bin bios.bin
link_as bios-probes-microvm.bin bios-microvm.bin
exit $status
