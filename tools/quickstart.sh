#!/bin/sh
# From a fresh clone to a first boot: install what is missing, configure, build, run the demo.
#
#   tools/quickstart.sh [OPTION-OF-CONFIGURE...]
#
# Safe to run again: what is there is left alone.
set -eu

cd "$(dirname "$0")/.."

case ${1:-} in
'' | --?*=*) ;;
*)
    echo "usage: tools/quickstart.sh [--with-qemu-source=DIR] [OPTION-OF-CONFIGURE...]" >&2
    [ "$1" = --help ] || exit 2
    exit
    ;;
esac

tools/install-deps.sh
if [ $# -gt 0 ] || ! [ -f config.mak ] || ! [ -f build/config.h ]; then
    ./configure "$@"
fi
make -j"$(nproc)" --no-print-directory
exec tools/demo.sh
