#!/bin/sh
# Build the guests of the tests and benchmarks: nothing of it is committed.
#
#   make-guests.sh [all|roms|linux|linux-arm64|marks|grub|NAME.rom|NAME.elf]... [DIR/]     (default: all, into build/guests)
#
# roms    every tests/guests/*.S as DIR/NAME.rom, and the sizes that the tests use;
#         NAME-N.rom is NAME.S with its parameter N (pattern: bytes, flood: lines, smp: bytes per CPU,
#         reset: boots); serial-N.rom is pattern.S through the UART at 0x3f8
# linux   DIR/vmlinuz (Debian's cloud kernel, downloaded, not installed), DIR/initrd (over 34 MB) and
#         DIR/initrd-small.  Remove vmlinuz to fetch a newer one.
# linux-arm64  DIR/vmlinuz-arm64 and DIR/initrd-arm64 (small), from Debian's packages of that architecture, which
#         the system need not know of; not part of all
# grub    DIR/grub.iso: GRUB loads vmlinuz and initrd, from a disk or a CD-ROM, and boots them; where the machine's
#         serial number is "halt" (-smbios type=1,serial=halt) it only loads them, and powers off; not part of all
# modules DIR/generic/: Debian's usual kernel, vmlinuz, with lib/modules; not part of all
# autopkgtest  DIR/autopkgtest.iso: GRUB boots that kernel, and init-autopkgtest; not part of all
# NAME.elf  tests/guests/kernels/NAME.S, for -kernel
#
# A word with a slash is the folder.  Runs side by side wait for each other; what is up to date is left alone.
set -eu

src=$(cd "$(dirname "$0")" && pwd)
out=
what=
for word; do
    case $word in
    */*) out=$word ;;
    all) what="$what roms linux" ;;
    marks) what="$what linux marks" ;;
    grub) what="$what linux grub" ;;
    autopkgtest) what="$what modules autopkgtest" ;;
    roms | linux | linux-arm64 | modules | *.rom | *.elf) what="$what $word" ;;
    *) sed -n '2,/^set /s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done
[ -n "$what" ] || what="roms linux"
out=${out:-${BOOTSTAMP_BUILD:-$src/../../build}/guests}
mkdir -p "$out"
out=$(cd "$out" && pwd)

if [ "${MAKE_GUESTS_LOCKED:-}" != "$out" ]; then
    MAKE_GUESTS_LOCKED=$out
    export MAKE_GUESTS_LOCKED
    # shellcheck disable=SC2086
    exec flock -w 600 "$out/.lock" "$src/${0##*/}" $what "$out/"
fi

tmp=$out/.tmp
rm -rf "$tmp"
mkdir "$tmp"
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

# fresh FILE STAMP: is FILE there, made from the inputs that STAMP tells of?
fresh() {
    [ -s "$out/$1" ] && [ -f "$out/.$1.stamp" ] && read -r old <"$out/.$1.stamp" && [ "$old" = "$2" ]
}

# keep FILE STAMP: $tmp/FILE becomes DIR/FILE
keep() {
    rm -f "$out/.$1.stamp"
    mv "$tmp/$1" "$out/$1"
    echo "$2" >"$out/.$1.stamp"
    echo "guests: $out/$1"
}

sum() { cat "$@" | cksum | tr ' ' -; }

rom_stamp=
rom() {
    file=$1
    name=${file%.rom}
    n=${name##*-}
    case $n in
    *[!0-9]* | '') source=$name defs= ;;
    *) source=${name%-*} defs="--defsym N=$n" ;;
    esac
    [ "$source" != serial ] || { source=pattern; defs="$defs --defsym PORT=0x3f8"; }
    [ -f "$src/$source.S" ] || { echo "make-guests.sh: no such guest: $file" >&2; exit 2; }
    [ -n "$rom_stamp" ] || rom_stamp=$(cd "$src" && sum ./*.S rom.inc rom.ld)
    fresh "$file" "$rom_stamp" && return
    # shellcheck disable=SC2086
    as --32 --fatal-warnings -I "$src" $defs -o "$tmp/rom.o" "$src/$source.S"
    ld -m elf_i386 -T "$src/rom.ld" -o "$tmp/$file" "$tmp/rom.o"
    keep "$file" "$rom_stamp"
}

# A multiboot header must be in the first 8 KiB of the file.
elf() {
    name=${1%.elf}
    [ -f "$src/kernels/$name.S" ] || { echo "make-guests.sh: no such guest: $1" >&2; exit 2; }
    stamp=$(sum "$src/kernels/$name.S" "$src/kernels/kernel.inc")
    fresh "$1" "$stamp" && return
    as --32 --fatal-warnings -I "$src/kernels" -o "$tmp/kernel.o" "$src/kernels/$name.S"
    ld -m elf_i386 -e start -Ttext=0x102000 --section-start=.header=0x101000 --section-start=.note.pvh=0x101000 -o "$tmp/$1" "$tmp/kernel.o"
    keep "$1" "$stamp"
}

# unpack PACKAGE DIR: download a Debian package and unpack it, without installing anything
unpack() (
    mkdir -p "$2"
    cd "$2"
    apt-get -q -o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=2 -o Acquire::http::Timeout=30 \
        download "$1" >download.log 2>&1 || { cat download.log >&2; exit 1; }
    dpkg-deb -x "$(echo *.deb)" .
)

# kernel_package NAME: the package with the kernel, on which the one without a version in its name depends: until Debian
# 13 linux-image-VERSION, later linux-binary-VERSION, in one step or two.
kernel_package() {
    depends=$(apt-cache depends "$1" | sed -n 's/^ *Depends: \(linux-\(image\|binary\)-.*\)/\1/p' | head -n 1)
    [ -n "$depends" ] || return 0
    binary=$(apt-cache depends "$depends" | sed -n 's/^ *Depends: \(linux-binary-.*\)/\1/p' | head -n 1)
    echo "${binary:-$depends}"
}

# In an unpacked package: boot/vmlinuz-VERSION, or usr/lib/modules/VERSION/vmlinuz
kernel_in() { find "$1/boot" "$1"/usr/lib/modules/*/vmlinuz -name 'vmlinuz*' -type f 2>/dev/null | head -n 1; }

