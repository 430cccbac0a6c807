#!/bin/bash
# What a PC or a server starts from that no -kernel option brings: an EFI system partition, a boot CD's installer,
# Xen with its dom0.  tests/slow/guests.t has firmware, boot loaders and kernels of other architectures.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/boot/package-guest.sh
. "$src/tests/boot/package-guest.sh"
command -v python3 >/dev/null || skip_all "no python3"

# unpacked PACKAGE: the folder of its files, which are installed or fetched
unpacked() {
    if dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; then
        echo /
    elif "$src/tools/fetch-source.sh" -a amd64 "$1" - "$tmp/packages/$1" >"$tmp/fetch.log" 2>&1; then
        echo "$tmp/packages/$1"
    fi
}
installer=$(unpacked "debian-installer-$(cut -d. -f1 /etc/debian_version)-netboot-amd64")
installer=$(echo "$installer"/usr/lib/debian-installer/images/*/amd64/text/debian-installer/amd64)

# row_begins CAPTURE ROW TEXT NAME: a milestone is at the first row that begins with TEXT, on any stream
row_begins() {
    is "$("$BOOTSTAMP" phases "$1" | row_value "$2" | head -n 1 | cut -d' ' -f1)" \
        "$("$BOOTSTAMP" export -F csv "$1" | awk -F, -v text="$3" 'index($6, "\"" text) == 1 { print $1; exit }' |
            awk '{ printf "%d.%06d\n", $1 / 1e9, $1 % 1e9 / 1000 }')" "$4"
}

# esp DISK FILE...: a FAT disk with FILE pairs TARGET=SOURCE
esp() {
    local disk=$1 pair
    shift
    truncate -s 128M "$disk"
    mformat -i "$disk" -F :: || return
    mmd -i "$disk" ::/EFI ::/EFI/BOOT ::/boot
    for pair; do
        mcopy -i "$disk" "${pair#*=}" "::${pair%%=*}" || return
    done
}

# --- OVMF, GRUB from the EFI system partition, Linux
if [ -d /usr/lib/grub/x86_64-efi ] && [ -e /usr/share/OVMF/OVMF_CODE.fd ] && command -v mcopy >/dev/null; then
    need_guests linux
    cat >"$tmp/grub.cfg" <<'END'
serial --unit=0 --speed=115200
terminal_input serial
terminal_output serial
set timeout=2
menuentry 'EFI test' {
    echo 'Loading Linux ...'
    linux (hd0)/boot/vmlinuz console=ttyS0 panic=-1
    echo 'Loading initial ramdisk ...'
    initrd (hd0)/boot/initrd
}
END
    ok "GRUB for EFI" grub-mkstandalone -d /usr/lib/grub/x86_64-efi -O x86_64-efi -o "$tmp/bootx64.efi" \
        --fonts= --locales= --themes= "boot/grub/grub.cfg=$tmp/grub.cfg"
    ok "its disk" esp "$tmp/esp.img" "/EFI/BOOT/BOOTX64.EFI=$tmp/bootx64.efi" "/boot/vmlinuz=$guests/vmlinuz" \
        "/boot/initrd=$guests/initrd-small"
    cp /usr/share/OVMF/OVMF_VARS.fd "$tmp/vars.fd"
    QEMU_TIMEOUT=400 MACHINE=q35 RUN="$BOOTSTAMP run -q --" lib_qemu -m 512 \
        -drive if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE.fd \
        -drive "if=pflash,format=raw,file=$tmp/vars.fd" -drive "file=$tmp/esp.img,format=raw,if=virtio" \
        -chardev "timestamp,id=dbg,path=$tmp/ovmf.bst" -chardev "timestamp,id=ser,path=$tmp/ovmf.bst" \
        -serial chardev:ser
    is $? 0 "OVMF: Linux boots from the disk and powers off"
    true_rows "$tmp/ovmf.bst" "OVMF, GRUB and Linux" --screens ser
    "$BOOTSTAMP" phases "$tmp/ovmf.bst" >"$tmp/out"
    for milestone in 'EFI boot option' 'EFI boot OS' 'GRUB' 'GRUB menu' 'GRUB loads kernel' 'GRUB loads initrd' \
        'Kernel start' 'User space start'; do
        like "$(cat "$tmp/out")" "^$milestone " "OVMF: $milestone"
    done
    row_begins "$tmp/ovmf.bst" 'EFI boot option' 'BdsDxe: loading Boot' "BdsDxe's line has its own time"
    row_begins "$tmp/ovmf.bst" 'Kernel start' '[    0.000000] Linux version' "and so has Linux's first"
else
    skip "OVMF" "no grub-efi-amd64-bin, ovmf or mtools"
fi

# --- AAVMF, Linux by its EFI stub from the EFI system partition
if command -v qemu-system-aarch64 >/dev/null && [ -e /usr/share/AAVMF/AAVMF_CODE.fd ] &&
    command -v mcopy >/dev/null && "$src/tests/guests/make-guests.sh" linux-arm64 "$guests/" >"$tmp/make.log" 2>&1; then
    ok "a disk with an arm64 kernel" esp "$tmp/aa.img" "/EFI/BOOT/BOOTAA64.EFI=$guests/vmlinuz-arm64"
    cp /usr/share/AAVMF/AAVMF_VARS.fd "$tmp/aavars.fd"
    timeout 300 "$BOOTSTAMP" run -q -- qemu-system-aarch64 -M virt -cpu cortex-a57 -m 512 -nodefaults \
        -display none -no-reboot -drive if=pflash,format=raw,readonly=on,file=/usr/share/AAVMF/AAVMF_CODE.fd \
        -drive "if=pflash,format=raw,file=$tmp/aavars.fd" -drive "file=$tmp/aa.img,format=raw,if=none,id=d" \
        -device virtio-blk-pci,drive=d -chardev "timestamp,id=ser,path=$tmp/aavmf.bst" -serial chardev:ser \
        </dev/null >"$tmp/qemu.log" 2>&1
    true_rows "$tmp/aavmf.bst" "AAVMF and Linux" --screens ser
    "$BOOTSTAMP" phases "$tmp/aavmf.bst" >"$tmp/out"
    for milestone in 'EFI boot option' 'EFI boot OS' 'Kernel start'; do
        like "$(cat "$tmp/out")" "^$milestone " "AAVMF: $milestone"
    done
    row_begins "$tmp/aavmf.bst" 'EFI boot option' 'BdsDxe: loading Boot' "AAVMF: BdsDxe's line has its own time"
else
    skip "AAVMF" "no qemu-system-aarch64, qemu-efi-aarch64, mtools or arm64 kernel"
fi

# --- Debian's installer: full screens on the serial console
if [ -e "$installer/linux" ]; then
    timeout 620 "$BOOTSTAMP" run -q -- qemu-system-x86_64 -M q35 -m 1024 -nodefaults -display none \
        -kernel "$installer/linux" -initrd "$installer/initrd.gz" -append 'console=ttyS0 TERM=vt102' \
        -chardev "timestamp,id=ser,path=$tmp/di.bst" -serial chardev:ser </dev/null >"$tmp/qemu.log" 2>&1 &
    job=$!
    screen_has() { "$BOOTSTAMP" export -F screen "$tmp/di.bst" 2>/dev/null | grep -q "$1"; }
    ok "the installer's first question is a screen" wait_for 600 screen_has 'language'
    kill $job 2>/dev/null
    wait "$job"
    true_rows "$tmp/di.bst" "the installer" --screens ser
    "$BOOTSTAMP" phases "$tmp/di.bst" >"$tmp/out"
    like "$(cat "$tmp/out")" '^Kernel start ' "the installer: Kernel start"
    like "$(cat "$tmp/out")" '^User space start ' "the installer: User space start"
else
    skip "the installer" "its package is not to be had: $(tail -n 1 "$tmp/fetch.log")"
fi

# --- Xen and the kernel of its dom0, which is the installer's
# The metapackage names the version.
"$src/tools/fetch-source.sh" -a amd64 xen-system-amd64 - "$tmp/packages/xen" >"$tmp/fetch.log" 2>&1
xen=$(sed -n 's/^Depends: .*\(xen-hypervisor-[0-9.]*-amd64\).*/\1/p' "$tmp/packages/xen/DEBIAN/control" 2>/dev/null)
xen=$(find "$(unpacked "${xen:-none}")"/boot -name 'xen-*.gz' 2>/dev/null | sort | tail -n 1)
if [ -n "$xen" ] && [ -e "$installer/linux" ]; then
    zcat "$xen" >"$tmp/xen"
    timeout 620 "$BOOTSTAMP" run -q -- qemu-system-x86_64 -M q35 -cpu qemu64 -m 1536 -nodefaults -display none \
        -kernel "$tmp/xen" -append 'com1=115200,8n1 console=com1 dom0_mem=768M loglvl=all' \
        -initrd "$installer/linux console=hvc0 earlyprintk=xen,$installer/initrd.gz" \
        -chardev "timestamp,id=ser,path=$tmp/xen.bst" -serial chardev:ser </dev/null >"$tmp/qemu.log" 2>&1 &
    job=$!
    has_row() { "$BOOTSTAMP" phases "$tmp/xen.bst" 2>/dev/null | grep -q "^$1 "; }
    ok "Xen starts dom0, which comes to its user space" wait_for 600 has_row 'User space start'
    kill $job 2>/dev/null
    wait "$job"
    true_rows "$tmp/xen.bst" "Xen" --screens ser
    "$BOOTSTAMP" phases "$tmp/xen.bst" >"$tmp/out"
    for milestone in 'Multiboot copy kernel' 'Multiboot boot OS' 'Xen' 'Xen builds dom0' 'Kernel start'; do
        like "$(cat "$tmp/out")" "^$milestone " "Xen: $milestone"
    done
    cat "$tmp/out" >&2
else
    skip "Xen" "no xen-hypervisor or no installer's kernel: $(tail -n 1 "$tmp/fetch.log")"
fi
done_testing
