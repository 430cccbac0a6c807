#!/bin/sh
# make install: into a staging folder with a space, found by a copied tree, removed again; no trace of the build's folder.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests reset.rom
stage="$tmp/a b"
prefix=$(sed -n 's/^prefix = //p' "$src/config.mak")
minor=$("$QEMU" --version | sed -n '1s/^QEMU emulator version \([0-9]*\.[0-9]*\).*/\1/p')

ok "make install, DESTDIR with a space" make -s -C "$src" install DESTDIR="$stage"
files=$(cd "$stage" && find . -type f | sed "s|^\.$prefix/||" | sort)
for file in bin/bootstamp lib/bootstamp/chardev-timestamp.so "lib/bootstamp/$minor/chardev-timestamp-qemu.so" \
    share/man/man1/bootstamp.1 share/bash-completion/completions/bootstamp \
    share/doc/bootstamp/README.md share/doc/bootstamp/screenshot.svg; do
    ok "$file is there" sh -c 'printf "%s\n" "$1" | grep -qxF "$2"' - "$files" "$file"
done
# Pictures and pages that the documents show
links=$(cat "$stage$prefix/share/doc/bootstamp"/*.md | grep -o '](\(docs/\)\{0,1\}[a-z0-9-]*\.\(md\|svg\|png\))' |
    sed 's/^](\(docs\/\)*//; s/)$//' | sort -u)
for link in $links; do
    ok "the documents' $link is there" test -f "$stage$prefix/share/doc/bootstamp/$link"
done

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
ok "make uninstall" make -s -C "$src" uninstall DESTDIR="$stage"
is "$(find "$stage" -type f)" "" "nothing is left"
done_testing
