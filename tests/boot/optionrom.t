#!/bin/sh
# The option ROMs with probes (firmware-debug/optionrom), booted for real: their spans nest, tell the right sizes,
# and agree with what QEMU's fw_cfg device saw; without the probe device they write nothing.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests linux multiboot.elf pvh.elf
firmware=$build/firmware
"$src/firmware-debug/build-optionroms.sh" >"$tmp/build.log" 2>&1 ||
    skip_all "cannot build the option ROMs: $(tail -n 1 "$tmp/build.log")"

capture=$tmp/boot.bst
append='console=ttyS0 quiet panic=-1'
# QEMU takes the real-mode part, as many sectors as the header says, off the kernel.
setup_bytes=$((($(od -An -tu1 -j 497 -N 1 "$guests/vmlinuz") + 1) * 512))
kernel_bytes=$(($(wc -c <"$guests/vmlinuz") - setup_bytes))
initrd_bytes=$(wc -c <"$guests/initrd-small")
linux_copies="setup=$setup_bytes initrd=$initrd_bytes kernel=$kernel_bytes cmdline=$((${#append} + 1))"

# boot QEMU ARGS: with the device, and the ROMs in front of QEMU's own
boot() {
    rm -f "$capture"
    RUN="$BOOTSTAMP run -q --" lib_qemu -L "$firmware" -chardev "timestamp,id=dbg,path=$capture" \
        -device isa-bootprobe,chardev=dbg "$@"
    lib_status $?
}

linux() {
    boot -m 512 -kernel "$guests/vmlinuz" -initrd "$guests/initrd-small" -append "$append" "$@"
}

# Are the probes right?  A busy host may take the vCPU away between a probe and the read: then once more.
check() {
    name=$1 copies=$2
    shift 2
    tries=5
    while :; do
        "$@"
        status=$?
        # shellcheck disable=SC2086
        worst=$("$BOOTSTAMP" export --format json "$capture" |
            perl "$src/tests/boot/check-probes.pl" $copies 2>"$tmp/check.log") && break
        tries=$((tries - 1))
        if [ $tries = 0 ] || ! grep -q 'ns apart' "$tmp/check.log"; then break; fi
        diag "$name: $(cat "$tmp/check.log")"
    done
    is "$status" 0 "$name: the guest powers off"
    if [ -n "$worst" ]; then
        pass "$name: spans nest, sizes are right, all within 1 ms of fw_cfg's records (at most $worst)"
    else
        fail "$name: $(cat "$tmp/check.log")"
    fi
}

# The row in the milestone table, and the probe, are one.
jump_is_milestone() {
    jump=$(json_of "$capture" 'select(.type == "probe" and .id == 37).time_ns')
    want=$(printf '%d.%06d' $((jump / 1000000000)) $((jump / 1000 % 1000000)))
    like "$("$BOOTSTAMP" phases "$capture" | grep '^LinuxBoot boot OS ')" "^LinuxBoot boot OS  *$want " \
        "$1: LinuxBoot boot OS is the probe's"
}

check "linuxboot_dma" "$linux_copies" linux
jump_is_milestone "linuxboot_dma"
check "linuxboot" "$linux_copies" linux -global fw_cfg.dma_enabled=off
jump_is_milestone "linuxboot"
MACHINE=q35 check "linuxboot_dma, q35" "$linux_copies" linux

kernel() { boot -m 64 -kernel "$guests/$1.elf" -append hello; }
# What QEMU makes of a multiboot kernel is its image, whole pages, and more behind it.
check "multiboot_dma" "initrd=item kernel=item" kernel multiboot
like "$("$BOOTSTAMP" export "$capture")" 'kernel: multiboot' "multiboot_dma: its kernel runs"
kib=$(json_of "$capture" 'select(.type == "probe" and .id == 98).arg')
ok "multiboot_dma: its kernel is larger than its data ($kib KiB)" test "${kib:-0}" -gt 293
check "pvh" "cmdline=6" kernel pvh
like "$("$BOOTSTAMP" export "$capture")" 'kernel: PVH' "pvh: its kernel runs"

module() { boot -m 64 -kernel "$guests/pvh.elf" -initrd "$guests/initrd-small" -append hello; }
check "pvh with an initrd" "cmdline=6 initrd=$initrd_bytes" module
# Machines of before fw_cfg's DMA get the ROM without it.
MACHINE=pc-i440fx-2.4 check "multiboot" "initrd=item kernel=item" kernel multiboot

# Something else at the port: nothing may be written to it.
RUN='' lib_qemu -L "$firmware" -m 512 -kernel "$guests/vmlinuz" -initrd "$guests/initrd-small" -append "$append" \
    -chardev null,id=dbg -chardev "file,id=other,path=$tmp/other" -device isa-debugcon,iobase=0x404,chardev=other
is $? 0 "without the device: the guest powers off"
is "$(wc -c <"$tmp/other")" 0 "without the device: no byte is written to the port"
ok "built ROMs are left alone" test -z "$("$src/firmware-debug/build-optionroms.sh")"
done_testing
