#!/bin/sh
# Build QEMU's option ROMs for -kernel with probes: linuxboot, linuxboot_dma,
# multiboot, multiboot_dma and pvh, out of the source package of the QEMU that
# is installed, without building QEMU.
#
#   firmware-debug/build-optionroms.sh [OUTDIR]     (default: build/firmware)
#
# The patches are optionrom/*.patch; probe.h goes beside them.  QEMU takes the
# ROMs from OUTDIR with -L OUTDIR: those folders come before its own.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
build=${BOOTSTAMP_BUILD:-$top/build}
out=${1:-$build/firmware}
roms='linuxboot linuxboot_dma multiboot multiboot_dma pvh'

die() {
    printf 'bootstamp: build-optionroms: %s\n' "$*" >&2
    exit 1
}

# The source that configure has unpacked, else one of our own.
find_source() {
    source=
    if [ -f "$top/config.mak" ]; then
        source=$(sed -n 's/^QEMU_SOURCE = //p' "$top/config.mak")
    fi
    if [ ! -d "${source:-/nonexistent}/pc-bios/optionrom" ]; then
        version=$(dpkg-query -W -f '${source:Version}' qemu-system-x86 2>/dev/null) ||
            die "qemu-system-x86 is not installed; run tools/install-deps.sh"
        source=$build/firmware/source/qemu-${version#*:}
        "$top/tools/fetch-source.sh" qemu "$version" "$source"
    fi
    version=$(cat "$source/VERSION")
}

mkdir -p "$out"
out=$(cd "$out" && pwd)
exec 9>"$out/.optionroms.lock"
flock -w 600 9 || die "another build goes on"
find_source

# Up to date?
stamp="$source $(cat "$here"/optionrom/*.patch "$here/../capture/probe.h" "$0" | cksum)"
fresh=yes
for rom in $roms; do
    [ -s "$out/$rom.bin" ] || fresh=no
done
if [ $fresh = yes ] && [ "$(cat "$out/.optionroms.stamp" 2>/dev/null)" = "$stamp" ]; then
    exit 0
fi

tree=$build/firmware/source/optionrom
rm -rf "$tree"
mkdir -p "$tree/pc-bios" "$tree/build"
cp -r "$source/pc-bios/optionrom" "$tree/pc-bios/"
ln -s "$source/include" "$source/scripts" "$tree/"
cp "$here/../capture/probe.h" "$tree/pc-bios/optionrom/"
for patch in "$here"/optionrom/*.patch; do
    patch -s -p1 -d "$tree" <"$patch" || die "${patch##*/} does not apply to QEMU $version"
done

# Its Makefile expects what QEMU's configure writes.
cat >"$tree/build/config.mak" <<END
TOPSRC_DIR=$tree
TARGET_DIR=optionrom/
CC=${CC:-gcc}
OBJCOPY=objcopy
PYTHON=python3
END
log=$out/optionroms.log
# shellcheck disable=SC2046,SC2086
if ! MAKEFLAGS='' make -C "$tree/build" -f "$tree/pc-bios/optionrom/Makefile" V=1 \
    $(printf '%s.bin ' $roms) >"$log" 2>&1 </dev/null; then
    tail -n 15 "$log" >&2
    die "cannot build; see $log"
fi
for rom in $roms; do
    cp "$tree/build/$rom.bin" "$out/$rom.bin.new"
    mv "$out/$rom.bin.new" "$out/$rom.bin"
done
echo "$stamp" >"$out/.optionroms.stamp"
echo "firmware: option ROMs with probes in $out (QEMU $version)"
