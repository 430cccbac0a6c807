#!/bin/sh
# -chardev timestamp: its options and errors, and every front end.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests reset.rom pattern-1000.rom serial-20000.rom flood.rom flood-1000.rom linux
RUN="$BOOTSTAMP run -q --"
XDG_RUNTIME_DIR=$tmp/run
export XDG_RUNTIME_DIR
mkdir -m 700 "$tmp/run"
cd "$tmp" || exit 1

raw() { "$BOOTSTAMP" export --format raw "$@"; }
printf 'boot %d\n' 1 2 3 4 5 >boots
guest_bytes pattern 1000 >pattern.want

# refuses ERE CHARDEV [QEMU ARGS]: QEMU ends with 1 before the guest starts, and says why
refuses() {
    ere=$1 chardev=$2
    shift 2
    run_rom reset "$@" -chardev "$chardev" -chardev file,id=guest,path=guest.out \
        -device isa-debugcon,iobase=0x502,chardev=guest 2>/dev/null
    is $? 1 "refused: $chardev"
    like "$(cat qemu.log)" "^qemu-system.*: -chardev $chardev: .*$ere" "it says why"
}

# Built in, it is as QEMU's own: what is for another back end is not looked at.
if ! LC_ALL=C grep -qa chardev-timestamp "$(command -v "$QEMU")"; then
    refuses "invalid option 'server'" timestamp,id=dbg,path=x.bst,server=on
    refuses "invalid option 'host'" timestamp,id=dbg,host=a
fi
refuses "nvalid parameter 'colour'" timestamp,id=dbg,colour=red
refuses "path is empty" timestamp,id=dbg,path=
refuses "append=on needs path=" timestamp,id=dbg,append=on
refuses "append" timestamp,id=dbg,path=x.bst,append=perhaps
refuses "size" timestamp,id=dbg,path=x.bst,size=big
refuses "size=1024 is too small" timestamp,id=dbg,path=x.bst,size=1K
refuses "size=0 is too small" timestamp,id=dbg,path=x.bst,size=0
refuses "none/x.bst: .*No such file" timestamp,id=dbg,path=none/x.bst
refuses "none/x.bst: .*No such file" timestamp,id=dbg,path=none/x.bst,append=on
refuses "chardev 'other' not found" timestamp,id=dbg,path=x.bst,chardev=other
refuses "cannot pass its bytes on to itself" timestamp,id=dbg,path=x.bst,chardev=dbg
ok "nothing was created by these" test ! -e x.bst

mkdir folder
mkfifo fifo
ln -s target link.bst
echo "my thesis" >thesis
head -c 5000 /dev/zero >zeros
refuses "folder: .*(Is a directory|not a regular file)" timestamp,id=dbg,path=folder
refuses "fifo: .*not a regular file" timestamp,id=dbg,path=fifo
refuses "/dev/null: .*not a regular file" timestamp,id=dbg,path=/dev/null
refuses "link.bst: .*symbolic link" timestamp,id=dbg,path=link.bst
refuses "thesis: .*not a capture" timestamp,id=dbg,path=thesis
refuses "thesis: .*not a capture" timestamp,id=dbg,path=thesis,append=on
refuses "zeros: .*not a capture" timestamp,id=dbg,path=zeros
is "$(cat thesis)" "my thesis" "the file is as it was"
ok "the link's target was not made" test ! -e target
ok "the zeros as well" sh -c 'head -c 5000 /dev/zero | cmp - zeros'

if [ "$(id -u)" = 0 ]; then
    # root may write anywhere: a file that nobody may change instead
    if : >fixed && chattr +i fixed 2>/dev/null; then
        refuses "fixed: .*(not permitted|denied)" timestamp,id=dbg,path=fixed
        chattr -i fixed
    else
        skip "an unwritable file" "root, and no chattr +i here"
    fi
else
    mkdir -m 500 closed
    refuses "closed/x.bst: .*Permission denied" timestamp,id=dbg,path=closed/x.bst
fi

# --- in use
start_rom flood -chardev timestamp,id=dbg,path=used.bst,size=1M
QEMU_TIMEOUT=20 refuses "used.bst: is in use by another QEMU" timestamp,id=dbg,path=used.bst
QEMU_TIMEOUT=20 refuses "used.bst: is in use by another QEMU" timestamp,id=dbg,path=used.bst,append=on
like "$("$BOOTSTAMP" info used.bst)" '^state +live' "the one that writes it goes on"
stop_qemu
raw used.bst >got
ok "what it wrote is whole" guest_bytes check-flood got
run_rom reset -chardev timestamp,id=dbg,path=used.bst
is $? 0 "afterwards it is free"
raw used.bst >got
ok "and written anew" cmp boots got
is "$(stat -c %a used.bst)" 600 "captures are private"
ok "the guest did not start in any of these" test ! -s guest.out

