#!/bin/sh
# Four vCPUs write bytes, probes and fw_cfg accesses into one capture at once: none lost but what is counted, none
# torn, each CPU's own in order.  (The same under the thread sanitizer: tests/unit/test-writer-threads.c.)
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
N=48000
need_guests smp-mix-$N.rom
RUN="$BOOTSTAMP run -q --"
cap=$tmp/capture.bst

# four NAME [QEMU ARGS]
four() {
    what=$1
    shift
    rm -f "$cap"
    run_rom smp-mix-$N -smp 4 -chardev "timestamp,id=dbg,path=$cap$limit" -device isa-bootprobe,chardev=dbg "$@"
    is $? 0 "$what: the guest ends"
    like "$("$BOOTSTAMP" info "$cap")" '^state +ended$' "$what: it ended in good order"
    ok "$what: all is there, or counted, and in order" perl "$src/tests/faults/check-mix.pl" "$cap" 4 $N
    diag "$what: $(cat "$tmp/ok.log")"
}
limit=''
ACCEL=tcg,thread=multi four "TCG, a thread per vCPU"
ACCEL=tcg,thread=single four "TCG, one thread"
limit=,size=1M
ACCEL=tcg,thread=multi four "TCG, a thread per vCPU, size=1M"
limit=''
if have_kvm; then
    ACCEL=kvm four "KVM"
else
    skip "KVM" "no KVM that boots a ROM"
fi
done_testing
