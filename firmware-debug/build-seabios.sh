#!/bin/sh
# Build SeaBIOS with boot probes and line output out of Debian's source
# packages: of this release, and the newest one that the mirror has.
#
#   firmware-debug/build-seabios.sh [OUTDIR]        (default: build/firmware)
#
#   bios-probes.bin           this release's source, debug level 1 as Debian's
#   bios-probes-debug8.bin    the same with debug level 8
#   bios-probes-128k.bin      of 128 KiB, for isapc
#   bios-probes-microvm.bin   of 128 KiB, for microvm
#   newest/                   the same out of sid's source
#   symbols/FLAVOUR/          rom.o, rom16.o, rom32seg.o: symbols of each image
#   symbols/debian-IMAGE/     those of the installed /usr/share/seabios/IMAGE.bin, where
#                             building its source again gives the same bytes
#
# The patches are seabios/VERSION/*.patch.  Packages: gcc, binutils, make,
# patch, python3, dpkg-dev, acpica-tools (tools/install-deps.sh).
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

flavours='probes probes-debug8 probes-128k probes-microvm'

# options FLAVOUR: its configuration, which is Debian's with the probes
options() {
    case $1 in
    debian-*) ;;
    probes-debug8) echo BOOTPROBE=y DEBUG_LEVEL=8 ;;
    *) echo BOOTPROBE=y DEBUG_LEVEL=1 ;;
    esac
    case $1 in
    debian-*) rule=${1#debian-}-config ;;
    probes-128k) rule=bios-config ;;
    probes-microvm) rule=bios-microvm-config ;;
    *) rule=bios-256k-config ;;
    esac
    # its lines may go on in the next
    sed -e ':next' -e '/\\$/{N;s/\\\n//;b next' -e '}' "$tree/debian/rules" | sed -n "s/^$rule = //p"
}

# keep_symbols FLAVOUR: the parts that the image was made of, for bootstamp profile
keep_symbols() {
    rm -rf "$dir/symbols/$1"
    mkdir -p "$dir/symbols/$1"
    for part in rom.o rom16.o rom32seg.o; do
        # names and call frame information, not the lines and types
        objcopy -w -R '.debug_[!f]*' "$work/$part" "$dir/symbols/$1/$part"
    done
}

# compile FLAVOUR EXTRAVERSION: build it out of $tree into $work
compile() {
    work=$tree/out-$1
    mkdir -p "$work"
    # shellcheck disable=SC2046
    printf 'CONFIG_%s\n' $(options "$1") >"$work/.config"
    grep -q ROM_SIZE "$work/.config" || die "SeaBIOS $version: debian/rules has no configuration for $1"
    for target in oldnoconfig all; do
        MAKEFLAGS='' make -C "$tree" -j"${JOBS:-2}" PYTHON="$python -B" OUT="$work/" \
            KCONFIG_CONFIG="$work/.config" EXTRAVERSION="$2" \
            $target >>"$log" 2>&1 </dev/null || {
            tail -n 15 "$log" >&2
            die "cannot build SeaBIOS $version ($1); see $log"
        }
    done
}

# one FLAVOUR: build it out of $tree into $dir
one() {
    compile "$1" "-debian-$version+probes"
    keep_symbols "$1"
    cp "$work/bios.bin" "$dir/bios-$1.bin.new"
    mv "$dir/bios-$1.bin.new" "$dir/bios-$1.bin"
}

# Call frame information in a section that SeaBIOS's linker scripts keep: the
# image is the same, byte for byte.
keep_frames() {
    sed -i 's/^COMMONCFLAGS := /&-fno-asynchronous-unwind-tables /' "$tree/Makefile"
}

# Is all of it in $dir, built from the same?
up_to_date() {
    for flavour in $flavours; do
        [ -s "$dir/bios-$flavour.bin" ] && [ -s "$dir/symbols/$flavour/rom.o" ] || return 1
    done
    [ "$(cat "$dir/.seabios.stamp" 2>/dev/null)" = "$stamp" ]
}

