#!/bin/sh
# Build a debug OVMF, which tells on port 0x402 what it does, out of Debian's
# edk2 source package: its own packages are release builds and print nothing.
# A driver that speaks to the probe device is built in: ovmf/BootProbeDxe.
#
#   firmware-debug/ovmf-debug.sh [OUTDIR]     (default: build/firmware)
#
# Makes OUTDIR/OVMF_CODE.debug.fd and OUTDIR/OVMF_VARS.debug.fd.  It takes some
# six minutes and 1.5 GB, so make firmware does not do it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
build=${BOOTSTAMP_BUILD:-$top/build}
out=${1:-$build/firmware}

die() {
    printf 'bootstamp: ovmf-debug: %s\n' "$*" >&2
    exit 1
}

mkdir -p "$out" "$build/firmware/source"
out=$(cd "$out" && pwd)
source=$(cd "$build/firmware/source" && pwd)/edk2
exec 9>"$out/.ovmf.lock"
flock -w 1800 9 || die "another build goes on"
[ ! -s "$out/OVMF_CODE.debug.fd" ] || exit 0

"$top/tools/fetch-source.sh" edk2 - "$source"

# The two tools that nothing else here needs, without installing them.
tools=$build/firmware/source/ovmf-tools
for package in nasm acpica-tools; do
    case $package in
    nasm) program=nasm ;;
    *) program=iasl ;;
    esac
    command -v $program >/dev/null && continue
    [ -x "$tools/usr/bin/$program" ] && continue
    mkdir -p "$tools"
    (cd "$tools" && apt-get -q -o APT::Sandbox::User="$(id -un)" download $package >/dev/null &&
        dpkg-deb -x "$(echo ${package}_*.deb)" .) || die "cannot get $package; apt-get install it"
done

driver=OvmfPkg/BootProbeDxe
if [ ! -d "$source/$driver" ]; then
    mkdir "$source/$driver"
    cp "$here"/ovmf/BootProbeDxe/* "$here/../capture/probe.h" "$source/$driver/"
    sed -i "s|^  OvmfPkg/PlatformDxe/Platform.inf.*|&\\n  $driver/BootProbeDxe.inf|" "$source/OvmfPkg/OvmfPkgX64.dsc"
    sed -i "s|^INF  *OvmfPkg/PlatformDxe/Platform.inf.*|&\\nINF  $driver/BootProbeDxe.inf|" "$source/OvmfPkg/OvmfPkgX64.fdf"
fi

log=$out/ovmf-debug.log
cat >"$source/bootstamp-build.sh" <<'END'
set -e
export WORKSPACE=$PWD EDK_TOOLS_PATH=$PWD/BaseTools PYTHON_COMMAND=python3
make -C BaseTools
set -- # edksetup.sh reads the arguments
. ./edksetup.sh
build -n "$(nproc)" -a X64 -t GCC5 -b DEBUG -p OvmfPkg/OvmfPkgX64.dsc -DFD_SIZE_4MB -DSECURE_BOOT_ENABLE=TRUE
END
(cd "$source" && PATH=$tools/usr/bin:$PATH MAKEFLAGS='' bash bootstamp-build.sh) >"$log" 2>&1 </dev/null ||
    die "cannot build; see $log"
cp "$source/Build/OvmfX64/DEBUG_GCC5/FV/OVMF_VARS.fd" "$out/OVMF_VARS.debug.fd"
cp "$source/Build/OvmfX64/DEBUG_GCC5/FV/OVMF_CODE.fd" "$out/OVMF_CODE.debug.fd.new"
mv "$out/OVMF_CODE.debug.fd.new" "$out/OVMF_CODE.debug.fd"
echo "firmware: $out/OVMF_CODE.debug.fd"
