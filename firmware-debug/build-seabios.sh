#!/bin/sh
# Build SeaBIOS with boot probes and line output out of Debian's source
# packages: of this release, and the newest one that the mirror has.
#
#   firmware-debug/build-seabios.sh [OUTDIR]        (default: build/firmware)
#
#   bios-probes.bin          this release's source, debug level 1 as Debian's
#   bios-probes-debug8.bin   the same with debug level 8
#   newest/                  the same two out of sid's source
#
# The patches are seabios/VERSION/*.patch; probe.h goes beside them.  Packages:
# gcc, binutils, make, patch, python3, dpkg-dev (tools/install-deps.sh).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
build=${BOOTSTAMP_BUILD:-$top/build}
out=${1:-$build/firmware}
python=python3

die() {
    printf 'bootstamp: build-seabios: %s\n' "$*" >&2
    exit 1
}

# The series for a source version: of its own major.minor, or the newest there
# is, which may apply to a later one.
series() {
    if [ -d "$here/seabios/$1" ]; then
        echo "$here/seabios/$1"
    else
        find "$here/seabios" -mindepth 1 -maxdepth 1 -type d | sort -V | tail -n 1
    fi
}

# one LEVEL FILE: build $tree with that debug level
one() {
    work=$tree/out-$1
    mkdir -p "$work"
    # Debian's configuration of bios-256k.bin, and the probes
    printf 'CONFIG_%s\n' QEMU=y ROM_SIZE=256 BOOTPROBE=y "DEBUG_LEVEL=$1" >"$work/.config"
    for target in oldnoconfig all; do
        MAKEFLAGS='' make -C "$tree" -j"${JOBS:-2}" PYTHON="$python -B" OUT="$work/" \
            KCONFIG_CONFIG="$work/.config" EXTRAVERSION="-debian-$version+probes" \
            $target >>"$log" 2>&1 </dev/null || {
            tail -n 15 "$log" >&2
            die "cannot build SeaBIOS $version; see $log"
        }
    done
    cp "$work/bios.bin" "$2.new"
    mv "$2.new" "$2"
}

# seabios SUITE VERSION DIR: both debug levels into DIR; SUITE - is this release
seabios() {
    dir=$3
    mkdir -p "$dir" "$build/firmware/source"
    if [ "$1" = - ]; then
        source=$build/firmware/source/seabios-$2
        "$top/tools/fetch-source.sh" seabios "$2" "$source"
    else
        source=$build/firmware/source/seabios-$1
        "$top/tools/fetch-source.sh" -s "$1" seabios "$2" "$source"
    fi
    version=$(sed -n '1s/.*(\(.*\)).*/\1/p' "$source/debian/changelog")
    patches=$(series "$(echo "$version" | cut -d. -f1,2)")
    stamp="$version $(cat "$patches"/*.patch "$here/../capture/probe.h" "$0" | cksum)"
    if [ -s "$dir/bios-probes.bin" ] && [ -s "$dir/bios-probes-debug8.bin" ] &&
        [ "$(cat "$dir/.seabios.stamp" 2>/dev/null)" = "$stamp" ]; then
        return
    fi
    log=$dir/seabios.log
    : >"$log"
    tree=$build/firmware/source/seabios
    rm -rf "$tree"
    cp -r "$source" "$tree"
    cp "$here/../capture/probe.h" "$tree/src/std/bootprobe.h"
    for patch in "$patches"/*.patch; do
        patch -s -p1 -d "$tree" <"$patch" >>"$log" 2>&1 ||
            die "${patch##*/} does not apply to SeaBIOS $version; see $log"
    done
    one 1 "$dir/bios-probes.bin"
    one 8 "$dir/bios-probes-debug8.bin"
    rm -rf "$tree"
    echo "$stamp" >"$dir/.seabios.stamp"
    echo "firmware: SeaBIOS $version: $dir/bios-probes.bin, bios-probes-debug8.bin"
}

for tool in ${CC:-gcc} ld make patch $python flock; do
    command -v "$tool" >/dev/null || die "'$tool' is missing; run tools/install-deps.sh"
done
# SeaBIOS takes any other compiler from CROSS_PREFIX, a wrapper is no help.
unset CC
mkdir -p "$out"
out=$(cd "$out" && pwd)
exec 9>"$out/.seabios.lock"
flock -w 900 9 || die "another build goes on"

# The firmware that is installed, where it is; else what the release has.
own=$(dpkg-query -W -f '${source:Version}' seabios 2>/dev/null) || own=-
seabios - "${own:--}" "$out"
# Without it all else works.
(seabios sid - "$out/newest") ||
    echo "firmware: sid's SeaBIOS is left out" >&2
