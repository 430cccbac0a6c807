#!/bin/sh
# Guests that speak the probe protocol, each written from docs/probe-protocol.md: a bare ROM, a driver in the manner of
# EDK2 (started by the OVMF that is installed), the hooks of a U-Boot board on an Arm machine, a Linux program.  What is
# in the capture is what they say.  And capture/probe.h compiles for all whom it is for.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests named.rom
here=$src/tests/clients
RUN="$BOOTSTAMP run -q --"

# named CAPTURE: its named probes, without the times
named() { "$BOOTSTAMP" export --format text --events "$1" | sed -n 's/.*-- probe \([^0]\)/\1/p'; }
# in_table CAPTURE NAME: its row in the table of probes, without the times
in_table() { "$BOOTSTAMP" phases "$1" | sed -n '/^Probe/,/^$/p' | grep "^ *$2" | sed 's/\(  *[0-9]*\.[0-9]\{6\}\)\{1,2\}$//'; }

# --- a bare ROM

for machine in pc isapc; do
    for options in '' ,iobase=0x704; do
        MACHINE=$machine run_rom named -chardev "timestamp,id=dbg,path=$tmp/rom.bst" \
            -device "isa-bootprobe,chardev=dbg$options" >/dev/null
        is "$(named "$tmp/rom.bst")" "begin load image argument 0x100000
end load image argument 0x100000" "ROM, $machine$options: it finds the port by fw_cfg, and its span is there"
        is "$("$BOOTSTAMP" export --format raw "$tmp/rom.bst")" hi "ROM, $machine$options: its line too, and nothing is refused"
    done
done
is "$(in_table "$tmp/rom.bst" load)" "load image 1048576 bytes" "ROM: the argument is shown as bytes"
run_rom named -chardev "timestamp,id=dbg,path=$tmp/none.bst"
is "$("$BOOTSTAMP" export --format raw "$tmp/none.bst")" none "ROM: without the device it does without"

# --- EDK2

compilers_missing() { ! command -v clang >/dev/null || ! command -v lld-link >/dev/null || ! command -v ld.lld >/dev/null; }