# bin/busybox, from Debian 13 on usr/bin/busybox
busybox_in() { find "$1" -path '*bin/busybox' -type f | head -n 1; }

kernel() {
    [ -s "$out/vmlinuz" ] && return
    package=$(kernel_package linux-image-cloud-amd64)
    [ -n "$package" ] || { echo "make-guests.sh: no linux-image-cloud-amd64 in apt's lists" >&2; exit 1; }
    unpack "$package" "$tmp/kernel"
    cp "$(kernel_in "$tmp/kernel")" "$tmp/vmlinuz"
    keep vmlinuz "$package"
}

modules() {
    [ -s "$out/generic/vmlinuz" ] && return
    package=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p' | head -n 1)
    [ -n "$package" ] || { echo "make-guests.sh: no linux-image-amd64 in apt's lists" >&2; exit 1; }
    unpack "$package" "$tmp/generic"
    rm -f "$tmp"/generic/*.deb
    mv "$tmp"/generic/boot/vmlinuz-* "$tmp/generic/vmlinuz"
    depmod -b "$tmp/generic" "${package#linux-image-}"
    rm -rf "$out/generic"
    mv "$tmp/generic" "$out/generic"
    echo "guests: $out/generic"
}

busybox() {
    for box in /bin/busybox /usr/bin/busybox; do
        [ -x $box ] && LC_ALL=C ldd $box 2>&1 | grep -q 'not a dynamic\|statically linked' && return
    done
    [ -d "$tmp/box" ] || unpack busybox-static "$tmp/box"
    box=$(busybox_in "$tmp/box")
}

foreign() {
    "$src/../../tools/fetch-source.sh" -a arm64 "$1" "$2" "$tmp/arm64/$1" || exit 1
}

# The package without a version in its name depends on the one with the kernel.
kernel_arm64() {
    [ -s "$out/vmlinuz-arm64" ] && return
    foreign linux-image-cloud-arm64 -
    set -- linux-image-cloud-arm64
    while [ -z "$(kernel_in "$tmp/arm64/$1")" ]; do
        # shellcheck disable=SC2046
        set -- $(sed -n 's/^Depends:.* \(linux-\(image\|binary\)-[^ ]*\) (= \([^)]*\)).*/\1 \3/p' \
            "$tmp/arm64/$1/DEBIAN/control")
        [ $# = 2 ] || { echo "make-guests.sh: linux-image-cloud-arm64 does not tell its kernel" >&2; exit 1; }
        foreign "$1" "$2"
    done
    cp "$(kernel_in "$tmp/arm64/$1")" "$tmp/vmlinuz-arm64"
    keep vmlinuz-arm64 "$1"
}

initrd_arm64() {
    initrd_stamp
    fresh initrd-arm64 "$stamp-0" && return
    foreign busybox-static -
    initrd initrd-arm64 0 "$(busybox_in "$tmp/arm64/busybox-static")"
}

initrd_stamp() { stamp=$(sum "$src/init" "$src/guest-bytes.pl" "$src/make-guests.sh"); }

# initrd FILE FILLER-BYTES [BUSYBOX]: the guest's, if not this machine's
initrd() {
    file=$1 filler=$2
    initrd_stamp
    stamp=$stamp-$filler
    fresh "$file" "$stamp" && return
    busybox
    rm -rf "$tmp/root"
    mkdir -p "$tmp/root/bin"
    cp "${3:-$box}" "$tmp/root/bin/busybox"
    cp "$src/init" "$tmp/root/init"
    chmod 755 "$tmp/root/init" "$tmp/root/bin/busybox"
    [ "$filler" = 0 ] || perl "$src/guest-bytes.pl" random 1 "$filler" >"$tmp/root/filler"
    find "$tmp/root" -exec touch -h -d @0 {} +
    (cd "$tmp/root" && find . | sort | "$box" cpio -o -H newc -R 0:0 --ignore-devno --renumber-inodes 2>/dev/null) >"$tmp/$file"
    keep "$file" "$stamp"
}

# The kernel unpacks archives that stand one behind the other.
marks() {
    debug=$src/../../firmware-debug
    stamp=$(sum "$debug/mark/bootmark.c" "$src/../../capture/probe.h" "$out/.initrd.stamp")
    fresh bootmark.cpio "$stamp" && fresh initrd-marks "$stamp" && return
    busybox
    mkdir -p "$tmp/mark/bin"
    ${CC:-gcc} -std=gnu11 -Wall -O2 -static -s -I "$src/../../capture" -o "$tmp/mark/bin/bootmark" "$debug/mark/bootmark.c"
    touch -d @0 "$tmp/mark/bin/bootmark"
    (cd "$tmp/mark" && echo bin/bootmark | "$box" cpio -o -H newc -R 0:0 2>/dev/null) >"$tmp/bootmark.cpio"
    cat "$out/initrd" "$tmp/bootmark.cpio" >"$tmp/initrd-marks"
    keep bootmark.cpio "$stamp"
    keep initrd-marks "$stamp"
}

# grub-mkrescue makes an image that is a CD-ROM and a disk at once.
grub() {
    stamp=$(sum "$src/grub.cfg" "$out/.initrd.stamp" "$out/.vmlinuz.stamp")
    fresh grub.iso "$stamp" && return
    mkdir -p "$tmp/iso/boot/grub"
    cp "$src/grub.cfg" "$tmp/iso/boot/grub/"
    ln "$out/vmlinuz" "$out/initrd" "$tmp/iso/"
    grub-mkrescue -d /usr/lib/grub/i386-pc -o "$tmp/grub.iso" "$tmp/iso" >"$tmp/grub.log" 2>&1 || {
        tail -n 3 "$tmp/grub.log" >&2
        exit 1
    }
    keep grub.iso "$stamp"
}

autopkgtest() {
    init=$src/init-autopkgtest
    stamp=$(sum "$init" "$src/make-guests.sh" "$out/generic/vmlinuz")
    fresh autopkgtest.iso "$stamp" && return
    busybox
    root=$tmp/apt/root
    mkdir -p "$root/bin" "$tmp/apt/iso/boot/grub"
    cp "$box" "$root/bin/busybox"
    cp "$init" "$root/init"
    version=$(ls "$out/generic/lib/modules")
    (cd "$out/generic" && for module in virtio_pci 9pnet_virtio 9p; do
        modprobe -d . -S "$version" --show-depends $module
    done | sed -n "s|^insmod .*/lib/modules/|lib/modules/|p" | sort -u | xargs cp --parents -t "$root")
    depmod -b "$root" "$version" 2>/dev/null
    (cd "$root" && find . | "$box" cpio -o -H newc -R 0:0 2>/dev/null) >"$tmp/apt/iso/initrd"
    ln "$out/generic/vmlinuz" "$tmp/apt/iso/vmlinuz"
    printf '%s\n' 'linux /vmlinuz console=ttyS0 quiet' 'initrd /initrd' boot >"$tmp/apt/iso/boot/grub/grub.cfg"
    grub-mkrescue -d /usr/lib/grub/i386-pc -o "$tmp/autopkgtest.iso" "$tmp/apt/iso" >"$tmp/grub.log" 2>&1 || {
        tail -n 3 "$tmp/grub.log" >&2
        exit 1
    }
    keep autopkgtest.iso "$stamp"
}

for word in $what; do
    case $word in
    modules) modules ;;
    autopkgtest) autopkgtest ;;
    grub) grub ;;
    marks) marks ;;
    roms)
        for s in "$src"/*.S; do
            s=${s##*/}
            rom "${s%.S}.rom"
        done
        rom pattern-1000.rom
        rom pattern-200000.rom      # benchmarks under KVM: about 8 us a byte
        rom serial-20000.rom
        rom flood-1000.rom
        ;;
    linux)
        kernel
        initrd initrd 33000000
        initrd initrd-small 0
        ;;
    linux-arm64)
        kernel_arm64
        initrd_arm64
        ;;
    *.elf) elf "$word" ;;
    *) rom "$word" ;;
    esac
done
