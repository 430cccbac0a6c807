#!/bin/bash
# Programs of Debian 12 that start QEMU, by the recipes of docs/launchers.md: without network, with TCG.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests linux grub

XDG_RUNTIME_DIR=$tmp/run
export XDG_RUNTIME_DIR HOME=$tmp
mkdir -m 700 "$tmp/run"
mkdir "$tmp/bin"
cd "$tmp" || exit 1

# The recipe: a wrapper, first in PATH by QEMU's own name, or named by an option or a variable
wrapper=$tmp/bin/qemu-system-x86_64
printf '#!/bin/sh\nexec %s run --if-fits --serial -- qemu-system-x86_64 "$@"\n' "$BOOTSTAMP" >"$wrapper"
chmod 755 "$wrapper"
captures() { find "$tmp/run/bootstamp" -name '*.bst' 2>/dev/null | sort; }
begin() {
    rm -rf "$tmp/run/bootstamp"
    command -v "$1" >/dev/null && return
    skip "$1" "not installed: apt-get install $2"
    return 1
}
# stream CAPTURE LABEL: its bytes
stream() { "$BOOTSTAMP" export --format raw --stream "$2" "$1" 2>/dev/null; }
# booted NAME MILESTONE: there is one capture, which has SeaBIOS's milestones and this one; sets $capture
booted() {
    capture=$(captures | tail -n 1)
    is "$(captures | wc -l)" 1 "$1: one capture"
    like "$("$BOOTSTAMP" phases "$capture")" '^BIOS boot OS ' "$1: with the firmware's milestones"
    like "$("$BOOTSTAMP" phases "$capture")" "^$2 " "$1: and $2"
    like "$("$BOOTSTAMP" info "$capture")" '^state +ended' "$1: it is ended"
}
tcg="-machine accel=tcg -cpu max"

if begin debvm-run debvm; then
    mkdir -p root/bin
    cp /bin/true root/bin/
    cp "$guests/vmlinuz" root/vmlinuz-1
    cp "$guests/initrd-small" root/initrd.img-1
    ln -s vmlinuz-1 root/vmlinuz
    ln -s initrd.img-1 root/initrd.img
    mke2fs -q -t ext4 -L debvm -d root rootfs.ext4 64M
    # shellcheck disable=SC2086
    PATH=$tmp/bin:$PATH timeout 300 debvm-run -i rootfs.ext4 -- $tcg -no-reboot >out 2>err </dev/null
    is $? 0 "debvm: the guest powers off" || diag "$(tail -n 5 err)"
    booted debvm 'User space start'
    stream "$capture" serial0 >serial
    ok "debvm: -nographic's console, which still goes to standard output" cmp serial out
fi

if begin mkosi mkosi; then
    truncate -s 8M image.raw
    cp "$guests/vmlinuz" image.vmlinuz
    cp "$guests/initrd-small" image.initrd
    echo console=ttyS0 panic=-1 >image.cmdline
    PATH=$tmp/bin:$PATH timeout 300 mkosi --bootable --distribution debian --format gpt_ext4 --output image.raw --qemu-headless \
        --qemu-kvm no --qemu-boot linux qemu -no-reboot >out 2>err </dev/null
    is $? 0 "mkosi qemu: the guest powers off" || diag "$(tail -n 5 err)"
    booted mkosi 'User space start'
    stream "$capture" serial0 >serial
    ok "mkosi: mon:stdio's console, which still goes to standard output" cmp serial out
fi

if begin packer packer; then
    cat >box.json <<END
{"builders": [{"type": "qemu", "qemu_binary": "$wrapper", "accelerator": "none", "headless": true, "disable_vnc": true,
  "iso_url": "$guests/grub.iso", "iso_checksum": "none", "disk_size": "16M", "format": "raw", "communicator": "none",
  "output_directory": "box", "vm_name": "disk", "shutdown_timeout": "5m", "qemuargs": [["-serial", "file:serial.log"],
  ["-smbios", "type=1,serial=halt"], ["-display", "none"], ["-boot", "d"]]}]}
END
    CHECKPOINT_DISABLE=1 timeout 400 packer build box.json >out 2>err </dev/null
    is $? 0 "packer: builds" || diag "$(tail -n 5 out err)"
    booted packer 'Shutdown request'
    stream "$capture" serial0 >serial
    ok "packer: the console, which still goes to its file" cmp serial serial.log
    like "$(cat serial)" 'Loading the initrd' "packer: GRUB's words"
fi

if begin guestfish libguestfs-tools; then
    ok "libguestfs: a kernel with modules" "$src/tests/guests/make-guests.sh" modules "$guests/"
    made=no
    # supermin looks into it whatever it is told.
    if [ ! -d /lib/modules ] && mkdir /lib/modules; then
        made=yes
    fi
    export SUPERMIN_KERNEL=$guests/generic/vmlinuz
    SUPERMIN_MODULES=$(echo "$guests"/generic/lib/modules/*)
    SUPERMIN_KERNEL_VERSION=${SUPERMIN_MODULES##*/}
    export SUPERMIN_MODULES SUPERMIN_KERNEL_VERSION LIBGUESTFS_CACHEDIR=$tmp LIBGUESTFS_BACKEND=direct
    export LIBGUESTFS_BACKEND_SETTINGS=force_tcg LIBGUESTFS_HV=$wrapper
    qemu-img create -q disk.img 16M
    is "$(timeout 600 guestfish -a disk.img run : list-devices 2>err </dev/null)" /dev/sda "libguestfs: its appliance works" ||
        diag "$(tail -n 5 err)"
    # The first time it asks QEMU what it can, by machines that run.
    rm -rf "$tmp/run/bootstamp"
    timeout 600 guestfish -a disk.img run : list-devices >out 2>err </dev/null
    booted libguestfs 'LinuxBoot boot OS'
    like "$(stream "$capture" serial0)" 'supermin: mounting /proc' "libguestfs: the console, which libguestfs reads by a socket"
    [ $made = no ] || rmdir /lib/modules 2>/dev/null
fi

if begin autopkgtest-virt-qemu autopkgtest; then
    ok "autopkgtest: a guest" "$src/tests/guests/make-guests.sh" autopkgtest "$guests/"
    # Its time limits are short: a second for a shell to answer.
    for turn in 1 2 3; do
        rm -rf "$tmp/run/bootstamp"
        (
            echo open
            sleep 1
            printf 'close\nquit\n'
        ) | timeout 500 autopkgtest-virt-qemu --timeout-reboot 300 -q "$wrapper" --qemu-options="$tcg" "$guests/autopkgtest.iso" \
            >out 2>err && break
        diag "turn $turn: $(tail -n 1 err)"
    done
    like "$(paste -sd ' ' out)" '^ok ok /[^ ]* ok$' "autopkgtest: open and close are answered" || diag "$(tail -n 5 err)"
    booted autopkgtest 'Login prompt'
    like "$(stream "$capture" serial0)" 'guest login: ' "autopkgtest: the console that it waits for by a socket"
    like "$(stream "$capture" serial1)" 'python3 is /bin/python3' "autopkgtest: and the one of its shell"
fi
done_testing
