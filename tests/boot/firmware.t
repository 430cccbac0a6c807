#!/bin/sh
# Firmware as it is, recognised by the patterns of phases.conf alone: stock SeaBIOS, qboot and OVMF.  qboot and
# Debian's OVMF print nothing at the debug port: what they read of fw_cfg tells.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests linux
RUN="$BOOTSTAMP run -q --"
INITRD=$guests/initrd-small
MACHINE=q35
QEMU_TIMEOUT=120

# The first of these files that is there.
first_file() {
    for file; do
        [ ! -s "$file" ] || { echo "$file"; return; }
    done
}

# boot_linux has a serial port for its own log: another one for us, the kernel's console.
# boot CAPTURE QEMU ARGS
APPEND='console=ttyS1 panic=-1'
boot() {
    capture=$1
    shift
    boot_linux -chardev "timestamp,id=dbg,path=$capture" -chardev "timestamp,id=console,path=$capture" \
        -device isa-serial,chardev=console,index=1 "$@"
}

ends='Kernel start
User space start
Shutdown request
Stop'

boot "$tmp/seabios.bst"
is $? 0 "SeaBIOS: the guest powers off"
is "$(milestones "$tmp/seabios.bst")" "Start
Run
BIOS post
BIOS int 19
BIOS boot OS
LinuxBoot copy initrd
LinuxBoot copy kernel
LinuxBoot boot OS
$ends" "SeaBIOS: its phases, and the kernel's on the serial stream"

if [ -n "$(first_file /usr/share/qemu/qboot.rom /usr/share/qemu-kvm/qboot.rom)" ]; then
    boot "$tmp/qboot.bst" -bios qboot.rom
    is $? 0 "qboot: the guest powers off"
    is "$(milestones "$tmp/qboot.bst")" "Start
Run
qboot
qboot ACPI tables
qboot memory map
qboot SMBIOS tables
LinuxBoot copy kernel
LinuxBoot copy initrd
LinuxBoot boot OS
$ends" "qboot: its phases by what it reads of fw_cfg"
    # Without ACPI the guest cannot power off: it resets by a triple fault.
    MACHINE=microvm,acpi=off APPEND='console=ttyS0 quiet panic=-1 reboot=t guest_end=reboot' boot_linux -no-reboot \
        -bios qboot.rom -chardev "timestamp,id=dbg,path=$tmp/microvm.bst"
    is $? 0 "qboot, microvm: the guest ends"
    is "$(milestones "$tmp/microvm.bst" | head -n 4 | tr '\n' ,)" "Start,Run,qboot,qboot memory map," \
        "qboot, microvm: its phases"
else
    skip "qboot" "no qboot.rom"
fi

# A release build: everything without a word at the debug port.
code=$(first_file /usr/share/OVMF/OVMF_CODE_4M.fd /usr/share/OVMF/OVMF_CODE.fd)
if [ -n "$code" ]; then
    boot "$tmp/ovmf.bst" -drive "if=pflash,format=raw,readonly=on,file=$code"
    is $? 0 "OVMF: the guest powers off"
    is "$(milestones "$tmp/ovmf.bst" | grep '^EFI')" "EFI PEI
EFI DXE
EFI BDS
EFI boot OS" "OVMF, release build: its phases by what it reads of fw_cfg"
    is "$(milestones "$tmp/ovmf.bst" | tail -n 4)" "$ends" "OVMF: the kernel's phases"
    is "$("$BOOTSTAMP" export --format raw --stream dbg "$tmp/ovmf.bst" | wc -c)" 0 "OVMF, release build: it prints nothing"
else
    skip "OVMF" "the package ovmf is not installed"
fi

if [ -s "$build/firmware/OVMF_CODE.debug.fd" ]; then
    cp "$build/firmware/OVMF_VARS.debug.fd" "$tmp/vars.fd"
    boot "$tmp/debug.bst" -drive "if=pflash,format=raw,readonly=on,file=$build/firmware/OVMF_CODE.debug.fd" \
        -drive "if=pflash,format=raw,file=$tmp/vars.fd"
    is $? 0 "OVMF, debug build: the guest powers off"
    is "$(milestones "$tmp/debug.bst" | grep '^EFI')" "EFI SEC
EFI PEI
EFI DXE
EFI BDS
EFI boot OS
EFI ExitBootServices" "OVMF, debug build: its phases by its lines"
else
    skip "OVMF, debug build" "not built; run firmware-debug/ovmf-debug.sh"
fi

# A user's own file: further milestones, another text for one, a broken one.
mkdir -p "$tmp/config/bootstamp"
own=$tmp/config/bootstamp/phases.conf
cat >"$own" <<END
milestone Clock found
    stream console
    contains clocksource: Switched to
milestone BIOS post
    begins Found QEMU fw_cfg
END
XDG_CONFIG_HOME=$tmp/config
export XDG_CONFIG_HOME
like "$(milestones "$tmp/seabios.bst" | tr '\n' ,)" 'Kernel start,Clock found,User space' "a user's milestone is found"
"$BOOTSTAMP" export --stream dbg "$tmp/seabios.bst" | grep 'Found QEMU fw_cfg' | awk '{ print $1 }' >"$tmp/found"
like "$("$BOOTSTAMP" phases "$tmp/seabios.bst" | grep '^BIOS post')" "^BIOS post  *$(cat "$tmp/found") " \
    "a user's text for a milestone takes the place of the built-in one"
printf 'milestone Again\n    begin x\n' >"$own"
"$BOOTSTAMP" phases "$tmp/seabios.bst" >"$tmp/out" 2>"$tmp/err"
is $? 0 "an error in the user's file is a warning"
is "$(cat "$tmp/err")" "bootstamp: phases.conf: $own:2: 'begin' is not a keyword" "which names file and line"
done_testing
