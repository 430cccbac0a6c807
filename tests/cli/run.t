#!/bin/sh
# bootstamp run: what it adds and when, whose status and signals these are.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests reset.rom flood.rom pattern-1000.rom

XDG_RUNTIME_DIR=$tmp/run
export XDG_RUNTIME_DIR
mkdir -m 700 "$tmp/run"
cd "$tmp" || exit 1

# A QEMU that prints its command line instead
mkdir bin
for name in qemu-system-x86_64 qemu-system-i386 qemu-system-aarch64 kvm; do
    printf '#!/bin/sh\nprintf "%%s\\n" "$@"\n' >"bin/$name"
    chmod +x "bin/$name"
done

# adds NAME CHARDEV DEVICE QEMU [ARGS]: does run add a chardev (yes, no), a device (yes, no)?
adds() {
    name=$1 chardev=$2 device=$3
    shift 3
    PATH=$tmp/bin:$PATH "$BOOTSTAMP" run --capture x.bst -- "$@" >out 2>err
    got=no
    ! grep -qx 'timestamp,id=bootstamp,path=x.bst' out || got=yes
    is $got "$chardev" "$name: chardev: $chardev"
    got=no
    ! grep -qx 'isa-debugcon,iobase=0x402,chardev=bootstamp' out || got=yes
    is $got "$device" "$name: device: $device"
    case $chardev:$device in
    yes:yes) like "$(cat err)" 'added -chardev timestamp,id=bootstamp,path=x.bst -device isa-debugcon,iobase=0x402,chardev=bootstamp$' "$name: it says so" ;;
    yes:no) like "$(cat err)" 'added -chardev timestamp,id=bootstamp,path=x.bst$' "$name: it says so" ;;
    esac
}

adds "a plain command line" yes yes qemu-system-x86_64 -m 1G
adds "no arguments" yes yes qemu-system-x86_64
adds "a path to QEMU" yes yes "$tmp/bin/qemu-system-x86_64"
adds "i386" yes yes qemu-system-i386
adds "the name kvm" yes yes kvm
for machine in q35 pc pc-i440fx-7.2 isapc microvm type=q35 q35,accel=tcg accel=tcg smm=off,type=q35 accel=kvm:tcg; do
    adds "-M $machine" yes yes qemu-system-x86_64 -M $machine
done
adds "--machine q35" yes yes qemu-system-x86_64 --machine q35
adds "two -machine" yes yes qemu-system-x86_64 -machine none -machine q35
adds "-M none" yes no qemu-system-x86_64 -M none
adds "a type and then more" yes no qemu-system-x86_64 -machine none -machine accel=tcg
adds "another architecture" yes no qemu-system-aarch64 -M virt
adds "another device at 0x402" yes no qemu-system-x86_64 -chardev stdio,id=x -device isa-debugcon,iobase=0x402,chardev=x
adds "the same, in decimal" yes no qemu-system-x86_64 -device isa-debugcon,chardev=x,iobase=1026
adds "the same, in upper case" yes no qemu-system-x86_64 -device isa-debugcon,chardev=x,iobase=0X402
adds "the same, with zeros" yes no qemu-system-x86_64 -device isa-debugcon,chardev=x,iobase=0x0402
adds "the same, in JSON" yes no qemu-system-x86_64 -device '{"driver":"isa-debugcon","iobase":1026,"chardev":"x"}'
adds "the same, with driver=" yes no qemu-system-x86_64 -device driver=isa-debugcon,iobase=0x402,chardev=x
adds "the same, by -global" yes no qemu-system-x86_64 -device isa-debugcon,chardev=x -global isa-debugcon.iobase=0x402
adds "-debugcon at 0x402" yes no qemu-system-x86_64 -global isa-debugcon.iobase=0x402 -debugcon stdio
adds "the long form of -global" yes no qemu-system-x86_64 -global driver=isa-debugcon,property=iobase,value=0x402 -debugcon stdio
adds "-debugcon at 0xe9" yes yes qemu-system-x86_64 -debugcon stdio
adds "a device elsewhere" yes yes qemu-system-x86_64 -device isa-debugcon,iobase=0x4020,chardev=x
adds "another chardev" yes yes qemu-system-x86_64 -chardev file,id=x,path=timestamp

