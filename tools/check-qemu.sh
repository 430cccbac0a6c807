#!/bin/sh
# Is there a module of bootstamp that fits, for each QEMU of this machine?
#
#   check-qemu [QEMU...]
#
# Starts QEMU (those in /usr/bin, one of each version) without a machine and
# looks whether it has the back end.  Of each that has not, prints why and what
# to do.  Exit status: 0 all have it, 1 some have not.  `make install' puts this
# beside the modules; the Debian package runs it when a QEMU is installed.
set -u

here=$(cd "$(dirname "$0")" && pwd)
module=${BOOTSTAMP_MODULE:-$here/chardev-timestamp.so}

# What installs a module for the minor version $1: whoever has installed the others.
advice() {
    if dpkg-query -S "$module" >/dev/null 2>&1; then
        echo "install the package bootstamp-qemu-$1, or make it with make deb in the source of bootstamp"
    else
        echo "run ./configure, make and make install in the source of bootstamp"
    fi
}

# check QEMU VERSION: 1, and said, if it does not get the back end
check() {
    said=$(LD_PRELOAD=$module timeout 20 "$1" -M none -display none -chardev help 2>&1 </dev/null)
    if printf '%s\n' "$said" | grep -qx ' *timestamp'; then
        return 0
    fi
    why=$(printf '%s\n' "$said" | sed -n 's/^bootstamp: //p' | head -n 1)
    echo "bootstamp: $1 is QEMU $2, and no module fits it: $(advice "$(printf '%s' "$2" | sed 's/^\([0-9]*\.[0-9]*\).*/\1/')")"
    [ -z "$why" ] || echo "bootstamp: $why"
    return 1
}

[ $# -gt 0 ] || set -- /usr/bin/qemu-system-*
status=0 seen='|'
for qemu; do
    case $qemu in
    *-microvm) continue ;; # exports nothing, ever
    esac
    [ -x "$qemu" ] || continue
    version=$("$qemu" --version 2>/dev/null </dev/null | sed -n '1s/^QEMU emulator version //p')
    case $version,$seen in
    ,*) continue ;;
    *"|$version|"*) continue ;;
    esac
    seen="$seen$version|"
    check "$qemu" "$version" || status=1
done
exit $status
