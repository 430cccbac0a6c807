#!/bin/sh
# SeaBIOS with the patches applied and CONFIG_BOOTPROBE off is SeaBIOS with the first of them, which is about the
# order of messages: the same image, but for line numbers in its own warnings, and the same debug output.  Builds it
# twice from each source package (a minute or two each).
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests pattern-1000.rom
RUN="$BOOTSTAMP run -q --"
"$src/firmware-debug/build-seabios.sh" >"$tmp/build.log" 2>&1 ||
    skip_all "cannot build SeaBIOS: $(tail -n 1 "$tmp/build.log")"

# compile TREE: bios.bin of Debian's configuration at debug level 8
compile() {
    mkdir "$1/out"
    printf 'CONFIG_%s\n' QEMU=y ROM_SIZE=256 DEBUG_LEVEL=8 >"$1/out/.config"
    for target in oldnoconfig all; do
        make -C "$1" -j2 PYTHON='python3 -B' OUT="$1/out/" KCONFIG_CONFIG="$1/out/.config" EXTRAVERSION=-same \
            "$target" >"$1.log" 2>&1 </dev/null || return 1
    done
}

# What it prints, under a clock that counts instructions
log_of() {
    QEMU_TIMEOUT=5 lib_qemu -m 64 -bios "$1" -icount shift=3,sleep=off -rtc clock=vm,base=2026-01-01 \
        -chardev "timestamp,id=dbg,path=$1.bst" -device isa-bootprobe,chardev=dbg
    "$BOOTSTAMP" export --format raw "$1.bst"
}

check_source() {
    version=$1 source=$2
    [ -d "$source" ] || { skip "SeaBIOS $version" "its source is not there"; return; }
    for tree in plain patched; do
        rm -rf "${tmp:?}/$tree"
        cp -r "$source" "$tmp/$tree"
    done
    for patch in "$src/firmware-debug/seabios/$version"/*.patch; do
        ok "$version: ${patch##*/} applies without fuzz" patch -F0 -s -p1 -d "$tmp/patched" -i "$patch"
        case ${patch##*/} in 0001-*) patch -s -p1 -d "$tmp/plain" -i "$patch" ;; esac
    done
    # Line numbers alone: __LINE__ in warnings moves with the source.
    sed -i 's/__LINE__/0/' "$tmp"/plain/src/*.h "$tmp"/patched/src/*.h
    ok "$version: builds with the first patch" compile "$tmp/plain"
    ok "$version: builds with the patches and the option off" compile "$tmp/patched"
    ok "$version: the images are equal" cmp "$tmp/plain/out/bios.bin" "$tmp/patched/out/bios.bin"
    log_of "$tmp/plain/out/bios.bin" >"$tmp/plain.raw"
    log_of "$tmp/patched/out/bios.bin" >"$tmp/patched.raw"
    ok "$version: so is the debug output" cmp "$tmp/plain.raw" "$tmp/patched.raw"
    ok "$version: there is some" test "$(wc -c <"$tmp/plain.raw")" -gt 20000
    is "$("$BOOTSTAMP" export --format text --events "$tmp/patched/out/bios.bin.bst" | grep -c -- '-- probe ')" 0 \
        "$version: no probe"
}

own=$(dpkg-query -W -f '${source:Version}' seabios 2>/dev/null)
check_source "$(echo "$own" | cut -d. -f1,2)" "$build/firmware/source/seabios-$own"
newest=$(sed -n '1s/.*(\([0-9]*\.[0-9]*\).*/\1/p' "$build/firmware/source/seabios-sid/debian/changelog" 2>/dev/null)
check_source "${newest:-newest}" "$build/firmware/source/seabios-sid"
done_testing
