#!/bin/bash
# Firmware, boot loaders and kernels that nobody here wrote, on six architectures: rows, milestones, screens.
# Kernels of other architectures come from Debian's archive (tools/fetch-source.sh -a).
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/boot/package-guest.sh
. "$src/tests/boot/package-guest.sh"
command -v python3 >/dev/null || skip_all "no python3"

seconds=60
package_guest opensbi /usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin "" "OpenSBI U-Boot U-Boot_autoboot" qemu-system-riscv64 \
    -M virt -m 256 -kernel /usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin
package_guest u-boot-x86 /usr/lib/u-boot/qemu-x86/u-boot.rom "" "U-Boot U-Boot_autoboot" qemu-system-i386 -m 256 \
    -bios /usr/lib/u-boot/qemu-x86/u-boot.rom
package_guest u-boot-arm /usr/lib/u-boot/qemu_arm/u-boot.bin "" "U-Boot U-Boot_autoboot" qemu-system-arm -M virt -m 256 \
    -bios /usr/lib/u-boot/qemu_arm/u-boot.bin
package_guest slof /usr/share/qemu/slof.bin "" SLOF qemu-system-ppc64 -M pseries -m 512
package_guest openbios /usr/share/qemu/openbios-sparc32 "" OpenBIOS qemu-system-sparc -M SS-5 -m 64
package_guest memtest86+ /boot/memtest86+x64.bin "--screens ser" "" qemu-system-x86_64 -m 64 -vga std \
    -kernel /boot/memtest86+x64.bin -append 'console=ttyS0,115200 nosmp'
# It takes its time to begin where the machine is busy.
for back in 1 3 6; do
    at=$("$BOOTSTAMP" info "$tmp/memtest86+.bst" | row_value length | awk -v back=$back '{ print $1 - back }')
    like "$("$BOOTSTAMP" export -F screen --at "$at" "$tmp/memtest86+.bst")" 'Status: Testing' "memtest86+ $back s before the end: its screen"
done

# --- GRUB with a menu, from a CD by ISOLINUX's place
if command -v grub-mkrescue >/dev/null && command -v xorriso >/dev/null && [ -d /usr/lib/grub/i386-pc ]; then
    need_guests linux
    mkdir -p "$tmp/iso/boot/grub"
    cp "$guests/vmlinuz" "$guests/initrd-small" "$tmp/iso/boot/"
    cat >"$tmp/iso/boot/grub/grub.cfg" <<'END'
serial --unit=0 --speed=115200
terminal_input serial
terminal_output serial
set timeout=3
menuentry 'Debian test' {
    echo 'Loading Linux ...'
    linux /boot/vmlinuz console=ttyS0 panic=-1
    echo 'Loading initial ramdisk ...'
    initrd /boot/initrd-small
}
END
    ok "a CD with GRUB" grub-mkrescue -d /usr/lib/grub/i386-pc -o "$tmp/grub.iso" "$tmp/iso"
    QEMU_TIMEOUT=200 RUN="$BOOTSTAMP run -q --" lib_qemu -m 512 -cdrom "$tmp/grub.iso" -boot d \
        -chardev "timestamp,id=dbg,path=$tmp/grub.bst" -chardev "timestamp,id=ser,path=$tmp/grub.bst" -serial chardev:ser
    true_rows "$tmp/grub.bst" "GRUB and Linux" --screens ser
    "$BOOTSTAMP" phases "$tmp/grub.bst" >"$tmp/out"
    for milestone in 'BIOS boot OS' GRUB 'GRUB menu' 'GRUB loads kernel' 'GRUB loads initrd' 'Kernel start' 'User space start'; do
        like "$(cat "$tmp/out")" "^$milestone " "GRUB: $milestone"
    done
    menu=$("$BOOTSTAMP" phases "$tmp/grub.bst" | row_value 'GRUB menu' | head -n 1 | cut -d' ' -f1)
    like "$("$BOOTSTAMP" export -F screen --at "$(echo "$menu + 0.5" | bc)" "$tmp/grub.bst")" '\*Debian test' "GRUB's menu as a screen"
else
    skip "GRUB" "no grub-mkrescue"
fi

# --- Linux on other architectures
# foreign_linux ARCH PACKAGE KERNEL QEMU ARGUMENT...: packages of this release, or of $suite
foreign_linux() {
    local arch=$1 package=$2 kernel=$3 qemu=$4 depends fetch=("$src/tools/fetch-source.sh" ${suite:+-s "$suite"} -a "$1")
    shift 4
    command -v "$qemu" >/dev/null || { skip "$arch" "no $qemu"; return; }
    mkdir -p "$tmp/$arch/root/bin"
    if ! "${fetch[@]}" "$package" - "$tmp/$arch/meta" >"$tmp/fetch.log" 2>&1; then
        skip "$arch" "its packages are not to be had: $(tail -n 1 "$tmp/fetch.log")"
        return
    fi
    depends=$(sed -n 's/^Depends: \(linux-image-[^ ]*\) (= \([^)]*\)).*/\1 \2/p' "$tmp/$arch/meta/DEBIAN/control")
    # shellcheck disable=SC2086
    "${fetch[@]}" $depends "$tmp/$arch/kernel" >"$tmp/fetch.log" 2>&1
    "${fetch[@]}" busybox-static - "$tmp/$arch/box" >"$tmp/fetch.log" 2>&1
    cp "$tmp/$arch"/box/*bin/busybox "$tmp/$arch"/box/usr/bin/busybox "$tmp/$arch/root/bin/" 2>/dev/null
    cp "$src/tests/guests/init" "$tmp/$arch/root/init"
    chmod 755 "$tmp/$arch/root/init"
    (cd "$tmp/$arch/root" && find . | cpio -o -H newc 2>/dev/null) >"$tmp/$arch/initrd"
    # shellcheck disable=SC2086
    timeout 300 "$BOOTSTAMP" run -q -- "$qemu" -nodefaults -display none -no-reboot \
        -kernel "$tmp/$arch"/kernel/boot/$kernel -initrd "$tmp/$arch/initrd" \
        -chardev "timestamp,id=ser,path=$tmp/$arch.bst" "$@" </dev/null >"$tmp/qemu.log" 2>&1
    is $? 0 "$arch: Linux boots and powers off"
    true_rows "$tmp/$arch.bst" "$arch"
    "$BOOTSTAMP" phases "$tmp/$arch.bst" >"$tmp/out"
    like "$(cat "$tmp/out")" '^Kernel start ' "$arch: Kernel start"
    like "$(cat "$tmp/out")" '^User space start ' "$arch: User space start"
    [ "$arch" != riscv64 ] || like "$(cat "$tmp/out")" '^OpenSBI ' "$arch: OpenSBI"
}
foreign_linux s390x linux-image-s390x 'vmlinuz-*' qemu-system-s390x -M s390-ccw-virtio -m 512 \
    -append 'console=ttyS0 panic=-1' -device sclpconsole,chardev=ser
foreign_linux ppc64el linux-image-powerpc64le 'vmlinux-*' qemu-system-ppc64 -M pseries -m 1024 \
    -append 'console=hvc0 panic=-1' -serial chardev:ser
# Debian has riscv64 from 13 on.
suite=trixie foreign_linux riscv64 linux-image-riscv64 'vmlinux-*' qemu-system-riscv64 -M virt -m 1024 \
    -append 'console=ttyS0 panic=-1' -serial chardev:ser
done_testing
