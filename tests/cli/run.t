#!/bin/sh
# bootstamp run: what it adds and when, whose status and signals these are.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests reset.rom flood.rom pattern-1000.rom serial-20000.rom halt.rom

XDG_RUNTIME_DIR=$tmp/run
export XDG_RUNTIME_DIR
mkdir -m 700 "$tmp/run"
cd "$tmp" || exit 1

rom() { printf '%s' "-M pc -accel tcg -m 32 -nodefaults -display none -bios $guests/$1.rom"; }
bytes() { "$BOOTSTAMP" export --format raw "$1" 2>/dev/null | wc -c | tr -d ' '; }
stream() { "$BOOTSTAMP" export --format raw --stream "$2" "$1" 2>/dev/null; }
rom=$(rom pattern-1000) halt=$(rom halt)

# --- nothing is added to the command line

mkdir bin
printf '#!/bin/sh\nprintf "%%s\\n" "$@"\n' >bin/qemu-system-x86_64
chmod +x bin/qemu-system-x86_64
PATH=$tmp/bin:$PATH "$BOOTSTAMP" run --capture x.bst -- qemu-system-x86_64 "a b" '' 'c"d' --capture y >out 2>err
is "$(paste -sd '|' out)" 'a b||c"d|--capture|y' "arguments arrive as they are"
is "$(cat err)" "" "and nothing is said by what is no QEMU"
printf '#!/bin/sh\nenv\n' >bin/qemu-system-x86_64
PATH=$tmp/bin:$PATH "$BOOTSTAMP" run -c x.bst --serial=ser -q -- qemu-system-x86_64 >out 2>err
is "$(sed -n 's/^BOOTSTAMP_\(CAPTURE\|SERIAL\|RUN\)=//p' out | sort | paste -sd ' ')" "$tmp/x.bst quiet, ser" \
    "it is in the environment"
LD_PRELOAD=libm.so.6 PATH=$tmp/bin:$PATH "$BOOTSTAMP" run -- qemu-system-x86_64 >out 2>err
like "$(cat out)" '^LD_PRELOAD=libm.so.6:.*/chardev-timestamp.so$' "an LD_PRELOAD of the user's comes first"
rm bin/qemu-system-x86_64

# --- whatever starts QEMU

printf '#!/bin/sh\nexec %s "$@"\n' "$QEMU" >my-vm
printf '#!/bin/sh\n%s "$@"\nexit $?\n' "$QEMU" >no-exec
printf '#!/bin/sh\ncd /; unset XDG_RUNTIME_DIR; exec %s "$@"\n' "$QEMU" >elsewhere
chmod +x my-vm no-exec elsewhere
ln -s "$(command -v "$QEMU")" qemu-kvm
for wrapper in ./my-vm ./qemu-kvm "strace -f -o trace.log $QEMU" "gdb -q -batch -ex run --args $QEMU" ./no-exec ./elsewhere "timeout 20 $QEMU" "nice $QEMU" "setarch x86_64 $QEMU" "taskset 1 $QEMU" \
    "env -u NONE $QEMU"; do
    command -v "${wrapper%% *}" >/dev/null || { skip "$wrapper" "not installed"; continue; }
    # shellcheck disable=SC2086  # words
    "$BOOTSTAMP" run -c w.bst -- $wrapper $rom >out 2>err </dev/null
    is "$? $(bytes w.bst)" "0 1000" "$wrapper: a capture with all bytes" || diag "$(cat err)"
    rm -f w.bst
done
like "$(cat err)" "^bootstamp: run: capture $tmp/w.bst: debug port 0x402$" "it says what is captured"
printf '#!/bin/sh\nexec %s run -q -c %s/shim.bst -- qemu-system-x86_64 "$@"\n' "$BOOTSTAMP" "$tmp" >bin/qemu-system-x86_64
chmod +x bin/qemu-system-x86_64
# shellcheck disable=SC2086
PATH=$tmp/bin:$PATH timeout 60 qemu-system-x86_64 $rom >out 2>err </dev/null
is "$? $(bytes shim.bst)" "0 1000" "a script by QEMU's name in PATH that calls run starts the next one" || diag "$(cat err)"
timeout 60 env PATH="$tmp/bin" qemu-system-x86_64 >out 2>err </dev/null
is $? 1 "without a next one: an error"
like "$(cat err)" '^bootstamp: qemu-system-x86_64: PATH has only the script that started this' "it says so"
rm bin/qemu-system-x86_64

# --- who has the debug port