# efi_app FILE: the driver's entry point in an application that powers the machine off
efi_app() {
    for source in "$src/firmware-debug/ovmf/BootProbeDxe/BootProbeDxe.c" "$here/edk2/efi-app.c"; do
        clang --target=x86_64-unknown-windows -ffreestanding -fshort-wchar -mno-red-zone -O1 -Wall -Werror \
            -I "$here/edk2" -I "$src/capture" -c "$source" -o "$tmp/$(basename "$source").obj" || return 1
    done
    lld-link /subsystem:efi_application /entry:efi_main /nodefaultlib "/out:$1" "$tmp"/*.c.obj
}

ovmf=/usr/share/OVMF/OVMF_CODE_4M.fd
if compilers_missing || [ ! -e $ovmf ]; then
    skip "EDK2" "no clang, lld or OVMF"
else
    mkdir -p "$tmp/esp/EFI/BOOT"
    ok "EDK2: it compiles" efi_app "$tmp/esp/EFI/BOOT/BOOTX64.EFI"
    QEMU_TIMEOUT=150 MACHINE=q35 lib_qemu -m 256 -drive "if=pflash,format=raw,readonly=on,file=$ovmf" \
        -drive "format=raw,file=fat:rw:$tmp/esp" -chardev "timestamp,id=dbg,path=$tmp/efi.bst" \
        -device isa-bootprobe,chardev=dbg
    is $? 0 "EDK2: the guest powers off"
    is "$(named "$tmp/efi.bst")" "begin BootProbeDxe argument 0x0
begin BootProbeDxe: stall argument 0x140000000
end BootProbeDxe: stall argument 0x140000000
end BootProbeDxe argument 0x0" "EDK2: its spans"
    is "$(in_table "$tmp/efi.bst" BootProbeDxe)" "BootProbeDxe
  BootProbeDxe: stall 5368709120 bytes" "EDK2: one is inside the other, and 64 bits of argument are shown"
    took=$("$BOOTSTAMP" phases "$tmp/efi.bst" | sed -n 's/.*stall .* 0*\.\([0-9]*\)$/\1/p')
    ok "EDK2: the stall of 2 ms takes that long ($took us)" test "${took#00}" -ge 2000
fi

# --- U-Boot, on Arm

# uboot FILE: a board's hooks, and a harness that calls them
uboot() {
    for source in bootprobe harness; do
        clang --target=aarch64-unknown-none -ffreestanding -mgeneral-regs-only -mstrict-align -fno-pic -O1 -Wall -Werror \
            -I "$here/uboot/include" -I "$src/capture" -c "$here/uboot/$source.c" -o "$tmp/$source.o" || return 1
    done
    ld.lld -Ttext=0x40080000 -e _start -o "$1" "$tmp/harness.o" "$tmp/bootprobe.o"
}

# arm NAME [QEMU ARGS]
arm() {
    name=$1
    shift
    timeout 60 "$BOOTSTAMP" run -q -- qemu-system-aarch64 -M virt -cpu cortex-a57 -accel tcg -m 128 -nodefaults \
        -display none -kernel "$tmp/uboot.elf" -chardev "timestamp,id=dbg,path=$tmp/$name.bst" "$@" </dev/null >"$tmp/qemu.log" 2>&1
}

if compilers_missing || ! command -v qemu-system-aarch64 >/dev/null; then
    skip "U-Boot" "no clang, lld or qemu-system-aarch64"
else
    ok "U-Boot: it compiles" uboot "$tmp/uboot.elf"
    stages="begin U-Boot argument 0x0
boot stage argument 0x1
boot stage argument 0xf
end U-Boot argument 0x0"
    arm arm -device bootprobe-mmio,chardev=dbg
    is $? 0 "U-Boot: the guest powers off"
    is "$(named "$tmp/arm.bst")" "$stages" "U-Boot: its stages, by registers in memory"
    arm moved -device bootprobe-mmio,chardev=dbg,addr=0x9200010
    is "$(named "$tmp/moved.bst")" "$stages" "U-Boot: and elsewhere"
    arm without
    is "$?$(named "$tmp/without.bst")" 0 "U-Boot: without the device it does without"
    arm taken -device bootprobe-mmio,chardev=dbg,addr=0x9000000
    like "$(cat "$tmp/qemu.log")" 'bootprobe-mmio: addr=0x9000000 is taken by pl011' "an address that is taken is refused"
    arm odd -device bootprobe-mmio,chardev=dbg,addr=0x9200008
    like "$(cat "$tmp/qemu.log")" 'bootprobe-mmio: addr=0x9200008 is not a multiple of 16' "and one that is no multiple"
fi

# --- a Linux program

need_guests marks
cat "$guests/initrd-small" "$guests/bootmark.cpio" >"$tmp/initrd"
export INITRD="$tmp/initrd"
APPEND='console=ttyS0 quiet panic=-1 guest_mark=service' boot_linux -chardev "timestamp,id=dbg,path=$tmp/linux.bst" \
    -device isa-bootprobe,chardev=dbg
is $? 0 "Linux: the guest powers off"
is "$(named "$tmp/linux.bst")" "begin service argument 0x7
end service argument 0x7" "Linux: a program's span, by a page of its own"

# --- the header

# compiles NAME COMPILER ARGS...: a file that uses all of it
cat >"$tmp/all.c" <<'END'
#include "probe.h"
#ifdef BOOTPROBE_CONSTANTS_ONLY
int bootprobe_present; /* no function of that name */
#else
int use(volatile void *base, unsigned char *buffer);
int use(volatile void *base, unsigned char *buffer)
{
    bootprobe_name(buffer, BOOTPROBE_BEGIN, BOOTPROBE_NAME_SIDE, BOOTPROBE_UNIT_PCI, bootprobe_kib(1), 0, "x");
    bootprobe_header(buffer, BOOTPROBE_TYPE_TEXT, 1);
    if (bootprobe_mmio_present(base)) {
        bootprobe_mmio_write(base, BOOTPROBE_USER, 1);
        return bootprobe_mmio_send(base, 1, 2);
    }
#if defined(__i386__) || defined(__x86_64__) || defined(_M_X64)
    if (bootprobe_present() && (bootprobe_features() & BOOTPROBE_NAMES)) {
        bootprobe_write(BOOTPROBE_USER, 1);
        return bootprobe_send(1);
    }
#endif
    return 0;
}
#endif
END
compiles() {
    name=$1
    shift
    ok "probe.h: $name" "$@" -I "$src/capture" -c "$tmp/all.c" -o "$tmp/all.o"
}
for standard in c89 c99 c11 c17 c2x; do
    compiles "gcc, $standard" gcc -std=$standard -Wall -Wextra -pedantic -Werror
done
compiles "gcc, 16 bits" gcc -m16 -ffreestanding -Wall -Wextra -Werror
compiles "gcc, 32 bits" gcc -m32 -ffreestanding -Wall -Wextra -Werror
compiles "g++" g++ -x c++ -std=c++98 -Wall -Wextra -pedantic -Werror
compiles "constants alone" gcc -DBOOTPROBE_CONSTANTS_ONLY -Wall -Wextra -Werror
printf '%s\n' '#include "probe.h"' ' .long BOOTPROBE_SIGNATURE, BOOTPROBE_LINE_PORT, BOOTPROBE_NAME_BUFFER' >"$tmp/all.S"
ok "probe.h: an assembler" gcc -I "$src/capture" -c "$tmp/all.S" -o "$tmp/all.o"
if command -v clang >/dev/null; then
    for target in x86_64-linux-gnu aarch64-linux-gnu riscv64-linux-gnu riscv32-unknown-elf armv7a-none-eabi aarch64_be-linux-gnu; do
        for standard in c89 c2x; do
            compiles "clang, $target, $standard" clang --target=$target -std=$standard -ffreestanding -Wall -Wextra -pedantic -Wcast-align -Werror
        done
    done
    compiles "clang, MSVC's dialect" clang --target=x86_64-pc-windows-msvc -fms-compatibility -ffreestanding -Wall -Wextra -Werror
    # MSVC itself has intrinsics instead of gcc's assembler.
    mkdir -p "$tmp/msvc"
    printf '%s\n' 'unsigned long __indword(unsigned short);' 'void __outdword(unsigned short, unsigned long);' \
        'void _ReadWriteBarrier(void);' >"$tmp/msvc/intrin.h"
    compiles "MSVC's intrinsics" clang --target=x86_64-pc-windows-msvc -fms-compatibility -ffreestanding -U__clang__ -U__GNUC__ \
        -I "$tmp/msvc" -Wall -Wextra -Werror -Wno-builtin-macro-redefined -Wno-incompatible-library-redeclaration
else
    skip "probe.h with clang" "no clang"
fi
done_testing
