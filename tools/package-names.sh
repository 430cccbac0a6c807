# shellcheck shell=sh
# package-names.sh: what packages are called on this system.  To be sourced.
#
#   system_family             debian, fedora, arch, alpine, or nothing
#   how_to_install PACKAGE... the command that installs what Debian calls so
#
# BOOTSTAMP_OS_RELEASE is another /etc/os-release, for tests.

# Debian's name, then Fedora's, Arch's and Alpine's; "-": not needed there
package_table='
gcc               gcc               gcc             gcc
libc6-dev         glibc-devel       glibc           musl-dev
linux-libc-dev    kernel-headers    linux-api-headers linux-headers
make              make              make            make
pkg-config        pkgconf-pkg-config pkgconf        pkgconf
libglib2.0-dev    glib2-devel       glib2-devel     glib-dev
libjson-glib-dev  json-glib-devel   json-glib       json-glib-dev
libncurses-dev    ncurses-devel     ncurses         ncurses-dev
libdw-dev         elfutils-devel    libelf          elfutils-dev
libvterm-dev      libvterm-devel    libvterm        libvterm-dev
libzstd-dev       libzstd-devel     zstd            zstd-dev
dpkg-dev          -                 -               -
meson             meson             meson           meson
ninja-build       ninja-build       ninja           samurai
python3           python3           python          python3
libpixman-1-dev   pixman-devel      pixman          pixman-dev
libfdt-dev        libfdt-devel      dtc             dtc-dev
qemu-system-x86   qemu-system-x86   qemu-system-x86 qemu-system-x86_64
binutils          binutils          binutils        binutils
patch             patch             patch           patch
seabios           seabios-bin       seabios         seabios
'

system_family() {
    # shellcheck source=/dev/null
    ids=$(. "${BOOTSTAMP_OS_RELEASE:-/etc/os-release}" 2>/dev/null && echo "${ID-} ${ID_LIKE-}") || ids=
    for id in $ids; do
        case $id in
        debian | ubuntu) echo debian ;;
        fedora | rhel | centos) echo fedora ;;
        arch) echo arch ;;
        alpine) echo alpine ;;
        *) continue ;;
        esac
        return
    done
}

# Names that the table lacks stay as they are.
names_in_column() {
    column=$1
    shift
    for package; do
        printf '%s\n' "$package"
    done | awk -v column="$column" -v table="$package_table" '
        BEGIN {
            n = split(table, line, "\n")
            for (i = 1; i <= n; i++)
                if (split(line[i], field))
                    name[field[1]] = field[column]
        }
        { $0 = ($0 in name) ? name[$0] : $0 }
        $0 != "-" { printf "%s%s", sep, $0; sep = " " }'
}

how_to_install() {
    case $(system_family) in
    debian) echo "apt-get install $*" ;;
    fedora) echo "dnf install $(names_in_column 2 "$@")" ;;
    arch) echo "pacman -S $(names_in_column 3 "$@")" ;;
    alpine) echo "apk add $(names_in_column 4 "$@")" ;;
    *) echo "install what Debian calls $*" ;;
    esac
}
