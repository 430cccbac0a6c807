#!/bin/sh
# Each patch of the series for SeaBIOS leaves a tree that builds, in each of its configurations, with the probes where
# the patch has them.  Half an hour.  What the images do is in tests/boot/probes.t; here are two more boots: a device
# that refuses lines, and a VGA BIOS that logs all it does.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
"$src/firmware-debug/build-seabios.sh" >"$tmp/build.log" 2>&1 ||
    skip_all "cannot build SeaBIOS: $(tail -n 1 "$tmp/build.log")"
RUN="$BOOTSTAMP run -q --"
perl -e 'print pack("H*", "faba0406b80020eff4ebfd"), "\0" x 499, "\x55\xaa", "\0" x 1048064' >"$tmp/off.img"

# options NAME: of a configuration
options() {
    case $1 in
    qemu) echo QEMU=y ROM_SIZE=256 ;;
    quiet) echo QEMU=y ROM_SIZE=256 DEBUG_LEVEL=0 ;;
    no-port) echo QEMU=y ROM_SIZE=256 DEBUG_IO=n ;;
    128k) sed -e ':next' -e '/\\$/{N;s/\\\n//;b next' -e '}' "$tree/debian/rules" | sed -n 's/^bios-config = //p' ;;
    csm) echo CSM=y QEMU_HARDWARE=y ;;
    coreboot) echo COREBOOT=y QEMU_HARDWARE=y ;;
    level9) echo QEMU=y ROM_SIZE=256 DEBUG_LEVEL=9 ;;
    vga) echo BUILD_VGABIOS=y VGA_BOCHS=y VGA_PCI=y DEBUG_LEVEL=9 ;;
    esac
}

# compile OUT OPTIONS...: $tree in that configuration
compile() {
    out=$1
    shift
    mkdir -p "$out"
    printf 'CONFIG_%s\n' "$@" >"$out/.config"
    for target in oldnoconfig all; do
        make -C "$tree" -j2 PYTHON='python3 -B' OUT="$out/" KCONFIG_CONFIG="$out/.config" EXTRAVERSION=-test \
            $target >"$tmp/make.log" 2>&1 </dev/null || {
            tail -n 5 "$tmp/make.log"
            return 1
        }
    done
}

# builds TREE NAME OPTION: and nothing of ours is warned about
builds() {
    tree=$1
    # shellcheck disable=SC2046
    compile "$tmp/out" $(options "$2") "$3" || return 1
    if grep -E 'bootprobe.*warning:' "$tmp/make.log"; then
        return 1
    fi
    rm -rf "$tmp/out"
}

check_series() {
    version=$1 source=$2
    [ -d "$source" ] || { skip "SeaBIOS $version" "its source is not there"; return; }
    rm -rf "$tmp/tree"
    cp -r "$source" "$tmp/tree"
    tree=$tmp/tree
    for patch in "$src/firmware-debug/seabios/$version"/*.patch; do
        n=${patch##*/}
        n=${n%%-*}
        patch -s -p1 -d "$tree" -i "$patch"
        for config in qemu quiet no-port 128k csm coreboot; do
            ok "$version, $n, $config" builds "$tree" $config BOOTPROBE=y
        done
        ok "$version, $n, without probes" builds "$tree" qemu BOOTPROBE=n
    done
}

# boot NAME BIOS [QEMU ARGS]: by icount, into $tmp/NAME.raw
boot() {
    name=$1 bios=$2
    shift 2
    lib_qemu -m 64 -bios "$bios" -drive "file=$tmp/off.img,format=raw,if=ide,snapshot=on" \
        -icount shift=3,sleep=off -rtc clock=vm,base=2026-01-01 \
        -chardev "timestamp,id=dbg,path=$tmp/$name.bst" "$@"
    is $? 0 "$name: the guest powers off"
    "$BOOTSTAMP" export --format raw "$tmp/$name.bst" >"$tmp/$name.raw"
}

# A line that is refused goes out byte by byte: with an address that is no memory, all of them.
check_refused() {
    sed -i 's/outl((u32)&BootProbeBuf, /outl(0xfee00000, /' "$tree/src/hw/bootprobe.c"
    ok "the address is another" grep -q 0xfee00000 "$tree/src/hw/bootprobe.c"
    compile "$tmp/refused" QEMU=y ROM_SIZE=256 BOOTPROBE=y
    boot refused "$tmp/refused/bios.bin" -device isa-bootprobe,chardev=dbg
    boot bytes "$tmp/refused/bios.bin" -device isa-bootprobe,chardev=dbg,lines=off
    ok "what is refused goes out byte by byte" cmp "$tmp/refused.raw" "$tmp/bytes.raw"
    ok "there is some" test "$(wc -c <"$tmp/refused.raw")" -gt 1500
    like "$("$BOOTSTAMP" phases "$tmp/refused.bst")" '\| device 00:01.1 ' "refused names: the number instead"
    sed -i 's/outl(0xfee00000, /outl((u32)\&BootProbeBuf, /' "$tree/src/hw/bootprobe.c"
}

# What the debug port's option leaves out comes by no other way.
check_no_port() {
    # shellcheck disable=SC2046
    compile "$tmp/no-port" $(options no-port) BOOTPROBE=y
    boot no-port "$tmp/no-port/bios.bin" -device isa-bootprobe,chardev=dbg
    is "$(wc -c <"$tmp/no-port.raw" | tr -d ' ')" 0 "DEBUG_IO=n: no lines"
    like "$("$BOOTSTAMP" phases "$tmp/no-port.bst")" '^  clear low memory ' "DEBUG_IO=n: the probes are there"
}

# The VGA BIOS logs each character that it writes.
check_vga() {
    # shellcheck disable=SC2046
    compile "$tmp/vga" $(options vga)
    # shellcheck disable=SC2046
    compile "$tmp/level9" $(options level9) BOOTPROBE=y
    for lines in on off; do
        boot "vga-$lines" "$tmp/level9/bios.bin" -device "isa-bootprobe,chardev=dbg,lines=$lines" \
            -device "VGA,romfile=$tmp/vga/vgabios.bin"
    done
    ok "VGA: lines and bytes come in the same order" cmp "$tmp/vga-on.raw" "$tmp/vga-off.raw"
    ok "VGA: both log, the one each character that the other prints" \
        test "$(grep -c '^enter handle_10:' "$tmp/vga-on.raw")" -gt 20
    like "$(cat "$tmp/vga-on.raw")" '^Booting from Hard Disk\.\.\.$' "VGA: a message is in one piece"
}

own=$(dpkg-query -W -f '${source:Version}' seabios 2>/dev/null)
check_series "$(echo "$own" | cut -d. -f1,2)" "$build/firmware/source/seabios-$own"
check_refused
check_no_port
check_vga
newest=$(sed -n '1s/.*(\([0-9]*\.[0-9]*\).*/\1/p' "$build/firmware/source/seabios-sid/debian/changelog" 2>/dev/null)
check_series "${newest:-newest}" "$build/firmware/source/seabios-sid"
done_testing