# shellcheck disable=SC2086
"$BOOTSTAMP" run -c taken.bst -- "$QEMU" $rom -debugcon "file:debug.log" -global isa-debugcon.iobase=0x402 2>err
is "$(bytes taken.bst) $(wc -c <debug.log)" "1000 1000" "a device at the debug port keeps its bytes, and they are captured"
ok "the same ones" sh -c '"$BOOTSTAMP" export --format raw --stream debugcon taken.bst | cmp - debug.log'
# shellcheck disable=SC2086
"$BOOTSTAMP" run -q -c other.bst -- "$QEMU" $rom -debugcon null -device isa-debugcon,iobase=0xe9 2>err
printf '[chardev "x"]\n  backend = "timestamp"\n  path = "config.bst"\n[device "d"]\n  driver = "isa-debugcon"\n  iobase = "0x402"\n  chardev = "x"\n' >guest.cfg
# shellcheck disable=SC2086
"$BOOTSTAMP" run -- "$QEMU" $rom -readconfig guest.cfg >out 2>err </dev/null
is "$? $(bytes config.bst)" "0 1000" "a timestamp chardev in a configuration file"
is "$(find "$tmp/run" -name '*.bst')" "" "is the only one"
# shellcheck disable=SC2086
"$BOOTSTAMP" run -c named.bst -- "$QEMU" $rom -chardev timestamp,id=a -device isa-debugcon,iobase=0x402,chardev=a 2>err
is "$? $(bytes named.bst)" "0 1000" "--capture names the file of a timestamp chardev that has no path="
like "$(cat err)" 'run: capture .*named.bst: timestamp chardevs$' "which is used as it is"
# shellcheck disable=SC2086
"$BOOTSTAMP" run -c mute.bst -- "$QEMU" $halt -chardev timestamp,id=a -no-shutdown >out 2>err </dev/null &
pid=$!
wait_for 10 sh -c '"$BOOTSTAMP" phases mute.bst 2>/dev/null | grep -q ^Run'
kill -TERM $pid
wait $pid
like "$(cat err)" "^bootstamp: run: $tmp/mute.bst: the guest wrote no byte to it$" "a capture without a byte is reported"
# Nothing writes to the debug port here: each command says so.
quiet=$(rom serial-20000)
# shellcheck disable=SC2086
"$BOOTSTAMP" run -q -c silent.bst -- "$QEMU" $quiet -serial null 2>err
like "$? $(cat err)" "^0 bootstamp: run: .*silent.bst: the guest wrote no byte to it$" "run -q: a capture without a byte"
for what in phases stats "diff silent.bst" export "export -F raw" "export -F html" replay; do
    # shellcheck disable=SC2086
    "$BOOTSTAMP" $what silent.bst >out 2>err
    like "$(cat err)" '^bootstamp: silent.bst: has no byte of the guest' "$what: it is said" || diag "$(cat err)"
done
like "$("$BOOTSTAMP" info silent.bst)" '^holds +0 bytes' "info has it in its lines"
# shellcheck disable=SC2086
"$BOOTSTAMP" run -q -n 2 -c silent -- "$QEMU" $quiet -serial null >out 2>err
is "$? $(grep -c 'boot-000[12].bst: has no byte of the guest' err)" "0 2" "run -n: it is said of each" || diag "$(cat err)"
if command -v qemu-system-aarch64 >/dev/null; then
    "$BOOTSTAMP" run -c arm.bst -- qemu-system-aarch64 -M virt -display none -serial null -S >out 2>err </dev/null &
    pid=$!
    sleep 1
    kill -TERM $pid
    wait $pid
    ok "a machine that never runs leaves no capture" test ! -e arm.bst
fi
echo '{"execute":"qmp_capabilities"}{"execute":"quit"}' >qmp
for probe in "-version" "-M help" "-machine none -display none -qmp stdio" "-machine none -S -display none -qmp stdio" \
    "-M pc -S -display none -qmp stdio"; do
    # shellcheck disable=SC2086
    "$BOOTSTAMP" run -c probe.bst -- "$QEMU" $probe <qmp >out 2>err
    is "$?$(find . -name probe.bst)" 0 "$probe: no capture"
done

if unshare -m true 2>/dev/null; then
    # shellcheck disable=SC2086,SC2016
    unshare -m sh -c 'mount -t tmpfs none /sys/devices/system/clocksource && exec "$@"' - \
        "$BOOTSTAMP" run -c clock.bst -- "$QEMU" $rom >out 2>err </dev/null
    is "$? $(bytes clock.bst) $(grep -c "cannot read the kernel's clock source (No such file" err)" "0 1000 1" \
        "a clock source that cannot be read is reported" || diag "$(cat err)"
else
    skip "a clock source that cannot be read" "no right to"
fi

# --- consoles

serial=$(rom serial-20000)
# shellcheck disable=SC2086
"$BOOTSTAMP" run -c c.bst -- "$QEMU" $serial -serial stdio >out 2>err </dev/null
like "$(cat err)" '^bootstamp: run: not captured: serial0 \(isa-serial\); run --serial captures it$' \
    "without --serial: it says what is not captured"
for backend in stdio mon:stdio "file:out" "chardev:x -chardev stdio,id=x,mux=on -mon x"; do
    # shellcheck disable=SC2086
    "$BOOTSTAMP" run --serial -c c.bst -- "$QEMU" $serial -serial $backend >out 2>err </dev/null
    is "$(wc -c <out)" 20000 "-serial $backend: the console goes where it went" || diag "$(cat err)"
    id=serial0
    case $backend in chardev:x*) id=x ;; esac
    stream c.bst $id >captured
    ok "and is captured, byte by byte" cmp out captured
