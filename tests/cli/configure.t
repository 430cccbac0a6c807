#!/bin/sh
# configure: what it says on systems that have no apt, without the module, on a host that captures are not for.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
have_compiler || skip_all "no compiler"
mkdir "$tmp/src"
cp -R "$src/configure" "$src/Makefile" "$src/tools" "$tmp/src/"
cd "$tmp/src" || exit 1

# configure_on ID [OPTION...]: the last line of it on such a system, without pkg-config
configure_on() {
    printf 'NAME=x\nID=%s\n' "$1" >os
    shift
    BOOTSTAMP_OS_RELEASE=$tmp/src/os PKG_CONFIG=none ./configure --without-module "$@" 2>&1 | tail -n 1
}
is "$(configure_on fedora)" "bootstamp: configure: something is missing; dnf install \
pkgconf-pkg-config glib2-devel json-glib-devel ncurses-devel libvterm-devel libzstd-devel elfutils-devel" "what is missing, on Fedora"
is "$(configure_on arch)" "bootstamp: configure: something is missing; pacman -S pkgconf glib2-devel json-glib ncurses libvterm zstd libelf" \
    "on Arch"
is "$(configure_on alpine)" "bootstamp: configure: something is missing; apk add \
pkgconf glib-dev json-glib-dev ncurses-dev libvterm-dev zstd-dev elfutils-dev" "on Alpine"
is "$(configure_on ubuntu)" "bootstamp: configure: something is missing; run tools/install-deps.sh, or: apt-get install \
pkg-config libglib2.0-dev libjson-glib-dev libncurses-dev libvterm-dev libzstd-dev libdw-dev" "on Ubuntu"
is "$(configure_on 'rocky
ID_LIKE="rhel centos fedora"' | cut -d ';' -f 2 | cut -c 1-12)" " dnf install" "a system that is like one of them"
is "$(configure_on plan9 | cut -c 1-67)" "bootstamp: configure: something is missing; install what Debian cal" "and an unknown one"

# --- a source that may not be written
mkdir closed
cp -R configure tools closed/
echo file >closed/build
closed/configure --without-module >out 2>&1
is "$? $(cat out)" "1 bootstamp: configure: cannot write to '$tmp/src/closed/build', where everything is built: \
use a copy of the source that $(id -un) may write to" "a source that may not be written"
rm -r closed

# --- without the module
./configure --without-module >out 2>&1
is $? 0 "--without-module" || diag "$(cat out)"
is "$(grep -ci qemu out)" 0 "asks for nothing of QEMU"
mkdir capture viewer
is "$(make -n all 2>&1 | grep -c -- '-shared\|chardev-backend')" 0 "make all builds no module"
mkdir -p tests/boot
echo '. faults.sh' >tests/boot/starts-qemu.t
echo true >tests/boot/starts-none.t
is "$(env -u TESTS make -n check 2>&1 | grep -o 'tests/boot/[a-z-]*\.t' | sort -u)" "tests/boot/starts-none.t" "make check leaves out what starts a QEMU"
is "$(make deb 2>&1 | head -n 1)" "bootstamp: make: deb needs the module, which was left out: run ./configure without --without-module" \
    "make deb says what it needs"
rm -r tests

# --- a QEMU that no package owns
mkdir bin
printf '#!/bin/sh\necho "QEMU emulator version 8.2.1"\n' >bin/qemu-system-own
chmod +x bin/qemu-system-own
./configure --qemu="$tmp/src/bin/qemu-system-own" >out 2>&1
is $? 1 "a QEMU of one's own without its source"
like "$(tail -n 1 out)" '^bootstamp: configure: no package owns .*: unpack that of QEMU 8\.2\.1 .*--with-qemu-source=DIR.*--without-module$' \
    "one line says what to do"

# --- a QEMU of a package whose source the mirror lacks
qemu=$(readlink -f "$(command -v "$QEMU")")
if dpkg-query -S "$qemu" >/dev/null 2>&1 && command -v apt-get dpkg-source >/dev/null; then
    codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    echo "deb file:$tmp/none ${codename:-none} main" >list
    printf 'Dir::Etc::sourcelist "%s";\nDir::Etc::sourceparts "/dev/null";\n' "$tmp/src/list" >apt.conf
    APT_CONFIG=$tmp/src/apt.conf ./configure --qemu="$qemu" >out 2>&1
    is $? 1 "the mirror lacks QEMU's source"
    like "$(tail -n 1 out)" '^bootstamp: qemu-headers: no source of [^ ]+ [0-9]:[^ ]+: unpack it from elsewhere, in exactly that version, .*quickstart.sh --with-qemu-source=DIR.*--without-module$' \
        "one line says what to do"
else
    skip "the mirror lacks QEMU's source" "no package owns $qemu, or no apt and dpkg-source"
fi

# --- other hosts
./configure --without-module CC="${CC:-cc} -U__BYTE_ORDER__ -D__BYTE_ORDER__=__ORDER_BIG_ENDIAN__" >out 2>&1
is $? 1 "a big-endian host"
like "$(tail -n 1 out)" '^bootstamp: configure: this host is big-endian: captures are little-endian' "is refused, and why"
done_testing