# Where it is there already
for chardev in timestamp,id=a backend=timestamp,id=a id=a,backend=timestamp timestamp,path=timestamp,id=a; do
    PATH=$tmp/bin:$PATH "$BOOTSTAMP" run -- qemu-system-x86_64 -chardev "$chardev" >out 2>err
    is "$(paste -sd ' ' out)" "-chardev $chardev" "-chardev $chardev: nothing is added"
    is "$(cat err)" "" "and nothing is said"
done
PATH=$tmp/bin:$PATH "$BOOTSTAMP" run --capture x.bst -- qemu-system-x86_64 -chardev timestamp,id=a >out 2>err
is $? 2 "--capture and a chardev of one's own"
like "$(cat err)" '^bootstamp: run: --capture and .*path=' "it says what to do"

PATH=$tmp/bin:$PATH "$BOOTSTAMP" run -q qemu-system-x86_64 -q --capture y >out 2>err
is "$(cat err)" "" "-q: nothing is said"
is "$(sed -n 1,3p out | paste -sd ' ')" "-q --capture y" "QEMU's own options are not run's"
PATH=$tmp/bin:$PATH "$BOOTSTAMP" run -- qemu-system-x86_64 "a b" '' 'c"d' >out 2>err
is "$(sed -n 1,3p out | paste -sd '|')" 'a b||c"d' "arguments arrive as they are"
like "$(cat err)" "path=$tmp/run/bootstamp/boot-[-0-9]*\.bst" "without --capture: a file in the default folder"

# --- real ones
"$BOOTSTAMP" run --capture "a,b=c.bst" -- "$QEMU" -M pc -accel tcg -m 32 -nodefaults -display none \
    -bios "$guests/reset.rom" >out 2>err </dev/null
is $? 0 "a comma in the name"
is "$("$BOOTSTAMP" export --format raw ./a,b=c.bst | tail -n 1)" "boot 5" "the capture is there"
like "$(cat err)" 'path=a,,b=c\.bst' "it says what QEMU was told"

RUN="$BOOTSTAMP run -q --capture debugcon.bst --"
lib_exec() {
    $RUN "$QEMU" -M pc -accel tcg -m 32 -nodefaults -display none "$@" >out 2>err </dev/null
}
lib_exec -bios "$guests/none.rom"
is $? 1 "QEMU's own failure"
MACHINE=isapc RUN="$BOOTSTAMP run -q --" run_rom pattern-1000 -chardev "timestamp,id=dbg,path=$tmp/isapc.bst"
is $? 1 "the status that isa-debug-exit gives"
is "$("$BOOTSTAMP" export --format raw isapc.bst | wc -c)" 1000 "with all bytes in the capture"
like "$("$BOOTSTAMP" info isapc.bst)" '^state +ended$' "which is ended"

"$BOOTSTAMP" run -q --capture sig.bst -- "$QEMU" -M pc -accel tcg -m 32 -nodefaults -display none \
    -bios "$guests/flood.rom" </dev/null 2>err &
pid=$!
wait_for 10 "$BOOTSTAMP" info sig.bst >/dev/null 2>&1
is "$(info_value sig.bst pid)" $pid "QEMU takes the place of bootstamp"
like "$("$BOOTSTAMP" info sig.bst)" "^QEMU +$("$QEMU" --version | sed -n '1s/^QEMU emulator version \([0-9.]*\).*/\1/p')" "info tells QEMU's version"
wait_for 10 sh -c '"$BOOTSTAMP" phases sig.bst | grep -q ^Run'
kill -TERM $pid
wait $pid
is $? 0 "SIGTERM ends QEMU in good order"
like "$("$BOOTSTAMP" phases sig.bst)" '^Shutdown request .* host-signal$' "the capture knows why"
"$BOOTSTAMP" run -q --capture sig.bst -- "$QEMU" -M pc -accel tcg -m 32 -nodefaults -display none \
    -bios "$guests/flood.rom" </dev/null 2>err &
