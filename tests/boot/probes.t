#!/bin/sh
# Firmware with probes, booted for real: SeaBIOS of this release and the newest one, under TCG and, where it
# runs firmware, KVM.  The probes agree with the stock log, spans nest, and lines by address carry the same text
# as bytes.  Where the device is missing the firmware is silent; hostile addresses are refused.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests linux suspend.elf
firmware=$build/firmware
"$src/firmware-debug/build-seabios.sh" >"$tmp/build.log" 2>&1 ||
    skip_all "cannot build SeaBIOS: $(tail -n 1 "$tmp/build.log")"
RUN="$BOOTSTAMP run -q --"

# A disk whose boot sector powers the machine off: out 0x2000 to PM1a_CNT at 0x604, which SeaBIOS placed there.
truncate -s 1M "$tmp/off.img"
printf '\372\272\004\006\270\000\040\357\364\353\375' | dd of="$tmp/off.img" conv=notrunc status=none
printf '\125\252' | dd of="$tmp/off.img" bs=1 seek=510 conv=notrunc status=none

# boot_bios CAPTURE BIOS QEMU ARGS: from that disk
boot_bios() {
    capture=$1
    lib_bios=$2
    shift 2
    lib_qemu -m "${MEM:-64}" -bios "$lib_bios" -drive "file=$tmp/off.img,format=raw,if=ide,snapshot=on" \
        -chardev "timestamp,id=dbg,path=$capture" "$@"
    lib_status $?
}

# The table of probes without its times, which are decimals
without_times() { sed 's/  *[0-9]*\.[0-9]\{6\}\( .*\)\{0,1\}$//'; }
probe_names() { "$BOOTSTAMP" phases "$1" | sed -n '/^Probe/,/^$/p' | sed '1d;$d' | without_times; }
# Milestones that a probe reported
by_probe() { "$BOOTSTAMP" phases "$1" | grep '%  \(.*, \)\{0,1\}probe$' | without_times; }
raw() { "$BOOTSTAMP" export --format raw --stream dbg "$1"; }
# Answers of several lines as one, numbers without their zeros
on_one_line() { tr '\n' ' ' | sed 's/  */ /g; s/0x0*\([0-9a-f]\)/\1/g; s/^ *//'; }
with_commas() { tr '\n' ,; }

# --- stages and nesting

# Every span that is over lies inside the one above it; times come from the events export, which has them all.
check_nesting() { "$BOOTSTAMP" export --format text --events "$1" | "$src/tests/boot/check-nesting.pl"; }

stages="BIOS post
  unlock shadow RAM
  memory map, relocation
  interfaces
  PCI
  SMM, MTRRs, CPUs
  SMBIOS tables
  ACPI tables
  timers
  TPM
  VGA option ROM scan
  device setup
  wait for devices
  option ROM scan
  boot menu
  prepare boot
  lock shadow RAM
  clear low memory
  unnamed
BIOS int 19
boot attempt 0
  BIOS boot OS 0x80"

# The share of POST that is in no stage, out of the table of probes: percents
unnamed() { sed -n 's/^  unnamed .* \([0-9.]*\)%$/\1/p' | head -n 1; }

# check_stages NAME BIOS THREAD [QEMU ARGS]
check_stages() {
    name=$1 bios=$2 thread=$3 capture=$tmp/stages.bst
    shift 3
    boot_bios "$capture" "$bios" -device isa-bootprobe,chardev=dbg "$@"
    is $? 0 "$name: the guest powers off"
    ok "$name: spans nest, threads end" check_nesting "$capture"
    is "$(probe_names "$capture" | grep -v '    | \|^    ')" "$stages" \
        "$name: every stage is there"
    like "$(probe_names "$capture")" '^    Legacy option rom$' "$name: an option ROM's run is inside a stage, by name"
    like "$(probe_names "$capture")" "^    \\| $thread" "$name: device threads run side by side, with the address"
    like "$(probe_names "$capture")" '^    \| ps2_keyboard_setup$' "$name: or without one"
    like "$("$BOOTSTAMP" phases "$capture")" '^boot attempt 0 .* no end' "$name: the attempt that succeeds does not end"
    is "$(by_probe "$capture")" \
        "BIOS post
BIOS int 19
BIOS boot OS" "$name: the milestones say that probes told of them"
}

