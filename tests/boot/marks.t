#!/bin/sh
# bootmark in a real initrd: user space is marked on the probe port also when the kernel is quiet.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests marks
RUN="$BOOTSTAMP run -q --"
cat "$guests/initrd-small" "$guests/bootmark.cpio" >"$tmp/initrd"
INITRD=$tmp/initrd

boot_linux -chardev "timestamp,id=dbg,path=$tmp/marks.bst" -device isa-bootprobe,chardev=dbg
is $? 0 "the guest powers off"
probes=$("$BOOTSTAMP" export --format json "$tmp/marks.bst" | grep '"type":"probe"')
is "$(echo "$probes" | wc -l)" 1 "one probe is written"
like "$probes" '"id":49,' "it is the start of user space"
like "$("$BOOTSTAMP" phases "$tmp/marks.bst")" '^User space start ' "which is a milestone, with a quiet kernel too"

# The argument is the kernel's clock: the kernel started between the jump into it and the mark.
jump=$("$BOOTSTAMP" export --format json "$tmp/marks.bst" | grep fwcfg_dma_end | tail -n 1 |
    sed 's/.*"time_ns":\([0-9]*\),.*/\1/')
mark=$(echo "$probes" | sed 's/.*"time_ns":\([0-9]*\),.*/\1/')
uptime=$(echo "$probes" | sed 's/.*"arg":\([0-9]*\),.*/\1/')
ok "its argument is the kernel's clock ($uptime ms, $(((mark - jump) / 1000000)) ms after the jump)" \
    test "$uptime" -gt 0 -a "$uptime" -le $(((mark - jump) / 1000000 + 1000))

# The same guest in a machine without the device: it says so, and goes on.
boot_linux -chardev "timestamp,id=dbg,path=$tmp/without.bst"
is $? 0 "without the device the guest powers off as well"
like "$(cat "$tmp/serial.log")" 'bootmark: no isa-bootprobe in this machine' "bootmark says what is missing"
done_testing