pid=$!
wait_for 10 sh -c '"$BOOTSTAMP" info sig.bst | grep -q live'
kill -KILL $pid
wait $pid 2>/dev/null
is $? 137 "SIGKILL is seen"

"$BOOTSTAMP" run -- "$tmp/none/qemu" >out 2>err
is $? 1 "a QEMU that is not there"
like "$(tail -n 1 err)" "^bootstamp: $tmp/none/qemu: cannot run: No such file" "it says so"
"$BOOTSTAMP" run -- "$tmp" >out 2>err
is $? 1 "a QEMU that is a folder"
like "$(tail -n 1 err)" "^bootstamp: $tmp: cannot run: Permission denied" "it says so"

# An exported start that is not QEMU's leaves no trace.
env=$("$BOOTSTAMP" run -q --capture x.bst -- sh -c env | grep -c '^LD_PRELOAD=.*chardev-timestamp\.so$')
is "$env" 1 "a wrapper script gets the module along"
cat >bin/wrapper <<END
#!/bin/sh
echo "wrapper"
exec $QEMU "\$@"
END
chmod +x bin/wrapper
"$BOOTSTAMP" run -q -- bin/wrapper -M pc -accel tcg -m 32 -nodefaults -display none -bios "$guests/reset.rom" \
    -chardev timestamp,id=dbg,path=w.bst -device isa-debugcon,iobase=0x402,chardev=dbg >out 2>err </dev/null
is "$?$(cat out err)" 0wrapper "a QEMU that a script starts"
is "$("$BOOTSTAMP" export --format raw w.bst | wc -l)" 5 "is captured"
like "$("$BOOTSTAMP" phases w.bst | sed -n 2p)" '^Start +0\.000000' "from the start of the script"

# A QEMU that was built with our patches needs nothing loaded.  (make check-qemu boots one.)
# environment QEMU: what run gives to it
environment() {
    PATH=$tmp/bin:$PATH "$BOOTSTAMP" run --capture x.bst -- "$1" 2>err |
        sed -n 's/^\(LD_PRELOAD\|BOOTSTAMP_START_NS\)=.*/\1/p' | sort | paste -sd ' '
}
if have_compiler; then
    for name in native foreign; do
        type='chardev-ringbuf'
        [ $name = foreign ] || type='chardev-timestamp'
        printf '%s\n' '#include <stdio.h>' 'extern char **environ;' "const char type[] = \"$type\";" \
            'int main(void) { for (char **e = environ; *e; e++) puts(*e); return 0; }' >native.c
        compile -s -o bin/qemu-$name native.c 2>err || diag "$(cat err)"
    done
    is "$(environment qemu-native)" BOOTSTAMP_START_NS "a QEMU that has the back end: its start, and no module"
    like "$(cat err)" 'added -chardev timestamp,id=bootstamp,path=x.bst$' "but a chardev"
    is "$(environment "$tmp/bin/qemu-native")" BOOTSTAMP_START_NS "named by its path: the same"
    is "$(environment qemu-foreign)" "BOOTSTAMP_START_NS LD_PRELOAD" "one that has not: the module"
    printf '#!/bin/sh\n# chardev-timestamp\nenv\n' >bin/qemu-script
    chmod +x bin/qemu-script
    is "$(environment qemu-script)" "BOOTSTAMP_START_NS LD_PRELOAD" "a script that only speaks of it: the module"
    cp "$BOOTSTAMP" alone
    BOOTSTAMP=$tmp/alone environment qemu-native >out
    is "$(cat out)" BOOTSTAMP_START_NS "a bootstamp without a module starts the former"
else
    skip "a QEMU that was built with our patches" "no compiler"
fi

done_testing
