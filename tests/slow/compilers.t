#!/bin/sh
# Other compilers and flags: the tree builds without a warning, and what was built captures a boot.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests pattern-1000.rom
qemu=$(sed -n 's/^QEMU = //p' "$src/config.mak")
source=$(sed -n 's/^QEMU_SOURCE = //p' "$src/config.mak")
guest_bytes pattern 1000 >"$tmp/expected"
mkdir "$tmp/src"
(cd "$src" && tar -cf - --exclude=./build --exclude=./.git --exclude=./config.mak .) | tar -xf - -C "$tmp/src"

# builds NAME OPTION-OF-CONFIGURE...
builds() {
    name=$1
    shift
    ok "$name: configure" "$tmp/src/configure" --qemu="$qemu" --with-qemu-source="$source" "$@"
    env MAKEFLAGS='' MAKELEVEL='' make -s -j2 -C "$tmp/src" WERROR=1 >"$tmp/out" 2>&1
    is $? 0 "$name: everything compiles without a warning" || diag "$(grep -E 'error|warning' "$tmp/out" | head -n 5)"
    "$tmp/src/build/bootstamp" run -q -c "$tmp/a.bst" -- "$qemu" -M pc -m 32 -nodefaults -display none -accel tcg \
        -bios "$guests/pattern-1000.rom" </dev/null >"$tmp/out" 2>&1
    is "$? $(cat "$tmp/out")" "0 " "$name: a boot"
    "$tmp/src/build/bootstamp" export --format raw -o "$tmp/raw" "$tmp/a.bst"
    ok "$name: every byte" cmp "$tmp/raw" "$tmp/expected"
    rm -f "$tmp/a.bst"
}
builds "-O3" CFLAGS='-O3 -g'
builds "-O0" CFLAGS=-O0
builds "-flto" CFLAGS='-O2 -flto' LDFLAGS=-flto
builds "-funsigned-char" CFLAGS='-O2 -funsigned-char'
if command -v clang >/dev/null; then
    builds "clang" CC=clang
    builds "clang -O3" CC=clang CFLAGS=-O3
else
    skip "clang" "not installed"
fi
done_testing
