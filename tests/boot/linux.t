#!/bin/sh
# A real boot: stock SeaBIOS, Debian's kernel, an initrd of more than 30 MB.
# All ten milestones, in the order they happened, and the fw_cfg copies, with
# fw_cfg's DMA and without.
. "$(dirname "$0")/../lib.sh"
need_guests linux
RUN="$BOOTSTAMP run --"

kernel_bytes=$(stat -c %s "$guests/vmlinuz")
initrd_bytes=$(stat -c %s "$guests/initrd")

# Today's option ROMs copy the initrd before the kernel.
want="Start
Run
BIOS post
BIOS int 19
BIOS boot OS
LinuxBoot copy initrd
LinuxBoot copy kernel
LinuxBoot boot OS
Shutdown request
Stop"

check_boot() {
    how=$1
    machine=$2
    shift 2
    capture=$tmp/$machine-$how.bst
    MACHINE=$machine boot_linux \
        -chardev "timestamp,id=dbg,path=$capture" "$@"
    is $? 0 "$machine, $how: the guest powers off"
    is "$(milestones "$capture")" "$want" "$machine, $how: all ten milestones, in order"
    is "$(milestone_times "$capture" | sort -n -s)" "$(milestone_times "$capture")" "$machine, $how: the times never step back"
    is "$(copied "$capture" initrd)" "$initrd_bytes $how" "$machine, $how: the whole initrd by $how"
    # QEMU takes the real-mode part off the kernel: setup is its own item.
    setup_bytes=$(copied "$capture" setup | cut -d' ' -f1)
    is "$(copied "$capture" kernel)" "$((kernel_bytes - setup_bytes)) $how" "$machine, $how: the whole kernel by $how"
    like "$("$BOOTSTAMP" phases "$capture")" "Shutdown request .*guest-shutdown" "$machine, $how: the cause of the shutdown"
    like "$("$BOOTSTAMP" info "$capture")" "^lost  *0 bytes, 0 other" "$machine, $how: nothing is lost"
}

check_boot DMA q35
check_boot PIO q35 -global fw_cfg.dma_enabled=off
check_boot DMA pc

# Progress of a copy by PIO is told in steps, not once, and not for each read.
steps=$("$BOOTSTAMP" export --events "$tmp/q35-PIO.bst" | grep -c 'fw_cfg 0x0012 read up to')
ok "PIO: the initrd's progress comes in steps of 4 KiB ($steps)" \
    test "$steps" -ge $((initrd_bytes / 4096)) -a "$steps" -le $((initrd_bytes / 4096 + 2))

# Two chardevs on one file: two streams on one clock.
boot_linux -chardev "timestamp,id=dbg,path=$tmp/two.bst" \
    -chardev "timestamp,id=ser,path=$tmp/two.bst" -device isa-serial,chardev=ser,index=1
like "$("$BOOTSTAMP" info "$tmp/two.bst")" "dbg \(isa-debugcon 0x402\)" "the front end of the first stream is known"
like "$("$BOOTSTAMP" info "$tmp/two.bst")" "ser \(isa-serial 0x2f8\)" "and that of the second"
done_testing
