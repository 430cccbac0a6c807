#!/bin/sh
# make install: into a staging folder with a space, found by a copied tree, removed again; no trace of the build's folder.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests reset.rom
stage="$tmp/a b"
prefix=$(sed -n 's/^prefix = //p' "$src/config.mak")
minor=$("$QEMU" --version | sed -n '1s/^QEMU emulator version \([0-9]*\.[0-9]*\).*/\1/p')

ok "make install, DESTDIR with a space, umask 077" sh -c 'umask 077; exec make -s -C "$1" install DESTDIR="$2"' sh "$src" "$stage"
is "$(find "$stage" ! -perm -444)" "" "whatever the umask is, all may read it"
files=$(cd "$stage" && find . -type f | sed "s|^\.$prefix/||" | sort)
for file in bin/bootstamp lib/bootstamp/chardev-timestamp.so lib/bootstamp/check-qemu "lib/bootstamp/$minor/chardev-timestamp-qemu.so" \
    share/man/man1/bootstamp.1 share/bash-completion/completions/bootstamp \
    share/bootstamp/lnav/formats/bootstamp/bootstamp.json share/doc/bootstamp/README.md share/doc/bootstamp/screenshot.svg; do
    ok "$file is there" sh -c 'printf "%s\n" "$1" | grep -qxF "$2"' - "$files" "$file"
done
# Pictures and pages that the documents show, as they name them
is "$(cd "$stage$prefix/share/doc/bootstamp" && grep -o '](\(docs/\)\{0,1\}[A-Za-z0-9-]*\(\.\(md\|svg\|png\)\)\{0,1\})' -- *.md |
    sed 's/:](/ /; s/)$//' | while read -r page link; do [ -f "$link" ] || echo "$page: $link"; done)" "" \
    "what the documents link to is there"

# --- which QEMUs have a module
check=$stage$prefix/lib/bootstamp/check-qemu
# LD_PRELOAD takes no space
BOOTSTAMP_MODULE=$build/chardev-timestamp.so "$check" "$(command -v "$QEMU")" >"$tmp/out" 2>&1
is "$? $(cat "$tmp/out")" "0 " "check-qemu: the module fits this QEMU"
printf '#!/bin/sh\necho "QEMU emulator version 99.1.0"\n' >"$tmp/qemu-system-next"
chmod +x "$tmp/qemu-system-next"
BOOTSTAMP_MODULE=$build/chardev-timestamp.so "$check" "$tmp/qemu-system-next" "$(command -v "$QEMU")" >"$tmp/out" 2>&1
is "$? $(cat "$tmp/out")" "1 bootstamp: $tmp/qemu-system-next is QEMU 99.1.0, and no module fits it: \
run ./configure, make and make install in the source of bootstamp" "check-qemu: a QEMU that none fits"
BOOTSTAMP_MODULE=$tmp/none.so "$check" "$(command -v "$QEMU")" >"$tmp/out" 2>&1
is $? 1 "check-qemu: nor without a module"

# --- rules for AppArmor, with this installation's paths
rules=$stage$prefix/share/doc/bootstamp/apparmor-libvirt-qemu
is "$(grep -c "^$prefix/lib/bootstamp/\*\.so mr,\|^$prefix/lib/bootstamp/\*/\*\.so mr,\|^$prefix/bin/bootstamp rmix,\|@[a-z]*@" "$rules")" 3 \
    "AppArmor's rules name the installed files"
if command -v apparmor_parser >/dev/null; then
    printf '%s\n' '#include <tunables/global>' 'profile bootstamp-test {' "$(cat "$rules")" '}' >"$tmp/profile"
    ok "and AppArmor's parser takes them" apparmor_parser -Q -K "$tmp/profile"
else
    skip "AppArmor's parser takes them" "no apparmor_parser: apt-get install apparmor"
fi

# --- a copied tree
cp -a "$stage$prefix" "$tmp/tree"
BOOTSTAMP=$tmp/tree/bin/bootstamp
RUN="$BOOTSTAMP run -q --" run_rom reset -chardev "timestamp,id=dbg,path=$tmp/a.bst"
is "$?$(cat "$tmp/qemu.log")" 0 "a copied tree finds its module"
is "$(raw_of "$tmp/a.bst" | wc -l)" 5 "and captures"
"$stage$prefix/bin/bootstamp" run -q -- "$QEMU" -M none >"$tmp/out" 2>&1
is "$? $(cat "$tmp/out")" "1 bootstamp: $stage$prefix/lib/bootstamp/chardev-timestamp.so: LD_PRELOAD takes no path with a space \
or a colon; move it to another folder" "a tree where LD_PRELOAD cannot reach says so"

# --- binaries do not tell where they were made
for file in "$build/bootstamp" "$build/chardev-timestamp.so" "$build/chardev-timestamp-qemu.so"; do
    is "$(strings -a "$file" | grep -cF -e "$src/" -e "$build")" 0 "${file##*/}: no path of the build"
done

# --- and away
other=$stage$prefix/lib/bootstamp/99.1/chardev-timestamp-qemu.so
mkdir -p "${other%/*}"
echo theirs >"$other"
ok "make uninstall" make -s -C "$src" uninstall DESTDIR="$stage"
is "$(find "$stage" -type f)" "$other" "nothing is left but a module for another QEMU"
is "$(find "$stage$prefix/lib" -mindepth 1 -type d | wc -l)" 2 "and its folders"
done_testing
