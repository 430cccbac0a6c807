#!/bin/sh
# Install what building and testing bootstamp needs, on Debian and its kin.
#
#   tools/install-deps.sh [--build-only | --slow] [--list]
#
# Only distribution packages, only those missing; when nothing is, apt is not
# started at all.  --build-only leaves out what only the tests use, --slow adds
# what only tests/slow use; --list prints the names and installs nothing.
set -eu

die() {
    printf 'bootstamp: install-deps: %s\n' "$*" >&2
    exit 1
}

# The program and the back end.
build='gcc libc6-dev make pkg-config libglib2.0-dev libjson-glib-dev libncurses-dev libvterm-dev libdw-dev libzstd-dev'

# QEMU's headers (tools/qemu-headers.sh).  dpkg-dev brings dpkg-source, patch
# and xz; QEMU's configure insists on pixman and, for x86, on libfdt.  No flex,
# bison or zlib: nothing of QEMU is compiled.
headers='dpkg-dev ninja-build meson python3 libpixman-1-dev libfdt-dev'

# make firmware: SeaBIOS and QEMU's option ROMs, with gcc, make and python3; iasl
# for the bytes of Debian's own SeaBIOS.
firmware='binutils patch acpica-tools'

# QEMU itself with our patches (make qemu), beside what its headers need:
# zlib is for every system emulator, seccomp for -sandbox, venv for the configure
# of QEMU 8.1 and later.
qemu='libseccomp-dev zlib1g-dev python3-venv'

# Sessions: the QEMU to load into, and its firmware.
run='qemu-system-x86 seabios'

# prove is in perl, terminal tests drive tmux.
tests='perl git tmux strace valgrind procps'
# Firmware other than SeaBIOS; an Arm machine has fw_cfg by MMIO.
tests="$tests ovmf qemu-system-arm qemu-efi-aarch64"
# Guests are made with binutils (above) and these; qemu-img makes the disk that
# snapshots are saved in.
# A locale with decimal commas.
tests="$tests locales"
tests="$tests cpio busybox-static gzip xz-utils zstd qemu-utils"
# A disk that GRUB boots from: grub-mkrescue, which calls xorriso.
tests="$tests grub-common grub-pc-bin grub-efi-amd64-bin xorriso"
# What reads the exports; R has the rank tests of the reports as well.
tests="$tests jq r-base-core libxml2-utils babeltrace2 lnav"
# And the reports: promtool, GitHub's Markdown, a browser for pages.
tests="$tests prometheus cmark-gfm chromium nodejs"
# Guests that nobody here wrote: firmware, boot loaders, other architectures.
tests="$tests u-boot-qemu memtest86+ mtools opensbi bc"
tests="$tests qemu-system-misc qemu-system-ppc qemu-system-sparc"
# File systems that refuse.
tests="$tests e2fsprogs btrfs-progs"
# Benchmarks compare with ts.
tests="$tests moreutils"
# libFuzzer, guests of other architectures; the rules of the sources (tools/lint.sh).
tests="$tests clang lld g++ libclang-rt-dev clang-format shellcheck"

# make deb; bare systems; hosts of other kinds.
slow='debhelper lintian debootstrap musl-tools'
# Programs that start QEMU (tests/slow/libvirt.t, launchers.t), the parser of AppArmor's rules; depmod.
slow="$slow libvirt-daemon-system libvirt-clients virtinst libguestfs-tools packer debvm autopkgtest mkosi apparmor kmod"

packages="$build $headers $firmware $qemu $run $tests"
list=no
for arg; do
    case $arg in
    --build-only) packages="$build $headers $firmware $qemu $run" ;;
    --slow) packages="$packages $slow" ;;
    --list) list=yes ;;
    *)
        echo "usage: tools/install-deps.sh [--build-only | --slow] [--list]" >&2
        exit 2
        ;;
    esac
done
if [ $list = yes ]; then
    echo "$packages" | tr ' ' '\n'
    exit 0
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    # shellcheck source=tools/package-names.sh
    . "$(dirname "$0")/package-names.sh"
    # shellcheck disable=SC2086  # one word each
    die "this machine has no apt; to build: $(how_to_install $build $headers $run);" \
        "the tests also use what Debian calls: $tests"
fi

# $packages that dpkg does not report as installed (one query for all).
missing() {
    # shellcheck disable=SC2086
    installed=" $(dpkg-query -W -f '${Package} ${db:Status-Status} ' $packages 2>/dev/null || :)"
    for package in $packages; do
        case $installed in
        *" $package installed "*) ;;
        *) printf '%s ' "$package" ;;
        esac
    done
}

missing=$(missing)
if [ -z "$missing" ]; then
    echo "bootstamp: all packages are installed"
    exit 0
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
        die "run as root: apt-get install $missing"
    fi
    # sudo drops the environment, hence env below
    as_root=sudo
fi

# Nobody is there to answer questions; a busy dpkg lock is waited for, mirrors
# get a second chance.
apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -q -y \
        -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
        -o Dpkg::Use-Pty=0 "$@" </dev/null
}

echo "bootstamp: installing $missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Lists are often there and recent; when they are not, the first try fails fast
# (no candidate, or a version that the mirror no longer has).
# shellcheck disable=SC2086
if ! apt install --no-install-recommends $missing >"$log" 2>&1; then
    # An entry of some other vendor may fail to update: what counts is whether
    # the packages install.
    apt update >"$log" 2>&1 || :
    if ! apt install --no-install-recommends $missing >>"$log" 2>&1; then
        tail -n 15 "$log" >&2
        die "apt-get install failed for: $missing"
    fi
fi

missing=$(missing)
[ -z "$missing" ] || die "apt-get succeeded, but these are still missing: $missing"