# seabios SUITE VERSION DIR: all flavours into DIR; SUITE - is this release.  Its
# caller may go on without: then set -e is off in here.
seabios() {
    dir=$3
    mkdir -p "$dir" "$build/firmware/source"
    if [ "$1" = - ]; then
        source=$build/firmware/source/seabios-$2
        "$top/tools/fetch-source.sh" seabios "$2" "$source" || return 1
    else
        source=$build/firmware/source/seabios-$1
        "$top/tools/fetch-source.sh" -s "$1" seabios "$2" "$source" || return 1
    fi
    version=$(sed -n '1s/.*(\(.*\)).*/\1/p' "$source/debian/changelog")
    patches=$(series "$(echo "$version" | cut -d. -f1,2)")
    stamp="$version $(cat "$patches"/*.patch "$0" | cksum)"
    if up_to_date; then
        return
    fi
    log=$dir/seabios.log
    : >"$log"
    tree=$build/firmware/source/seabios
    rm -rf "$tree"
    cp -r "$source" "$tree" || return 1
    for patch in "$patches"/*.patch; do
        patch -s -p1 -d "$tree" <"$patch" >>"$log" 2>&1 ||
            die "${patch##*/} does not apply to SeaBIOS $version; see $log"
    done
    keep_frames
    for flavour in $flavours; do
        one "$flavour"
    done
    rm -rf "$tree"
    echo "$stamp" >"$dir/.seabios.stamp"
    echo "firmware: SeaBIOS $version: $dir/bios-probes*.bin"
}

installed=/usr/share/seabios
images='bios-256k bios bios-microvm'

# distribution VERSION: symbols of the images that are installed.  Only where
# the source gives their very bytes: those have the name of the compiler's
# version at that time, whose length moves what is behind it.
distribution() {
    dir=$out version=$1
    tools=$(strings "$installed/bios-256k.bin" | grep -m 1 '^gcc: ') || return 0
    stamp="$version $(cat "$installed"/bios*.bin "$0" | cksum)"
    [ "$(cat "$dir/.seabios-debian.stamp" 2>/dev/null)" != "$stamp" ] || return 0
    command -v iasl >/dev/null || {
        echo "firmware: no iasl (acpica-tools): Debian's own SeaBIOS has no symbols" >&2
        return 0
    }
    log=$dir/seabios-debian.log
    : >"$log"
    tree=$build/firmware/source/seabios-debian
    rm -rf "$tree" "$dir"/symbols/debian-*
    cp -r "$build/firmware/source/seabios-$version" "$tree"
    keep_frames
    # As debian/rules does; and the tools by the names that they had.
    rm -f "$tree"/src/fw/*.hex
    sed -i 's/^    cleanbuild, toolstr = .*/    cleanbuild, toolstr = True, """'"$tools"'"""/' "$tree/scripts/buildversion.py"
    make -C "$tree" PYTHON="$python -B" OUT="$tree/out-iasl/" KCONFIG_CONFIG="$tree/.fakeconfig" iasl >>"$log" 2>&1 </dev/null ||
        die "cannot compile SeaBIOS's ACPI tables; see $log"
    for image in $images; do
        compile "debian-$image" "-debian-$version"
        if cmp -s "$work/bios.bin" "$installed/$image.bin"; then
            keep_symbols "debian-$image"
            echo "firmware: symbols of $installed/$image.bin: its source gives the same bytes"
        else
            echo "firmware: no symbols of $installed/$image.bin: its source gives other bytes with this compiler" >&2
        fi
    done
    rm -rf "$tree"
    echo "$stamp" >"$dir/.seabios-debian.stamp"
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
# Without these all else works.
[ "$own" = - ] || (distribution "$own") ||
    echo "firmware: symbols of Debian's own SeaBIOS are left out" >&2
(seabios sid - "$out/newest") ||
    echo "firmware: sid's SeaBIOS is left out" >&2