check_stages "SeaBIOS" "$firmware/bios-probes.bin" 'ata_detect 00:01.1'
MACHINE=q35 check_stages "SeaBIOS, q35" "$firmware/bios-probes.bin" 'ahci_port_detect 00:1f.2'
check_stages "SeaBIOS, level 8" "$firmware/bios-probes-debug8.bin" 'ata_detect 00:01.1'
check_stages "SeaBIOS, NVMe and USB" "$firmware/bios-probes.bin" 'nvme_controller_setup 00:03.0' \
    -device nvme,serial=n,addr=3 -device qemu-xhci -device usb-kbd
if [ -s "$firmware/newest/bios-probes.bin" ]; then
    newest=$(strings -n 8 "$firmware/newest/bios-probes.bin" | grep -m 1 -o 'rel-[0-9.]*\|1\.[0-9.]*-debian')
    check_stages "newest SeaBIOS (${newest:-?})" "$firmware/newest/bios-probes.bin" 'ata_detect 00:01.1'
else
    skip "newest SeaBIOS" "the mirror did not have its source"
fi

# --- against the stock log, one vCPU

# time_of CAPTURE MILESTONE
time_of() { "$BOOTSTAMP" phases "$1" | sed -n "2,/^\$/s/^$2  *\([0-9.]*\) .*/\1/p" | head -n 1; }

# The same boot tells both: the log by lines, the probes by records.  The probe's own milestone replaces the line's,
# so the lines are looked up in the log.
line_time() { "$BOOTSTAMP" export --format text "$1" | grep -m 1 -F "$2" | grep -o '^ *[0-9.]*'; }
# Seconds with six decimals, as microseconds
within_ms() {
    [ -n "$1" ] && [ -n "$2" ] || return 1
    apart=$((1$(echo "$1" | tr -d ' .') - 1$(echo "$2" | tr -d ' .')))
    [ "${apart#-}" -lt 1000 ]
}

agrees() { ok "$1" within_ms "$(time_of "$capture" "$2")" "$(line_time "$capture" "$3")"; }
agree() {
    name=$1 capture=$2
    agrees "$name: BIOS post within 1 ms of the log" 'BIOS post' 'SeaBIOS (version'
    agrees "$name: BIOS int 19 too" 'BIOS int 19' 'enter handle_19'
    agrees "$name: BIOS boot OS too" 'BIOS boot OS' 'Booting from 0000:'
}

boot_bios "$tmp/lines.bst" "$firmware/bios-probes.bin" -device isa-bootprobe,chardev=dbg
agree "TCG, lines" "$tmp/lines.bst"
boot_bios "$tmp/bytes.bst" "$firmware/bios-probes.bin" -device isa-bootprobe,chardev=dbg,lines=off
agree "TCG, bytes" "$tmp/bytes.bst"

# --- lines by address: the same text in the same order

