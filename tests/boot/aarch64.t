#!/bin/sh
# An Arm machine: fw_cfg is memory there, not ports, and a pl011 is the serial port.  Debian's kernel and a small
# initrd, by EFI firmware with fw_cfg's DMA, and by QEMU itself; the copies once more without DMA.
#
# QEMU_AARCH64=PROGRAM: another QEMU than the one in PATH, such as one with the back end in it.
# shellcheck disable=SC2034
QEMU=${QEMU_AARCH64:-qemu-system-aarch64}
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests linux-arm64
efi=/usr/share/qemu-efi-aarch64/QEMU_EFI.fd

kernel=$guests/vmlinuz-arm64
initrd=$guests/initrd-arm64
kernel_bytes=$(stat -L -c %s "$kernel")
initrd_bytes=$(stat -L -c %s "$initrd")

# arm [QEMU ARGS]; with $until set, one boot up to that milestone, into the folder $tmp/pio
until=
arm() {
    timeout -k 5 150 "$BOOTSTAMP" run -q ${until:+-n 1 --timeout 120 -c "$tmp/pio" --until "$until"} -- "$QEMU" \
        -M virt -cpu cortex-a57 -accel tcg -m 512 -no-user-config -nodefaults -display none \
        -kernel "$kernel" -initrd "$initrd" -append "console=ttyAMA0 panic=-1" "$@" </dev/null >"$tmp/qemu.log" 2>&1
    status=$?
    [ $status = 0 ] || diag "status $status: $(head -n 5 "$tmp/qemu.log")"
    return $status
}

# What every boot to the end leaves, whoever loaded the kernel.
check_whole() {
    how=$1 capture=$2
    "$BOOTSTAMP" export -F raw -o "$tmp/raw" "$capture"
    ok "$how: the capture has the bytes of QEMU's own log" cmp "$tmp/raw" "$capture.log"
    like "$(cat "$tmp/raw")" "bootstamp guest: init" "$how: the guest's init ran"
    times=$(milestone_times "$capture")
    is "$(echo "$times" | sort -n -s)" "$times" "$how: the times never step back"
    like "$("$BOOTSTAMP" phases "$capture")" "Shutdown request .*guest-shutdown" "$how: the guest asked for the end, by PSCI"
    like "$("$BOOTSTAMP" info "$capture")" "^machine +virt[-.0-9]*, aarch64, tcg, 512" "$how: machine and architecture"
    like "$("$BOOTSTAMP" info "$capture")" "^streams .*uart \(pl011\)" "$how: the front end is the pl011"
    like "$("$BOOTSTAMP" info "$capture")" "^lost +0 bytes, 0 other" "$how: nothing is lost"
}

# The option logfile= is QEMU's own, as with every chardev.
uart() { echo "timestamp,id=uart,path=$1,logfile=$1.log"; }

ends='Kernel start
User space start
Shutdown request
Stop'

c=$tmp/direct.bst
arm -chardev "$(uart "$c")" -serial chardev:uart
is $? 0 "no firmware: the guest powers off"
check_whole "no firmware" "$c"
is "$(milestones "$c")" "Start
Run
$ends" "no firmware: QEMU loads the kernel, there is nothing to copy"
is "$(copied "$c" kernel)$(copied "$c" initrd)" "" "no firmware: and no copies in the table"

if [ ! -f $efi ]; then
    skip "EFI firmware" "no $efi: the package qemu-efi-aarch64 is not installed"
    done_testing
fi

c=$tmp/dma.bst
arm -bios $efi -chardev "$(uart "$c")" -serial chardev:uart
is $? 0 "EFI: the guest powers off"
check_whole EFI "$c"
is "$(milestones "$c")" "Start
Run
EFI SEC
LinuxBoot copy kernel
LinuxBoot copy initrd
LinuxBoot boot OS
EFI BDS
EFI boot OS
EFI ExitBootServices
$ends" "EFI: the firmware's milestones, the copies and the kernel's, in order"
is "$(copied "$c" kernel)" "$kernel_bytes DMA" "EFI: the whole kernel by DMA through MMIO"
is "$(copied "$c" initrd)" "$initrd_bytes DMA" "EFI: the whole initrd"
is "$(copied "$c" signature | cut -d' ' -f2)" PIO "EFI: the signature by the data register"

# The firmware takes 1 MiB at a time: each piece is told with its place.
"$BOOTSTAMP" export --events "$c" >"$tmp/events"
pieces() { sed -n "s/.* fw_cfg $1 DMA of \([0-9]*\) bytes at \([0-9]*\) to .*/\1 \2/p" "$tmp/events"; }
is "$(pieces 0x0011 | awk '$2 == sum { sum += $1 } END { print sum }')" "$kernel_bytes" \
    "EFI: the kernel's pieces follow each other and are the whole"
ok "EFI: progress: the kernel comes in $(pieces 0x0011 | wc -l) pieces" test "$(pieces 0x0011 | wc -l)" -gt 4

# Up to the kernel alone: what is of interest has happened.
until='EFI boot OS'
arm -bios $efi -global fw_cfg_mem.dma_enabled=off -chardev timestamp,id=uart -serial chardev:uart
is $? 0 "EFI without DMA: up to the kernel"
c=$(echo "$tmp"/pio/*.bst)
is "$(copied "$c" kernel)" "$kernel_bytes PIO" "EFI without DMA: the whole kernel by the data register"
is "$(copied "$c" initrd)" "$initrd_bytes PIO" "EFI without DMA: the whole initrd"
steps=$("$BOOTSTAMP" export --events "$c" | grep -c 'fw_cfg 0x0012 read up to')
ok "EFI without DMA: the initrd's progress comes in steps of 4 KiB ($steps)" \
    test "$steps" -ge $((initrd_bytes / 4096)) -a "$steps" -le $((initrd_bytes / 4096 + 2))
done_testing