# --- append=on, size=
run_rom reset -chardev timestamp,id=dbg,path=new.bst,append=on
is $? 0 "append=on makes a file that is not there"
is "$(raw new.bst | wc -l)" 5 "and writes it"
run_rom flood-1000 -chardev timestamp,id=dbg,path=cap.bst,size=64K
is $? 0 "size=64K"
ok "the file is no larger" test "$(stat -c %s cap.bst)" -le 65536
lost=$(info_number cap.bst lost)
kept=$(raw cap.bst | wc -c)
is "$((lost + kept))" 9000 "every byte is kept or counted as lost"
guest_bytes flood 1000 | head -c "$kept" >want
raw cap.bst >got
ok "the newest are lost" cmp want got
ok "many are kept" test "$kept" -gt 3000
ok "the text tells of it" sh -c '"$BOOTSTAMP" export cap.bst | grep -q -e "-- $1 bytes .* lost"' - "$lost"
like "$("$BOOTSTAMP" phases cap.bst)" '^Stop ' "the end is there all the same"

# --- chardev=ID2
run_rom pattern-1000 -chardev file,id=next,path=next.out -chardev timestamp,id=dbg,path=p.bst,chardev=next
is $? 0 "chardev=ID2"
ok "the other back end gets every byte" cmp pattern.want next.out
raw p.bst >got
ok "so does the capture" cmp pattern.want got
run_rom pattern-1000 -chardev timestamp,id=a,path=p.bst -chardev timestamp,id=dbg,path=p.bst,chardev=a
is $? 0 "a timestamp chardev behind another"
run_rom reset -chardev timestamp,id=dbg,path=x.bst,chardev=late -chardev null,id=late 2>/dev/null
is $? 1 "ID2 must come first"
like "$(cat qemu.log)" "Put -chardev .*id=late before" "the message says so"
run_rom reset -chardev file,id=next,path=next.out -chardev timestamp,id=dbg,path=x.bst,chardev=next \
    -device isa-debugcon,iobase=0x502,chardev=next 2>/dev/null
is $? 1 "ID2 with a front end of its own is refused"
like "$(cat qemu.log)" "'next' is (already )?in use" "by QEMU, as it refuses two front ends"

# --- QEMU's own options
run_rom pattern-1000 -chardev timestamp,id=dbg,path=l.bst,logfile=log.out
is $? 0 "logfile="
ok "the log has every byte" cmp pattern.want log.out
raw l.bst >got
ok "the capture too" cmp pattern.want got
run_rom pattern-1000 -chardev timestamp,id=dbg,path=l.bst,logfile=log.out,logappend=on
is "$(stat -c %s log.out)" 2000 "logappend=on"
run_rom pattern-1000 -chardev timestamp,id=dbg,path=m.bst,mux=on
is $? 0 "mux=on"
raw m.bst >got
ok "the capture has every byte" cmp pattern.want got
run_rom serial-20000 -chardev timestamp,id=dbg,path=m.bst,mux=on -serial chardev:dbg
is $? 0 "mux=on, two front ends"
is "$(raw m.bst | wc -c)" 20000 "the capture has every byte"
run_rom reset -chardev timestamp,id=dbg,path=a,,b.bst
is "$?$(raw a,b.bst | wc -l)" 05 "a comma in the path"

# --- front ends
run_rom serial-20000 -chardev timestamp,id=dbg,path=s.bst -chardev timestamp,id=ser,path=s.bst -serial chardev:ser
is $? 0 "-serial"
guest_bytes pattern 20000 >want
raw --stream ser s.bst >got
ok "-serial: every byte" cmp want got
like "$("$BOOTSTAMP" info s.bst)" 'ser \(isa-serial 0x3f8\), 20000 bytes' "-serial: info knows the front end"
run_rom pattern-1000 -chardev timestamp,id=dbg,path=one.bst -chardev timestamp,id=two,path=two.bst \
    -device isa-debugcon,iobase=0x502,chardev=two
is "$?$(raw one.bst | wc -c)$(raw two.bst | wc -c)" 010000 "two chardevs, two captures"
like "$("$BOOTSTAMP" phases two.bst)" '^Shutdown request' "both tell of the VM"
# -debugcon takes a chardev with the id "debugcon" only.
$RUN "$QEMU" -M pc -accel tcg -m 32 -nodefaults -display none -bios "$guests/pattern-1000.rom" \
    -chardev timestamp,id=debugcon,path=d.bst -debugcon chardev:debugcon -global isa-debugcon.iobase=0x402 >log 2>&1 </dev/null