done
# shellcheck disable=SC2086
"$BOOTSTAMP" run --serial -c null.bst -- "$QEMU" $serial -serial null >out 2>err </dev/null
stream null.bst serial0 >captured
is "$(wc -c <captured) $(grep -c 'serial0 (isa-serial)$' err)" "20000 1" "-serial null: the capture alone has it" || diag "$(cat err)"
like "$("$BOOTSTAMP" info c.bst)" 'x \(isa-serial 0x3f8\), 20000 bytes' "info knows the front end"
# shellcheck disable=SC2086
"$BOOTSTAMP" run --serial=two -q -c c.bst -- "$QEMU" $serial -chardev file,id=one,path=one -serial chardev:one \
    -chardev file,id=two,path=two -serial chardev:two >out 2>err </dev/null
like "$("$BOOTSTAMP" info c.bst | paste -sd ' ')" 'bootstamp .*two \(isa-serial 0x2f8\)' "--serial=ID: that one"
is "$("$BOOTSTAMP" info c.bst | grep -c 'one (')" 0 "and no other"

# shellcheck disable=SC2086
"$BOOTSTAMP" run --serial=three -c c.bst -- "$QEMU" $serial -serial file:one >out 2>err </dev/null
like "$(cat err)" '^bootstamp: run: --serial=three: no device has that chardev$' "--serial=ID that there is not: it says so"
for option in -q "-q --serial"; do
    # shellcheck disable=SC2086
    "$BOOTSTAMP" run ${option#-q} -c c.bst -- "$QEMU" $serial -chardev timestamp,id=a -serial chardev:a >out 2>err </dev/null
    is "$(grep -c 'not captured' err) $(stream c.bst a | wc -c | tr -d ' ')" "0 20000" \
        "run ${option#-q}: a serial port with a timestamp chardev is captured, once"
done

# --- where the module does not fit

cp "$BOOTSTAMP" alone
./alone run -- "$QEMU" -version >out 2>err
case $(cat out) in
*version*) pass "the installed module is used" ;;
*)
    like "$(cat err)" '^bootstamp: chardev-timestamp.so: is neither' "no module: an error"
    ./alone run --if-fits -- "$QEMU" -version >out 2>err
    like "$(cat out)" 'version' "--if-fits: QEMU starts all the same"
    ;;
esac
mkdir "with space"
cp "$BOOTSTAMP" "$build"/chardev-timestamp*.so "with space/"
"with space/bootstamp" run -- "$QEMU" -version >out 2>err
is $? 1 "a module that the dynamic linker cannot be told of"
like "$(cat err)" 'no path with a space or a colon' "it says so"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    cp "$(command -v "$QEMU")" privileged
    chmod 4755 privileged
    chmod 755 . bin
    cp "$BOOTSTAMP" "$build"/chardev-timestamp*.so bin/
    setpriv --reuid 54321 --clear-groups bin/bootstamp run -- ./privileged -version >out 2>err
    is "$? $(grep -c '^bootstamp: ./privileged: runs with more rights' err)" "1 1" "a set-user-id QEMU is refused"
    setpriv --reuid 54321 --clear-groups bin/bootstamp run --if-fits -- ./privileged -version >out 2>err
    is "$? $(grep -c 'QEMU emulator' out) $(grep -c 'runs with more rights' err)" "0 1 1" "--if-fits: it starts without"
    chmod 755 privileged
    if setcap cap_net_admin+ep privileged 2>/dev/null; then
        setpriv --reuid 54321 --clear-groups bin/bootstamp run -- ./privileged -version >out 2>err
        is "$? $(grep -c 'runs with more rights' err)" "1 1" "a QEMU with file capabilities is refused"
    else
        skip "a QEMU with file capabilities" "no setcap, or the file system has none"
    fi
    rm bin/bootstamp bin/chardev-timestamp*.so
else
    skip "a set-user-id QEMU" "not root"
fi
# shellcheck disable=SC2086
"$BOOTSTAMP" run -c /nonexistent/x.bst -- "$QEMU" $rom >out 2>err </dev/null
is $? 1 "a capture that cannot be made ends QEMU"
like "$(cat err)" '^.*bootstamp: run: .*/nonexistent/x.bst: .*No such file' "it says why"
# shellcheck disable=SC2086
"$BOOTSTAMP" run --if-fits -c /nonexistent/x.bst -- "$QEMU" $rom >out 2>err </dev/null
is $? 0 "but not with --if-fits"

# --- real ones
"$BOOTSTAMP" run --capture "a,b=c.bst" -- "$QEMU" -M pc -accel tcg -m 32 -nodefaults -display none \
    -bios "$guests/reset.rom" >out 2>err </dev/null
is $? 0 "a comma in the name"
is "$("$BOOTSTAMP" export --format raw ./a,b=c.bst | tail -n 1)" "boot 5" "the capture is there"
like "$(cat err)" 'capture .*/a,b=c\.bst: ' "it says its name"

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
    -bios "$guests/halt.rom" </dev/null 2>err &
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
    -bios "$guests/halt.rom" </dev/null 2>err &
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
