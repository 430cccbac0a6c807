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
exit $status
