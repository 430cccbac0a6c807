#!/bin/sh
# How much of POST is in no stage: each kind of machine and device, both versions of SeaBIOS, by instructions and,
# where it runs firmware, under KVM.  There the host's clock tells, so a busy host can make a share larger.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests pattern-1000.rom
firmware=$build/firmware
"$src/firmware-debug/build-seabios.sh" >"$tmp/build.log" 2>&1 ||
    skip_all "cannot build SeaBIOS: $(tail -n 1 "$tmp/build.log")"
RUN="$BOOTSTAMP run -q --"
# A boot sector that powers the machine off
perl -e 'print pack("H*", "faba0406b80020eff4ebfd"), "\0" x 499, "\x55\xaa", "\0" x 1048064' >"$tmp/off.img"

# devices KIND: QEMU's arguments
devices() {
    case $1 in
    VGA) echo -device VGA ;;
    NVMe) echo -drive "file=$tmp/off.img,format=raw,if=none,id=x,snapshot=on" -device nvme,serial=n,drive=x ;;
    USB) echo -device qemu-xhci -device usb-kbd -device usb-tablet ;;
    PXE) echo -netdev user,id=n -device e1000,netdev=n ;;
    CPUs) echo -smp 4 ;;
    all) echo "$(devices VGA) $(devices NVMe) $(devices USB) $(devices PXE) $(devices CPUs)" ;;
    esac
}

# matrix NAME IMAGE CLOCK [QEMU ARGS]
matrix() {
    name=$1 image=$2 clock=$3
    shift 3
    for machine in pc q35; do
        for kind in nothing VGA NVMe USB PXE CPUs all; do
            # shellcheck disable=SC2046
            MACHINE=$machine QEMU_TIMEOUT=200 lib_qemu -m 64 -bios "$image" -device isa-bootprobe,chardev=dbg "$@" \
                -drive "file=$tmp/off.img,format=raw,if=ide,snapshot=on" $(devices "$kind") \
                -chardev "timestamp,id=dbg,path=$tmp/boot.bst"
            share=$("$BOOTSTAMP" phases --clock "$clock" "$tmp/boot.bst" |
                sed -n 's/^  unnamed .* \([0-9.]*\)%$/\1/p' | head -n 1)
            ok "$name, $machine, $kind: $share% of POST is in no stage" test "${share%.*}" -lt 5
        done
    done
}

for dir in "$firmware" "$firmware/newest"; do
    [ -s "$dir/bios-probes.bin" ] || { skip "$dir" "not built"; continue; }
    ACCEL=tcg matrix "${dir##*/}, by instructions" "$dir/bios-probes.bin" virtual \
        -icount shift=3,sleep=off -rtc clock=vm,base=2026-01-01
    if have_kvm; then
        ACCEL=kvm matrix "${dir##*/}, KVM" "$dir/bios-probes.bin" host
    else
        skip "${dir##*/}, KVM" "KVM does not work here"
    fi
done
done_testing