is $? 0 "-debugcon"
raw d.bst >got
ok "-debugcon: every byte" cmp pattern.want got
if [ "$(qemu-system-i386 --version 2>/dev/null)" = "$("$QEMU" --version)" ]; then
    QEMU=qemu-system-i386 run_rom pattern-1000 -chardev timestamp,id=dbg,path=i386.bst
    is $? 0 "qemu-system-i386"
    raw i386.bst >got
    ok "qemu-system-i386: every byte" cmp pattern.want got
    like "$("$BOOTSTAMP" info i386.bst)" '^machine .* i386, tcg' "info knows the architecture"
else
    skip "qemu-system-i386" "not installed in this version"
fi
$RUN "$QEMU" -M q35 -accel tcg -m 512 -nodefaults -display none -no-user-config -kernel "$guests/vmlinuz" \
    -initrd "$guests/initrd-small" -append "console=ttyS0 quiet panic=-1" -device virtio-serial-pci \
    -chardev timestamp,id=port,path=v.bst -device virtserialport,chardev=port,name=org.bootstamp \
    -chardev timestamp,id=ser,path=v.bst -serial chardev:ser -chardev timestamp,id=dbg,path=v.bst \
    -device isa-debugcon,iobase=0x402,chardev=dbg >log 2>&1 </dev/null
is $? 0 "virtserialport beside two others"
like "$("$BOOTSTAMP" info v.bst)" 'port \(virtserialport\), 0 bytes' "virtserialport: it is a stream"
like "$("$BOOTSTAMP" export --stream ser v.bst)" 'bootstamp guest: init' "the console is another"
like "$("$BOOTSTAMP" export --stream dbg v.bst)" 'SeaBIOS \(version' "the firmware a third"
# The monitor
printf 'info chardev\nquit\n' | $RUN "$QEMU" -M pc -accel tcg -m 32 -nodefaults -display none -S \
    -chardev timestamp,id=dbg,path=hmp.bst -chardev timestamp,id=by-default -monitor stdio >log 2>&1
like "$(cat log)" 'dbg: filename=timestamp:hmp\.bst' "info chardev shows the file"
like "$(cat log)" "by-default: filename=timestamp:$tmp/run/bootstamp/boot-.*\.bst" "also the default one"
printf 'chardev-add timestamp,id=hot,path=hot.bst\ninfo chardev\nchardev-remove hot\nquit\n' | $RUN "$QEMU" -M pc \
    -accel tcg -m 32 -nodefaults -display none -S -chardev timestamp,id=dbg,path=x.bst -monitor stdio >log 2>&1
like "$(cat log)" 'hot: filename=timestamp:hot\.bst' "hot plug"
like "$("$BOOTSTAMP" info hot.bst)" '^state +ended$' "and unplug"
like "$("$BOOTSTAMP" info hot.bst)" '^machine +pc-i440fx' "with the machine in it"

# No guest ran: nothing is left of a capture that nobody named
rm -rf "$tmp/run/bootstamp"
$RUN "$QEMU" -M pc -accel tcg -nodefaults -display none -chardev timestamp,id=dbg -device nosuch >log 2>&1
like "$(cat log)" "'nosuch' is not a valid device" "a wrong option"
is "$(ls "$tmp/run/bootstamp")" "" "no guest: no capture of a QEMU that did not start"
echo quit | $RUN "$QEMU" -M none -nodefaults -display none -chardev timestamp,id=dbg -monitor stdio >log 2>&1
is "$(ls "$tmp/run/bootstamp")" "" "no guest: none of -M none"
echo quit | $RUN "$QEMU" -M pc -accel tcg -nodefaults -display none -S -chardev timestamp,id=dbg -monitor stdio >log 2>&1
is "$(ls "$tmp/run/bootstamp")" "" "no guest: none of -S and quit"
printf 'cont\nquit\n' | $RUN "$QEMU" -M pc -accel tcg -nodefaults -display none -S -chardev timestamp,id=dbg \
    -monitor stdio >log 2>&1
is "$(find "$tmp/run/bootstamp" -name "*.bst" | wc -l)" 1 "one of a guest that ran"

# A monitor as the front end: it greets who is there, so ID2 must be one that is open
$RUN "$QEMU" -M pc -accel tcg -m 32 -nodefaults -display none -S -chardev file,id=n,path=mon.out \
    -chardev timestamp,id=mon,path=mon.bst,chardev=n -mon mon >log 2>&1 </dev/null &
qemu_job=$! qemu_pid=$!
ok "a monitor's output" wait_for 5 sh -c '"$BOOTSTAMP" export --format raw mon.bst 2>/dev/null | grep -q "QEMU.*monitor"'
stop_qemu

done_testing