# same_times CAPTURE CAPTURE: from the first byte of a line to that of the next, on the guest's own clock.  (From
# the start of the boot it is later by bytes, since each costs the guest some instructions.)
same_times() {
    for capture in "$@"; do
        "$BOOTSTAMP" export --format bytes --clock virtual "$capture" |
            perl -ane 'print "$F[0]\n" if !$inside; $inside = $F[1] ne "0x0a"' >"$capture.times"
    done
    paste "$1.times" "$2.times" |
        perl -ane '$late = $F[0] - $F[1];
            abs($late - ($before // $late)) < 1e6 or die "line $.: @F\n";
            $before = $late;
            END { $. > 40 or die "$. lines\n" }'
}

# by_icount CAPTURE BIOS [QEMU ARGS]: the same boot runs alike each time, whatever the host does.  It finds no disk,
# since a disk's answers come when the host has them, and ends by a reset.
by_icount() {
    capture=$1 bios=$2
    shift 2
    ACCEL=tcg lib_qemu -m 64 -bios "$bios" -icount shift=3,sleep=off -rtc clock=vm,base=2026-01-01 \
        -boot reboot-timeout=1 -no-reboot -chardev "timestamp,id=dbg,path=$capture" "$@"
    lib_status $?
}

# same_lines NAME BIOS [QEMU ARGS]: by address and by bytes
same_lines() {
    name=$1 bios=$2
    shift 2
    for lines in on off; do
        by_icount "$tmp/$lines.bst" "$bios" -device "isa-bootprobe,chardev=dbg,lines=$lines" "$@"
        is $? 0 "$name, lines=$lines: the guest powers off"
        raw "$tmp/$lines.bst" >"$tmp/$lines.raw"
    done
    ok "$name: lines carry what bytes carry, in the same order" cmp "$tmp/on.raw" "$tmp/off.raw"
    ok "$name: each line is within 1 ms of its first byte by bytes" same_times "$tmp/on.bst" "$tmp/off.bst"
    share=$("$BOOTSTAMP" phases --clock virtual "$tmp/on.bst" | unnamed)
    ok "$name: at most 5% of POST is in no stage ($share)" test "${share%.*}" -lt 5
}

same_lines "level 1" "$firmware/bios-probes.bin"
cp "$tmp/off.raw" "$tmp/probes-off.raw"
for level in 1 8; do
    [ $level = 1 ] || same_lines "level 8" "$firmware/bios-probes-debug8.bin"
    # Lines are collected once there is memory for them.
    early=$(perl -0777 -ne '/.*^(Relocating|malloc) init.*?\n/ms and print length $&' "$tmp/on.raw")
    writes=$("$BOOTSTAMP" export --format bytes "$tmp/on.bst" | cut -d' ' -f1 | uniq | wc -l)
    ok "level $level: $(wc -c <"$tmp/on.raw") bytes came in $writes writes, $early of them before there is memory" \
        test $((writes - early)) -lt $((3 * $(wc -l <"$tmp/on.raw") / 2)) -a "${early:-9999}" -lt 1000
done
ok "level 8: there is much of it" test "$(wc -c <"$tmp/on.raw")" -gt 20000
# A VGA BIOS writes bytes of its own, and takes its time to write to the screen.
same_lines "level 8, VGA" "$firmware/bios-probes-debug8.bin" -device VGA
ok "level 8, VGA: the VGA BIOS has its say" grep -q 'Start SeaVGABIOS' "$tmp/on.raw"

# The newest SeaBIOS, and a machine with all that has a stage; tests/slow/seabios-stages.t tries each alone.
if [ -s "$firmware/newest/bios-probes-debug8.bin" ]; then
    same_lines "newest, level 8, VGA" "$firmware/newest/bios-probes-debug8.bin" -device VGA
    ok "newest: the VGA BIOS has its say" grep -q 'Start SeaVGABIOS' "$tmp/on.raw"
else
    skip "newest SeaBIOS, lines" "the mirror did not have its source"
fi
MACHINE=q35 by_icount "$tmp/full.bst" "$firmware/bios-probes.bin" -device isa-bootprobe,chardev=dbg -smp 4 -device VGA \
    -device nvme,serial=n -device qemu-xhci -device usb-kbd -netdev user,id=n -device e1000,netdev=n
share=$("$BOOTSTAMP" phases --clock virtual "$tmp/full.bst" | unnamed)
ok "q35 with four CPUs, VGA, NVMe, USB, PXE: at most 5% of POST is in no stage ($share)" test "${share%.*}" -lt 5

# --- without the device

# Where it is elsewhere the firmware does not find it, and fw_cfg is the same.
by_icount "$tmp/without.bst" "$firmware/bios-probes.bin" -device isa-bootprobe,chardev=dbg,iobase=0x704
is $? 0 "without the device: the guest powers off"
raw "$tmp/without.bst" >"$tmp/without.raw"
ok "without the device: the same debug output" cmp "$tmp/without.raw" "$tmp/probes-off.raw"
# Whoever listens there instead hears nothing.
boot_bios "$tmp/other.bst" "$firmware/bios-probes.bin" -chardev "file,id=other,path=$tmp/other" \
    -device isa-debugcon,iobase=0x404,chardev=other -chardev "file,id=line,path=$tmp/line" \
    -device isa-debugcon,iobase=0x408,chardev=line
is "$?$(cat "$tmp/other" "$tmp/line")" 0 "without the device: nothing is written to its ports"

# The stock firmware and its own probes: same milestones, the log as a source
boot_bios "$tmp/stock.bst" bios-256k.bin
is "$(by_probe "$tmp/stock.bst")" "" "stock SeaBIOS: no milestone by probe"

# Without a debug port too it tells its stages by what it reads; where the probes tell them it does not.  A file of
# one's own that leaves out the guard shows both, within 2 ms of each other on the guest's clock.
lib_qemu_without_port() {
    timeout 60 "$BOOTSTAMP" run -q -- "$QEMU" -M pc -accel tcg -no-user-config -nodefaults -display none -m 64 \
        -drive "file=$tmp/off.img,format=raw,if=ide,snapshot=on" -chardev "timestamp,id=dbg,path=$1" </dev/null >"$tmp/qemu.log" 2>&1
}
stages_of() { "$BOOTSTAMP" phases "$@" | sed -n '2,/^$/p' | grep '^  ' | without_times; }
lib_qemu_without_port "$tmp/silent.bst"
is "$(stages_of "$tmp/silent.bst")" "  BIOS PCI
  BIOS CPUs
  BIOS SMBIOS tables
  BIOS ACPI tables
  BIOS option ROM scan
  BIOS boot menu" "stock SeaBIOS, no debug port: its stages"
like "$("$BOOTSTAMP" phases "$tmp/silent.bst")" '^  BIOS boot menu +[0-9.]+ +-$' \
    "the last of them has no end: what follows is not the firmware's"
is "$(stages_of "$tmp/stages.bst")" "" "SeaBIOS with probes: none of them twice"
mkdir -p "$XDG_CONFIG_HOME/bootstamp"
printf 'milestone %s\n    stage\n    fwcfg %s\n' 'BIOS PCI' etc/boot-fail-wait 'BIOS CPUs' 0x0005 \
    'BIOS SMBIOS tables' 0x8002 'BIOS ACPI tables' etc/table-loader 'BIOS boot menu' 0x000e >"$XDG_CONFIG_HOME/bootstamp/phases.conf"
# start NAME: of the stage or span with that name
start() { "$BOOTSTAMP" phases --clock virtual "$tmp/off.bst" | sed -n "s/^  $1  *\([0-9.]*\) .*/\1/p" | head -n 1; }
for pair in 'BIOS PCI:PCI' 'BIOS CPUs:SMM, MTRRs, CPUs' 'BIOS SMBIOS tables:SMBIOS tables' 'BIOS ACPI tables:ACPI tables' \
    'BIOS boot menu:boot menu'; do
    ok "${pair%:*}: within 2 ms of its probe" perl -e 'exit !(@ARGV == 2 && abs($ARGV[0] - $ARGV[1]) < 0.002)' -- \
        "$(start "${pair%:*}")" "$(start "${pair#*:}")"
done
rm -r "$XDG_CONFIG_HOME/bootstamp"

# --- the whole way, with option ROMs where they are built

if [ -s "$firmware/linuxboot_dma.bin" ]; then
    RUN="$BOOTSTAMP run -q --probes --" boot_linux -chardev "timestamp,id=dbg,path=$tmp/linux.bst"
    is $? 0 "run --probes: the guest powers off"
    like "$(by_probe "$tmp/linux.bst" | with_commas)" '^BIOS post,BIOS int 19,BIOS boot OS,.*LinuxBoot boot OS,' \
        "run --probes: milestones from post to the kernel by probe"
    like "$(probe_names "$tmp/linux.bst" | with_commas)" 'boot attempt 0,  BIOS boot OS,.*copy initrd [0-9]* KiB,.*copy kernel [0-9]* KiB,' \
        "run --probes: the option ROM's copies with their sizes, inside the boot attempt"
else
    skip "run --probes" "the option ROMs are not built"
fi

# --- SeaBIOS's header and ours

# values_of: of the names on standard input, by the header whose text is in the file
values_of() {
    while read -r name; do
        value=$(printf '%s\n' "$(cat "$1")" "$name" | gcc -E -P -DBOOTPROBE_CONSTANTS_ONLY -x c - | tail -n 1)
        # shellcheck disable=SC2004 # it may be an expression
        echo "$name $(($value))"
    done
}

for version in "$src"/firmware-debug/seabios/*; do
    sed -n '/^+++ b.src.std.bootprobe.h/,/^diff/s/^+//p' "$version"/0002-*.patch | sed '/include/d; /^++/d' >"$tmp/std.h"
    sed -n 's/^#define \(BOOTPROBE_[A-Z0-9_]*\) .*/\1/p' "$tmp/std.h" >"$tmp/names"
    ok "SeaBIOS ${version##*/}: its header has the numbers" test "$(wc -l <"$tmp/names")" -gt 40
    values_of "$tmp/std.h" <"$tmp/names" >"$tmp/theirs"
    values_of "$src/capture/probe.h" <"$tmp/names" >"$tmp/ours"
    ok "SeaBIOS ${version##*/}: they are those of probe.h" cmp "$tmp/theirs" "$tmp/ours"
done

# --- the device: what it refuses, by QEMU's own test protocol

# probe_qtest CAPTURE DEVICE OPTIONS <commands: its answers, one a line
probe_qtest() {
    {
        cat
        # S5, as rom.inc has it
        printf '%s\n' 'outl 0xcf8 0x80000b40' 'outl 0xcfc 0x601' 'outl 0xcf8 0x80000b80' 'outl 0xcfc 1' 'outw 0x604 0x2000'
    } | timeout 30 "$BOOTSTAMP" run -q -- "$QEMU" -S -M pc -accel tcg -m 32 -nodefaults -display none \
        -chardev "timestamp,id=dbg,path=$1" -device "isa-bootprobe,chardev=dbg$2" -qtest stdio -qtest-log /dev/null 2>"$tmp/qtest.log" |
        sed -n 's/^OK *\(.*\)/\1/p'
}

# The line register after an address: 105 is fine, 107 refused.  The I/O APIC's first register looks like a length.
try() { printf 'outl 0x408 %s\ninl 0x408\n' "$1"; }
# named LENGTH KIND FLAGS UNIT RESERVED ARGUMENT NAME: a named probe, in hexadecimal digits but for the length
named() {
    length=$1
    shift
    bytes=$(printf '%02x000001' "$length")$(printf %s "$@")
    printf 'write 0x1000 0x%x 0x%s\n' $((${#bytes} / 2)) "$bytes"
    try 0x1000
}
answers=$(probe_qtest "$tmp/qtest.bst" "" <<END
inl 0x404
inb 0x404
inb 0x405
inb 0x406
inb 0x407
inw 0x404
inb 0x408
inl 0x408
outb 0x404 0x41
outw 0x404 0x5578
outl 0x404 0xabcdef81
outb 0x405 0x11
outl 0x401 0x51515151
outl 0x402 0x52525252
outw 0x403 0x5353
outl 0x405 0x54545454
outw 0x405 0x5555
outl 0x406 0x1000
inl 0x402
inw 0x403
inl 0x405
inw 0x405
inl 0x406
write 0x1000 0xa 0x0600000068656c6c6f0a
$(try 0x1000)
$(try 0)
$(try 0xa0000)
$(try 0x2000000)
writel 0xfec00000 5
$(try 0xfec00000)
$(try 0xfee00020)
$(try 0x80000000)
$(try 0xfffffff0)
$(try 0xfffffffc)
$(try 0xfffffffe)
$(try 0xffffffff)
$(try 0x1fffffe)
writel 0x1fffffc 1
$(try 0x1fffffc)
writel 0x1fffff0 13
$(try 0x1fffff0)
write 0x1fffff0 0x10 0x0c00000065646765206f662052414d0a
$(try 0x1fffff0)
writel 0x1000 0
$(try 0x1000)
writel 0x1000 4097
$(try 0x1000)
writel 0x1000 0xffffffff
$(try 0x1000)
write 0x2001 0x9 0x05000000656e640a0a
$(try 0x2001)
$(named 13 40 00 02 00 0010000000000000 61)
$(named 14 80 00 02 00 0010000000000000 6100)
$(named 76 00 01 00 00 0000000000000000 "$(printf '62%.0s' $(seq 64))")
$(named 12 40 00 00 00 0000000000000000 61)
$(named 77 40 00 00 00 0000000000000000 "$(printf '62%.0s' $(seq 65))")
$(named 14 40 00 00 00 0000000000000000 6100)
$(named 13 41 00 00 00 0000000000000000 61)
$(named 13 c0 00 00 00 0000000000000000 61)
$(named 13 40 02 00 00 0000000000000000 61)
$(named 13 40 00 04 00 0000000000000000 61)
$(named 13 40 00 00 01 0000000000000000 61)
writel 0x1000 0x02000001
$(try 0x1000)
writel 0x1000 0x00010001
$(try 0x1000)
$(for key in $(seq 32 63); do printf 'outw 0x510 %d\n' "$key"; done)
END
)
refused_13=$(printf '107 %.0s' $(seq 13))
refused_10=$(printf '107 %.0s' $(seq 10))
unaligned='ffffffff ffff ffffffff ffff ffffffff'
is "$(echo "$answers" | on_one_line)" \
    "50545342 42 53 54 50 ffff ff 105 $unaligned 105 ${refused_13}105 107 107 107 105 105 107 105 $refused_10" \
    "ports: the signature, and each hostile address is refused and says so"
is "$(raw "$tmp/qtest.bst")" "hello
edge of RAM
end" "what is refused leaves no byte, what is not is there"
is "$("$BOOTSTAMP" export --format text --events "$tmp/qtest.bst" | sed -n 's/.*-- probe //p')" "0x41 argument 0x0
0x78 argument 0x55
0x81 argument 0xabcdef
begin a argument 0x1000
$(printf 'b%.0s' $(seq 64)) argument 0x0" "probes of 8, 16 and 32 bits, and by name; beside the port, and unaligned, there is none"
like "$("$BOOTSTAMP" export --format text --events "$tmp/qtest.bst")" 'is 16 bytes: etc/bootprobe' "a guest finds the port by fw_cfg"
moved=$(printf '%s\n' 'inl 0x404' 'inl 0x704' 'inl 0x708' 'outl 0x708 0x1000' 'inl 0x708' |
    probe_qtest "$tmp/moved.bst" ,iobase=0x704,lines=off)
is "$(echo "$moved" | on_one_line)" "ffffffff 50545342 104 106 " "iobase= and lines=off"

# refused NAME MESSAGE DEVICE OPTIONS...
refused() {
    name=$1 message=$2
    shift 2
    lib_qemu -S -m 32 -chardev "timestamp,id=dbg,path=$tmp/refused.bst" -chardev null,id=nul -chardev null,id=mux,mux=on "$@"
    is $? 1 "$name: QEMU ends"
    like "$(cat "$tmp/qemu.log")" "$message" "$name: it says why"
}
refused "no chardev" 'isa-bootprobe: chardev= is missing' -device isa-bootprobe
refused "a chardev that is not there" "isa-bootprobe: chardev 'nix' not found" -device isa-bootprobe,chardev=nix
refused "another back end" "isa-bootprobe: chardev 'nul' is not a timestamp chardev" -device isa-bootprobe,chardev=nul
refused "another back end with mux=on" "isa-bootprobe: chardev 'mux' is not a timestamp chardev" -device isa-bootprobe,chardev=mux
refused "an odd port" 'isa-bootprobe: iobase=0x405 ' -device isa-bootprobe,chardev=dbg,iobase=0x405
refused "a port past the end" 'isa-bootprobe: iobase=0xfffc ' -device isa-bootprobe,chardev=dbg,iobase=0xfffc
refused "a machine without ISA" "isa-bootprobe.*(No 'ISA' bus|not a valid device)" -M none -device isa-bootprobe,chardev=dbg

# Bytes of a line go the whole way: logfile=, chardev=ID2, also behind mux=on.
for mux in off on; do
    lib_qemu -m 64 -bios "$firmware/bios-probes.bin" -drive "file=$tmp/off.img,format=raw,if=ide,snapshot=on" \
        -chardev "file,id=next,path=$tmp/next.log" \
        -chardev "timestamp,id=dbg,path=$tmp/way.bst,mux=$mux,logfile=$tmp/way.log,chardev=next" -device isa-bootprobe,chardev=dbg
    is $? 0 "mux=$mux: the guest powers off"
    "$BOOTSTAMP" export --format raw "$tmp/way.bst" >"$tmp/way.raw"
    ok "mux=$mux: chardev=ID2 receives the lines" cmp "$tmp/next.log" "$tmp/way.raw"
    ok "mux=$mux: logfile= too" cmp "$tmp/way.log" "$tmp/way.raw"
    like "$(by_probe "$tmp/way.bst" | with_commas)" '^BIOS post,BIOS int 19,BIOS boot OS,$' "mux=$mux: the probes are there"
done

# The back end goes while the device stays: the firmware's next boot is not captured, and that is all.
{
    sleep 1
    echo 'chardev-remove dbg'
    echo system_reset
    sleep 1
    echo quit
} | timeout 30 "$BOOTSTAMP" run -q -- "$QEMU" -M pc -accel tcg -m 64 -nodefaults -display none \
    -bios "$firmware/bios-probes.bin" -chardev "timestamp,id=dbg,path=$tmp/removed.bst" -device isa-bootprobe,chardev=dbg \
    -monitor stdio >"$tmp/monitor.log" 2>&1
is $? 0 "chardev-remove, then a boot with probes and lines: QEMU goes on"
like "$("$BOOTSTAMP" export --format text --events "$tmp/removed.bst" | tail -n 1)" 'back end removed' "the capture ends with the removal"

# --- the guest's path: no system call for a probe or a line

# calls N: of the vCPU thread, for N probes and N lines
calls() {
    rm -f "$tmp"/trace.*
    RUN="strace -ff -o $tmp/trace $BOOTSTAMP run -q --" run_rom "probe-$1" -name g,debug-threads=on \
        -chardev "timestamp,id=dbg,path=$tmp/calls.bst" -device isa-bootprobe,chardev=dbg >/dev/null
    file=$(grep -l 'PR_SET_NAME, "CPU 0/TCG"' "$tmp"/trace.* | head -n 1)
    [ -n "$file" ] && wc -l <"$file"
}
if strace -o /dev/null true 2>/dev/null; then
    "$src/tests/guests/make-guests.sh" probe-1000.rom probe-20000.rom "$guests/" >/dev/null
    n=$(($(calls 1000) * -1 + $(calls 20000)))
    ok "19,000 more probes and lines: no call for them ($n in all, as threads race)" test "$n" -lt 100
    is "$(raw "$tmp/calls.bst" | grep -cx probe)" 20000 "every line is in the capture"
    is "$("$BOOTSTAMP" export --format text --events "$tmp/calls.bst" | grep -c 'probe 0x38 argument 0x123456')" 20000 \
        "and every probe"
else
    skip "system calls for a probe" "strace may not trace here"
fi

# --- int 19h again, S3, no debug port

# check_s3 NAME BIOS: sleeps, is woken by the monitor and powers off
check_s3() {
    name=$1 bios=$2
    rm -f "$tmp/monitor" "$tmp/s3.bst"
    lib_qemu -m 64 -bios "$bios" -kernel "$guests/suspend.elf" -chardev "timestamp,id=dbg,path=$tmp/s3.bst" \
        -device isa-bootprobe,chardev=dbg -monitor "unix:$tmp/monitor,server=on,wait=off" &
    job=$!
    wait_for 30 sh -c '"$BOOTSTAMP" phases "$1" 2>/dev/null | grep -q "^Suspended"' - "$tmp/s3.bst"
    # The record comes before QEMU is in that state: what wakes too early is refused.
    while kill -0 $job 2>/dev/null; do
        perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new($ARGV[0]) or exit; print $s "system_wakeup\n"; $s->flush; <$s>' "$tmp/monitor"
        sleep 0.3
    done
    wait $job
    is $? 0 "$name, S3: woken, the guest powers off"
    like "$(raw "$tmp/s3.bst" | with_commas)" 'kernel: asleep,.*Jump to resume vector \(8000\),w,$' "$name, S3: by its resume vector"
    like "$(probe_names "$tmp/s3.bst" | with_commas)" ',BIOS resume,resume vector 0x8000,$' "$name, S3: the probes of the resume"
    is "$("$BOOTSTAMP" phases "$tmp/s3.bst" | grep -c '^BIOS resume .*no end')" 0 "$name, S3: its span ends"
    is "$("$BOOTSTAMP" phases "$tmp/s3.bst" | sed '/^Probe/,$d' | grep -c '^BIOS resume ')" 1 "$name, S3: one row, though a line says so too"
}

attempt="BIOS int 19,boot attempt 0,  BIOS boot OS 0x80,"
# A boot sector that calls int 19h three times, then powers off
perl -e 'print pack("H*", "31c08ed8ff060006833e0006047302cd19ba0406b80020eff4ebfd"), "\0" x 483, "\x55\xaa", "\0" x 1048064' >"$tmp/again.img"
for dir in "$firmware" "$firmware/newest"; do
    [ -e "$dir/bios-probes.bin" ] || { skip "int 19h, S3: $dir" "not built"; continue; }
    what="${dir##*/} SeaBIOS"
    cp "$tmp/off.img" "$tmp/off.bak"
    cp "$tmp/again.img" "$tmp/off.img"
    boot_bios "$tmp/again.bst" "$dir/bios-probes.bin" -device isa-bootprobe,chardev=dbg
    is $? 0 "$what, int 19h again: the guest powers off"
    cp "$tmp/off.bak" "$tmp/off.img"
    ok "$what, int 19h again: spans nest" check_nesting "$tmp/again.bst"
    is "$(probe_names "$tmp/again.bst" | sed -n '/^BIOS int 19/,$p' | with_commas)" \
        "$attempt$attempt$attempt$attempt" \
        "$what, int 19h again: an attempt ends before the next"
    is "$("$BOOTSTAMP" phases "$tmp/again.bst" | grep -c '^boot attempt 0 .*no end')" 1 "$what, int 19h again: only the last is open"

    # shellcheck disable=SC2086
    timeout -k 5 60 $RUN "$QEMU" -M pc -accel tcg -m 64 -no-user-config -nodefaults -display none -bios "$dir/bios-probes.bin" \
        -drive "file=$tmp/off.img,format=raw,if=ide,snapshot=on" -chardev "timestamp,id=dbg,path=$tmp/mute.bst" \
        -device isa-bootprobe,chardev=dbg </dev/null >"$tmp/qemu.log" 2>&1
    is "$(raw "$tmp/mute.bst" | wc -c | tr -d ' ')" 0 "$what, no debug port: no lines either"
    like "$(by_probe "$tmp/mute.bst" | with_commas)" '^BIOS post,BIOS int 19,BIOS boot OS,' "$what, no debug port: the probes are there"
    check_s3 "$what" "$dir/bios-probes.bin"
done
MACHINE=q35 check_s3 "SeaBIOS, q35" "$firmware/bios-probes.bin"

# --- nothing to boot: the firmware says how long it waits, and that it resets the machine

resets() { "$BOOTSTAMP" phases "$tmp/fail.bst" 2>/dev/null | grep -c '^Reset '; }
twice() { [ "$(resets)" -ge 2 ]; }
for dir in "$firmware" "$firmware/newest"; do
    [ -e "$dir/bios-probes.bin" ] || { skip "no boot: $dir" "not built"; continue; }
    what="${dir##*/} SeaBIOS, nothing to boot"
    rm -f "$tmp/fail.bst"
    lib_qemu -m 64 -bios "$dir/bios-probes.bin" -boot reboot-timeout=50 -qmp "unix:$tmp/qmp,server=on,wait=off" \
        -chardev "timestamp,id=dbg,path=$tmp/fail.bst" -device isa-bootprobe,chardev=dbg &
    job=$!
    ok "$what: it tries again" wait_for 30 twice
    "$src/tests/faults/qmp.pl" "$tmp/qmp" quit >/dev/null
    wait $job
    like "$(probe_names "$tmp/fail.bst" | with_commas)" \
        'boot attempt 0,boot attempt 1,no bootable device, retry in 50 ms,firmware resets,-- reset,BIOS post,' "$what: the probes"
    is "$("$BOOTSTAMP" phases "$tmp/fail.bst" | grep -c '^-- reset')" "$(resets)" "$what: a reset is one row"
    is "$(milestones "$tmp/fail.bst" | grep -c '^BIOS boot OS')" 0 "$what: no milestone says that it boots"
done

# --- machines whose memory is not one region, and whose image is of 128 KiB

for machine in isapc microvm; do
    MACHINE=$machine RUN="$BOOTSTAMP run -q --probes --" lib_qemu -m 64 -boot reboot-timeout=1 -no-reboot \
        -chardev "timestamp,id=dbg,path=$tmp/small.bst"
    is $? 0 "$machine, run --probes: its own image boots"
    like "$(probe_names "$tmp/small.bst" | with_commas)" '^BIOS post,.*  clear low memory,  unnamed,.*firmware resets,$' "$machine: the probes"
    if [ $machine = isapc ] && grep -q 'DEBUG_IO=n' "$firmware"/source/seabios-[0-9]*/debian/rules; then
        skip "$machine: lines" "Debian 13 configures images of 128 KiB without debug output"
        continue
    fi
    writes=$("$BOOTSTAMP" export --format bytes "$tmp/small.bst" | cut -d' ' -f1 | uniq | wc -l)
    ok "$machine: lines are taken ($writes writes of $(raw "$tmp/small.bst" | wc -c) bytes)" \
        test $((writes * 3)) -lt "$(raw "$tmp/small.bst" | wc -c)"
done

# --- KVM

if have_kvm; then
    ACCEL=kvm QEMU_TIMEOUT=180 boot_bios "$tmp/kvm.bst" "$firmware/bios-probes.bin" -device isa-bootprobe,chardev=dbg
    is $? 0 "KVM: the guest powers off"
    ok "KVM: spans nest, threads end" check_nesting "$tmp/kvm.bst"
    like "$(raw "$tmp/kvm.bst" | with_commas)" '^SeaBIOS \(version [^,]*,BUILD: [^,]*,.*Jump|SeaBIOS \(version.*enter handle_19' "KVM: the log is whole"
    ACCEL=kvm QEMU_TIMEOUT=180 check_s3 "KVM" "$firmware/bios-probes.bin"
    MACHINE=q35 ACCEL=kvm QEMU_TIMEOUT=180 check_s3 "KVM, q35" "$firmware/bios-probes.bin"
else
    skip "KVM" "no KVM that runs a ROM"
fi
done_testing
