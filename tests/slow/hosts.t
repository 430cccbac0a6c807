#!/bin/sh
# Hosts of other kinds: program and library without the module, compiled for musl, for 32-bit x86 and for Arm; a big-endian
# one is refused.  The cross compilers and libraries are Debian's, in a bare chroot of this release.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
suite=${BOOTSTAMP_SUITE:-$(sed -n "s/^VERSION_CODENAME=//p" /etc/os-release)}

# --- musl: Debian has no glib for it, so nothing is linked
if command -v musl-gcc >/dev/null; then
    mkdir "$tmp/include"
    for header in curses.h ncurses.h ncurses_dll.h unctrl.h term.h vterm.h vterm_keycodes.h zstd.h zstd_errors.h dwarf.h libelf.h gelf.h elfutils linux asm-generic; do
        ln -s "/usr/include/$header" "$tmp/include/"
    done
    ln -s "/usr/include/$(gcc -print-multiarch)/asm" "$tmp/include/"
    flags="$(pkg-config --cflags json-glib-1.0 ncursesw) -I$tmp/include"
    cd "$src" || exit 1
    for file in capture/*.c viewer/*.c viewer/*/*.c chardev-backend/preload.c; do
        # shellcheck disable=SC2086
        musl-gcc -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Wall -Wextra -Wno-unused-parameter -Werror -O1 -fsyntax-only \
            -iquote . -iquote "$build" $flags "$file" >>"$tmp/musl.log" 2>&1 || echo "$file" >>"$tmp/musl.bad"
    done
    is "$(cat "$tmp/musl.bad" 2>/dev/null)" "" "musl: every file of the program and the library compiles" || diag "$(head -n 20 "$tmp/musl.log")"
else
    skip "musl" "no musl-gcc: tools/install-deps.sh --slow"
fi

# --- cross compilers
if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null; then
    skip "other hosts" "needs root and debootstrap"
    done_testing
fi
root=$build/chroot/$suite
in_chroot() { "$src/tools/in-chroot.sh" "$@" >"$tmp/out" 2>&1; }
# shellcheck disable=SC2016
in_chroot "$suite" sh -euc '
    export DEBIAN_FRONTEND=noninteractive
    dpkg --add-architecture i386
    dpkg --add-architecture arm64
    # The release alone: an architecture whose updates the mirror lacks for a while cannot be installed beside others.
    . /etc/os-release
    sed -i "/ $VERSION_CODENAME main/!d" /etc/apt/sources.list
    apt-get -q update
    for arch in i386 arm64; do
        foreign="${foreign-} pkgconf:$arch libglib2.0-dev:$arch libjson-glib-dev:$arch libncurses-dev:$arch libvterm-dev:$arch libzstd-dev:$arch libdw-dev:$arch"
    done
    apt-get -q -y install --no-install-recommends make pkg-config gcc gcc-i686-linux-gnu gcc-aarch64-linux-gnu \
        gcc-s390x-linux-gnu libc6-dev-i386-cross libc6-dev-arm64-cross libc6-dev-s390x-cross perl qemu-user-static $foreign'
is $? 0 "cross compilers in a bare $suite" || { diag "$(tail -n 5 "$tmp/out")"; done_testing; }
perl "$src/tests/cli/boot-capture.pl" "$tmp/a.bst" post=20
cp "$tmp/a.bst" "$root/a.bst"
expected=$("$BOOTSTAMP" phases "$tmp/a.bst")
for triple in i686-linux-gnu aarch64-linux-gnu; do
    in_chroot --again "$suite" sh -euc "make distclean; ./configure --without-module CC=$triple-gcc; make -j2 WERROR=1"
    is $? 0 "$triple: configure and make" || diag "$(grep -E 'error|warning' "$tmp/out" | head -n 10)"
    emulator=
    [ $triple != aarch64-linux-gnu ] || emulator=qemu-aarch64-static
    in_chroot --again "$suite" sh -c "$emulator build/bootstamp phases /a.bst >/out"
    is "$(cat "$root/out")" "$expected" "$triple: the program reads a capture of this host as this one does"
done
in_chroot --again "$suite" sh -c 'make distclean; ./configure --without-module CC=s390x-linux-gnu-gcc'
is $? 1 "a big-endian host"
like "$(cat "$tmp/out")" '^bootstamp: configure: this host is big-endian: captures are little-endian' "is refused"
done_testing
