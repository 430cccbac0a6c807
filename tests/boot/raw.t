#!/bin/sh
# The raw export is, byte for byte, what QEMU's own file back end records for
# the same deterministic guest: 2,000,000 bytes, all 256 values.
. "$(dirname "$0")/../lib.sh"
need_guests pattern.rom pattern-200000.rom smp.rom serial-20000.rom
guest_bytes pattern 2000000 >"$tmp/expected"

run_rom pattern -chardev "file,id=dbg,path=$tmp/file.out"
is $? 0 "the file back end records the guest"
RUN="$BOOTSTAMP run --"
run_rom pattern -chardev "timestamp,id=dbg,path=$tmp/a.bst"
is $? 0 "the timestamp back end records the guest"
ok "raw export" "$BOOTSTAMP" export --format raw -o "$tmp/raw.out" "$tmp/a.bst"
is "$(od -An -v -tx1 -w1 "$tmp/file.out" | sort -u | wc -l)" 256 "all 256 values are in the pattern"
ok "2,000,000 bytes: raw export = file back end" cmp "$tmp/raw.out" "$tmp/file.out"
ok "and both are what the guest was told to write" cmp "$tmp/raw.out" "$tmp/expected"
is "$("$BOOTSTAMP" export --format bytes "$tmp/a.bst" | wc -l)" 2000000 "bytes export: a line per byte"
"$BOOTSTAMP" export --format bytes "$tmp/a.bst" >"$tmp/bytes"
ok "bytes export: the stamps of one vCPU never step back" sort -nsc -k1,1 "$tmp/bytes"

# All of it passes through chardev=, and logfile= and mux=on stay QEMU's own.
run_rom pattern -chardev "file,id=next,path=$tmp/next.out" \
    -chardev "timestamp,id=dbg,path=$tmp/b.bst,chardev=next,logfile=$tmp/log.out"
ok "chardev=ID2 receives every byte in order" cmp "$tmp/next.out" "$tmp/expected"
ok "logfile= too" cmp "$tmp/log.out" "$tmp/expected"
"$BOOTSTAMP" export --format raw -o "$tmp/raw.out" "$tmp/b.bst"
ok "and so does the capture" cmp "$tmp/raw.out" "$tmp/expected"

run_rom pattern -chardev "timestamp,id=dbg,path=$tmp/m.bst,mux=on"
"$BOOTSTAMP" export --format raw -o "$tmp/raw.out" "$tmp/m.bst"
ok "mux=on: raw export is complete" cmp "$tmp/raw.out" "$tmp/expected"

run_rom serial-20000 -chardev "timestamp,id=dbg,path=$tmp/s.bst" \
    -chardev "timestamp,id=ser,path=$tmp/s.bst" -serial chardev:ser
guest_bytes pattern 20000 >"$tmp/expected.serial"
"$BOOTSTAMP" export --format raw --stream ser -o "$tmp/raw.out" "$tmp/s.bst"
ok "a UART: raw export of its stream is complete" cmp "$tmp/raw.out" "$tmp/expected.serial"

# Four vCPUs at once: every byte of each, in that CPU's order.
ACCEL=tcg,thread=multi run_rom smp -smp 4 -chardev "timestamp,id=dbg,path=$tmp/smp.bst"
"$BOOTSTAMP" export --format raw -o "$tmp/raw.out" "$tmp/smp.bst"
ok "four vCPUs: nothing is lost or swapped" guest_bytes check-smp "$tmp/raw.out" 4 100000

if have_kvm; then
    guest_bytes pattern 200000 >"$tmp/expected.kvm"
    ACCEL=kvm run_rom pattern-200000 -chardev "timestamp,id=dbg,path=$tmp/k.bst"
    "$BOOTSTAMP" export --format raw -o "$tmp/raw.out" "$tmp/k.bst"
    ok "KVM: raw export is complete" cmp "$tmp/raw.out" "$tmp/expected.kvm"
else
    skip "KVM: raw export is complete" "no KVM that runs a ROM"
fi
done_testing
