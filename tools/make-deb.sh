#!/bin/sh
# Debian packages of bootstamp, for one QEMU.
#
#   tools/make-deb.sh QEMU SOURCEDIR
#
# QEMU is the binary and SOURCEDIR its source, as configure has found them (make
# deb calls this).  Copies the sources to build/deb/bootstamp-VERSION and builds
# there; the packages are then in build/deb.  The same sources give the same
# bytes, wherever they are: the packages' date is SOURCE_DATE_EPOCH, else that
# of the last commit, else that of CHANGELOG.md.  DEB_VERSION is another version.
set -eu

die() {
    printf 'bootstamp: make-deb: %s\n' "$*" >&2
    exit 1
}

if [ $# -ne 2 ]; then
    echo "usage: tools/make-deb.sh QEMU SOURCEDIR" >&2
    exit 2
fi
qemu=$1
source=$(cd "$2" && pwd) || die "no folder '$2'"
cd "$(dirname "$0")/.."
for tool in dpkg-buildpackage dh; do
    command -v $tool >/dev/null || die "'$tool' is missing; install the packages dpkg-dev and debhelper"
done

version=${DEB_VERSION:-$(sed -n 's/^version=//p' configure)}
minor=$(sed 's/^\([0-9]*\.[0-9]*\).*/\1/' "$source/VERSION")
deb=${BOOTSTAMP_BUILD:-build}/deb
mkdir -p "$deb"
deb=$(cd "$deb" && pwd)
tree=$deb/bootstamp-$version
log=$deb/build.log

in_git() { [ -e .git ] && command -v git >/dev/null; }

if [ -z "${SOURCE_DATE_EPOCH-}" ]; then
    if in_git; then
        SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
    else
        SOURCE_DATE_EPOCH=$(stat -c %Y CHANGELOG.md)
    fi
fi
export SOURCE_DATE_EPOCH

# --- the tree ---------------------------------------------------------------

rm -rf "$tree" "$deb"/*.deb "$deb"/*.ddeb "$deb"/*.changes "$deb"/*.buildinfo
mkdir -p "$tree"
if in_git; then
    git ls-files -z --cached --others --exclude-standard
else
    find . -path ./build -prune -o -type f ! -name config.mak -print0
fi | tar -cf - --null --ignore-failed-read -T - 2>/dev/null | tar -xf - -C "$tree"
cp -a packaging/debian "$tree/debian"
(
    cd "$tree/debian"
    sed "s/@MINOR@/$minor/g" control.in >control
    mv module.install "bootstamp-qemu-$minor.install"
    rm control.in
    cat >changelog <<END
bootstamp ($version) unstable; urgency=medium

  * For QEMU $minor. What has changed is in CHANGELOG.md.

 -- bootstamp developers <bootstamp@example.org>  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
END
)

# --- the packages -----------------------------------------------------------

BOOTSTAMP_CONFIGURE="--qemu=$qemu --with-qemu-source=$source"
export BOOTSTAMP_CONFIGURE
# Of the caller's environment nothing may be seen in the packages.
# -d: configure has looked for what the build needs.  build-essential (a C++ compiler) is not among it, nor
# qemu-system-x86 where another QEMU is named.
(cd "$tree" && env -u MAKEFLAGS -u MAKELEVEL -u BOOTSTAMP_BUILD -u BOOTSTAMP_SRC -u CFLAGS -u LDFLAGS -u CPPFLAGS \
    LC_ALL=C DEB_BUILD_OPTIONS="parallel=$(nproc) ${DEB_BUILD_OPTIONS-}" \
    dpkg-buildpackage -d -b -us -uc) >"$log" 2>&1 </dev/null || {
    tail -n 20 "$log" >&2
    die "dpkg-buildpackage failed; see $log"
}
ls "$deb"/*.deb
