#!/bin/sh
# The guests themselves, against QEMU's own `file` back end: what other tests take for granted.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests all smp-10000.rom smp-100000.rom


out=$tmp/out
file="file,id=dbg,path=$out"

# same NAME COMMAND...: is $out what the command prints?
same() {
    name=$1
    shift
    "$@" >"$tmp/want"
    ok "$name" cmp "$tmp/want" "$out"
}

accels=tcg
if have_kvm; then accels="tcg kvm"; else skip "the ROMs under KVM" "no usable KVM"; fi

for ACCEL in $accels; do
    for MACHINE in pc q35 isapc; do
        on="$ACCEL, $MACHINE"
        ends=0
        [ $MACHINE != isapc ] || ends=1

        run_rom pattern-1000 -chardev "$file"
        is $? $ends "pattern ends ($on)"
        same "pattern writes its bytes ($on)" guest_bytes pattern 1000

        run_rom flood-1000 -chardev "$file"
        is $? $ends "flood ends ($on)"
        same "flood writes its lines ($on)" guest_bytes flood 1000

        run_rom serial-20000 -chardev null,id=dbg -chardev "file,id=s,path=$out" -serial chardev:s
        is $? $ends "serial ends ($on)"
        same "serial writes its bytes ($on)" guest_bytes pattern 20000

        run_rom reset -chardev "$file"
        is $? $ends "reset ends ($on)"
        same "reset boots five times ($on)" printf 'boot %d\n' 1 2 3 4 5

        guest_bytes random 2 300000 >"$tmp/tail"
        { head -c 2560 /dev/zero; cat "$tmp/tail"; } >"$tmp/blob"
        run_rom fwcfg-pio -chardev "$file" -kernel "$tmp/blob" -append hello
        is $? $ends "fwcfg-pio ends ($on)"
        like "$(cat "$out")" "^kernel $(guest_bytes sum "$tmp/tail")\$" "fwcfg-pio reads the kernel ($on)"
        like "$(cat "$out")" '^cmdline 00000006 00000214$' "fwcfg-pio reads the command line ($on)"

        [ $MACHINE != isapc ] || continue
        for cpus in 1 4; do
            case $ACCEL in
            tcg) accel=tcg,thread=multi n=100000 ;;
            *) accel=$ACCEL n=10000 ;;
            esac
            ACCEL=$accel run_rom smp-$n -smp $cpus -chardev "$file"
            is $? 0 "smp ends with $cpus CPUs ($on)"
            ok "smp: each of $cpus CPUs writes its bytes ($on)" \
                guest_bytes check-smp "$out" $cpus $n
        done
    done
done

ACCEL=tcg
for MACHINE in pc q35; do
    run_rom pattern-1000 -chardev null,id=dbg -chardev "pipe,id=q,path=$tmp/none" 2>/dev/null
    is $? 1 "QEMU's own failure is seen ($MACHINE)"

    mkfifo "$tmp/qmp.in" "$tmp/qmp.out"
    cat "$tmp/qmp.out" >"$tmp/qmp.log" &
    printf '{"execute":"qmp_capabilities"}\n{"execute":"cont"}\n' >"$tmp/qmp.in" &
    run_rom pattern-1000 -S -chardev null,id=dbg -chardev "pipe,id=q,path=$tmp/qmp" -mon chardev=q,mode=control
    is $? 0 "a guest powers off under a monitor ($MACHINE)"
    wait
    like "$(cat "$tmp/qmp.log")" 'SHUTDOWN.*"guest": true.*guest-shutdown' "it is a guest shutdown ($MACHINE)"
    rm "$tmp/qmp.in" "$tmp/qmp.out"
done

MACHINE=pc
run_rom pattern -chardev "$file"
is $? 0 "the whole pattern ends"
same "the whole pattern: 2,000,000 bytes" guest_bytes pattern 2000000

start_rom flood -chardev "$file"
ok "flood runs on" wait_for 10 sh -c "[ \$(wc -c <$out) -gt 100000 ]"
stop_qemu KILL
is $? 137 "flood ends only when killed"
ok "what it wrote is a prefix" guest_bytes check-flood "$out"

QEMU_TIMEOUT=1 run_rom flood -chardev null,id=dbg 2>/dev/null
is $? 124 "a guest without end is stopped"

for MACHINE in pc q35; do
    run_rom fwcfg-pio -m 128 -kernel "$guests/vmlinuz" -initrd "$guests/initrd-small" -chardev "$file"
    is $? 0 "fwcfg-pio ends with a real kernel ($MACHINE)"
    like "$(cat "$out")" "^initrd $(guest_bytes sum "$guests/initrd-small")\$" "fwcfg-pio reads the initrd ($MACHINE)"
    for dma in on off; do
        boot_linux -chardev "$file" -global fw_cfg.dma_enabled=$dma
        is $? 0 "Linux boots and powers off ($MACHINE, DMA $dma)"
        like "$(cat "$tmp/serial.log")" '^bootstamp guest: init' "its init runs ($MACHINE, DMA $dma)"
        like "$(cat "$out")" 'SeaBIOS \(version' "the firmware writes to the debug port ($MACHINE, DMA $dma)"
    done
done
INITRD=$guests/initrd-small boot_linux -chardev "$file"
is $? 0 "Linux boots with the small initrd"

ok "the large initrd is one" test "$(wc -c <"$guests/initrd")" -ge 34000000
ok "guests up to date are left alone" test -z "$("$src/tests/guests/make-guests.sh" "$guests/")"
done_testing
