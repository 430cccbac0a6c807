#!/bin/sh
# Ways of running QEMU that could get in the way of a preloaded back end, a
# helper thread or a mapped file: each boots and leaves a whole capture.
. "$(dirname "$0")/../lib.sh"
need_guests pattern-1000.rom
guest_bytes pattern 1000 >"$tmp/expected"

# whole NAME QEMU-BINARY OPTION...: the capture has every byte of the guest
whole() {
    name=$1
    qemu=$2
    shift 2
    if ! command -v "$qemu" >/dev/null; then
        skip "$name" "no $qemu"
        return
    fi
    rm -f "$tmp/x.bst" "$tmp/raw"
    timeout -k 5 60 "$BOOTSTAMP" run -q -c "$tmp/x.bst" -- "$qemu" "$@" -M pc -m 32 \
        -nodefaults -display none -bios "$guests/pattern-1000.rom" </dev/null >"$tmp/log" 2>&1
    # -daemonize: the parent is back before the guest is done
    wait_for 20 sh -c '"$0" info "$1" 2>/dev/null | grep -q "^state  *ended$"' "$BOOTSTAMP" "$tmp/x.bst"
    "$BOOTSTAMP" export --format raw -o "$tmp/raw" "$tmp/x.bst"
    ok "$name" cmp "$tmp/raw" "$tmp/expected" || sed 's/^/# /' "$tmp/log" >&2
}

q='qemu-system-x86_64'
whole "qemu-system-i386, which Debian starts by a shell script" qemu-system-i386 -accel tcg
whole "-daemonize" $q -accel tcg -daemonize
whole "-sandbox on and all that it can deny" $q -accel tcg \
    -sandbox on,spawn=deny,resourcecontrol=deny,obsolete=deny,elevateprivileges=deny
whole "-overcommit mem-lock=on" $q -accel tcg -overcommit mem-lock=on
if [ "$(id -u)" = 0 ]; then
    mkdir "$tmp/empty"
    # -runas and -chroot, from QEMU 9 and 10 on -run-with
    if $q -help | grep -q '^-run-with.*user='; then
        whole "-run-with user=nobody" $q -accel tcg -run-with user=nobody
        whole "-run-with chroot=, an empty folder" $q -accel tcg -run-with "chroot=$tmp/empty"
    else
        whole "-runas nobody" $q -accel tcg -runas nobody
        whole "-chroot, into an empty folder" $q -accel tcg -chroot "$tmp/empty"
    fi
else
    skip "-runas nobody" "not root"
    skip "-chroot, into an empty folder" "not root"
fi
whole "-icount" $q -icount shift=0,sleep=off
whole "record" $q -icount shift=auto,rr=record,rrfile="$tmp/rr"
# QEMU 7.2's replay of so short a guest ends before its first byte every now
# and then, with a stock file back end as well (13 of 40 times): what counts is
# that the capture has what QEMU's own log of that run has.
wrong=0
tries=10
while [ $tries -gt 0 ]; do
    tries=$((tries - 1))
    rm -f "$tmp/y.bst" "$tmp/raw" "$tmp/rlog"
    timeout 60 "$BOOTSTAMP" run -q -- $q -icount shift=auto,rr=replay,rrfile="$tmp/rr" -M pc -m 32 \
        -nodefaults -display none -bios "$guests/pattern-1000.rom" \
        -chardev "timestamp,id=d,path=$tmp/y.bst,logfile=$tmp/rlog" \
        -device isa-debugcon,iobase=0x402,chardev=d </dev/null >"$tmp/log" 2>&1
    "$BOOTSTAMP" export --format raw -o "$tmp/raw" "$tmp/y.bst"
    cmp -s "$tmp/raw" "$tmp/rlog" || wrong=$((wrong + 1))
    cmp -s "$tmp/raw" "$tmp/expected" && break
done
is $wrong 0 "replay: the capture has what QEMU's own log has"
ok "replay: and the whole guest, once QEMU replays it" cmp "$tmp/raw" "$tmp/expected"
# shellcheck disable=SC3045 # dash and bash have it
ulimit -S -v 3000000
whole "little address space" $q -accel tcg,tb-size=64
# shellcheck disable=SC3045
ulimit -S -v unlimited
truncate -s 1M "$tmp/disk.raw"
whole "-snapshot, with a raw disk" $q -accel tcg -snapshot -drive "if=ide,format=raw,file=$tmp/disk.raw"
whole "-action reboot=shutdown,panic=pause,watchdog=pause" $q -accel tcg -action reboot=shutdown,panic=pause,watchdog=pause

# A QEMU without modules exports nothing: a clear word, not a crash.
if command -v qemu-system-x86_64-microvm >/dev/null; then
    "$BOOTSTAMP" run -q -c "$tmp/m.bst" -- qemu-system-x86_64-microvm -M microvm -nodefaults \
        -display none </dev/null >"$tmp/log" 2>&1
    is $? 1 "a QEMU without modules ends with status 1"
    like "$(cat "$tmp/log")" "^bootstamp: .*built without modules" "and is told why"
fi

# fw_cfg by MMIO, and a UART that is not a PC's.
efi=/usr/share/qemu-efi-aarch64/QEMU_EFI.fd
if command -v qemu-system-aarch64 >/dev/null && [ -f $efi ]; then
    timeout -k 5 60 "$BOOTSTAMP" run -q -- qemu-system-aarch64 -M virt -cpu cortex-a57 -m 512 \
        -nodefaults -display none -bios $efi -chardev "timestamp,id=s,path=$tmp/a.bst" \
        -serial chardev:s </dev/null >"$tmp/log" 2>&1 &
    job=$!
    wait_for 40 sh -c '"$0" export "$1" 2>/dev/null | grep -q "BdsDxe"' "$BOOTSTAMP" "$tmp/a.bst"
    kill $job
    wait $job 2>/dev/null
    like "$("$BOOTSTAMP" export "$tmp/a.bst")" "UEFI firmware" "aarch64: the firmware's lines by a pl011"
    like "$("$BOOTSTAMP" phases "$tmp/a.bst")" "^etc/acpi/tables .* DMA" "aarch64: fw_cfg by DMA through MMIO"
    like "$("$BOOTSTAMP" phases --all "$tmp/a.bst")" "^signature .* PIO" "aarch64: fw_cfg by its MMIO data register"
else
    skip "aarch64" "no qemu-system-aarch64 with firmware"
fi
done_testing
