#!/bin/sh
# The preloaded module: other versions of QEMU, processes that are no QEMU, QEMU's children.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests reset.rom

module=$build/chardev-timestamp.so
version=$("$QEMU" --version | sed -n '1s/^QEMU emulator version //p')
cd "$tmp" || exit 1

# --- in a process that is no QEMU
# quiet NAME COMMAND...: the same status and output with the module as without
quiet() {
    name=$1
    shift
    "$@" >want 2>want-err </dev/null
    want=$?
    LD_PRELOAD=$module "$@" >got 2>got-err </dev/null
    is $? $want "$name: the same status"
    ok "$name: the same output" cmp want got
    is "$(cat got-err)" "$(cat want-err)" "$name: the same messages"
}
quiet "true" true
quiet "sh" sh -c 'echo a; exit 3'
quiet "a pipeline" sh -c 'ls / | sort | wc -l'
quiet "perl" perl -e 'print 1'
quiet "bootstamp" "$BOOTSTAMP" --version
for tool in qemu-img qemu-io qemu-nbd qemu-storage-daemon; do
    if command -v $tool >/dev/null; then
        quiet $tool $tool --version
    else
        skip "$tool" "not installed"
    fi
done

# --- in every QEMU of this version
for emulator in $(IFS=:; for dir in $PATH; do ls "$dir"/qemu-system-* 2>/dev/null; done | sed 's|.*/||' | sort -u); do
    case $emulator in *-microvm) continue ;; esac
    [ "$("$emulator" --version | sed -n '1s/^QEMU emulator version //p')" = "$version" ] || continue
    "$emulator" -M none -chardev help >/dev/null 2>want </dev/null
    LD_PRELOAD=$module "$emulator" -M none -chardev help >out 2>err </dev/null
    ok "$emulator has the back end" grep -qx '  *timestamp' out
    is "$(cat err)" "$(cat want)" "and no complaint"
done

# --- without `bootstamp run`
RUN="env LD_PRELOAD=$module" run_rom reset -chardev timestamp,id=dbg,path=plain.bst
is $? 0 "LD_PRELOAD alone is enough"
is "$(cat qemu.log)" "" "nothing is said"
is "$("$BOOTSTAMP" export --format raw plain.bst | wc -l)" 5 "the guest is captured"
like "$("$BOOTSTAMP" phases plain.bst | sed -n 2p)" '^Start +0\.000000' "from the start of QEMU"
ln -s "$module" link.so
RUN="env LD_PRELOAD=$tmp/link.so" run_rom reset -chardev timestamp,id=dbg,path=link.bst
is "$?$(cat qemu.log)" 0 "by a symbolic link"
run_rom reset -chardev timestamp,id=dbg,path=none.bst 2>/dev/null
is $? 1 "without it QEMU does not know the back end"

# --- QEMU's children do not get it
cat >child <<'END'
#!/bin/sh
tr '\0' '\n' </proc/$$/environ | grep -E '^(LD_PRELOAD|BOOTSTAMP_START_NS|KEPT)=' | sort >"$OUT"
exit 1
END
chmod +x child
# child_env [VARIABLE=VALUE...] [COMMAND...]: starts QEMU so; the environment of its child, as far as it is of interest
child_env() {
    rm -f env.out
    env OUT="$tmp/env.out" KEPT=yes "$@" "$QEMU" -M none -nodefaults -display none \
        -chardev null,id=a -incoming "exec:$tmp/child" >log 2>&1 </dev/null &
    child_job=$!
    wait_for 5 test -s env.out
    kill $child_job 2>/dev/null
    wait $child_job 2>/dev/null
    paste -sd ' ' env.out
}
is "$(child_env)" "KEPT=yes" "a child of QEMU without the module"
is "$(child_env LD_PRELOAD="$module")" "KEPT=yes" "with it: no LD_PRELOAD"
is "$(child_env LD_PRELOAD="$tmp/link.so")" "KEPT=yes" "by a symbolic link: none"
other=$(ldd "$(command -v "$QEMU")" | awk '$1 == "libm.so.6" { print $3 }')
is "$(child_env LD_PRELOAD="$module:$other")" "KEPT=yes LD_PRELOAD=$other" "other objects stay"
is "$(child_env LD_PRELOAD="$other $module")" "KEPT=yes LD_PRELOAD=$other" "also before it"
is "$(child_env "$BOOTSTAMP" run -q --)" "KEPT=yes" "nothing of bootstamp run either"

# --- a QEMU of the same minor version with other structures
# differing NAME FOLDER FILE: differs/ has the module with FILE for chardev-backend/NAME.c, and the headers of FOLDER first
differing() {
    # shellcheck disable=SC2046
    compile -std=gnu11 -D_GNU_SOURCE -DBOOTSTAMP_LOADABLE -fPIC -O2 -c -o differs.o \
        -iquote "$2" -iquote "$src/chardev-backend" -iquote "$src" -iquote "$build" \
        $(sed -n 's/^QEMU_CFLAGS = //p' "$src/config.mak") $(pkg-config --cflags glib-2.0) "$3" 2>err || diag "$(cat err)"
    name=$1
    set --
    for file in "$src"/chardev-backend/*.c; do
        case $file in
        */"$name.c" | */preload.c) ;;
        *) set -- "$@" "$build/obj/chardev-backend/$(basename "$file" .c).o" ;;
        esac
    done
    compile -shared -pthread -o differs/chardev-timestamp-qemu.so differs.o "$@" \
        "$build/libcapture.a" -lm 2>err || diag "$(cat err)"
}
# Its Chardev would be that of a QEMU with --enable-debug-mutex: only the check of the module is compiled so.
if have_compiler; then
    mkdir differs headers
    cp "$module" differs/
    qemu_headers=$(sed -n 's/^QEMU_BUILD = //p' "$src/config.mak")/headers
    sed 's/#undef CONFIG_DEBUG_MUTEX/#define CONFIG_DEBUG_MUTEX/' "$src/$qemu_headers/config-host.h" >headers/config-host.h
    differing abi-module headers "$src/chardev-backend/abi-module.c"
    RUN="env LD_PRELOAD=$tmp/differs/chardev-timestamp.so" run_rom reset -chardev null,id=dbg
    is $? 0 "another size of a structure: QEMU still runs"
    like "$(cat qemu.log)" '^bootstamp: .* does not fit this QEMU: a (chardev|cpu) has [0-9]+ bytes there and [0-9]+ here; build' \
        "what differs is said, and what to do"
    is "$(wc -l <qemu.log)" 1 "in one line"
    RUN="env LD_PRELOAD=$tmp/differs/chardev-timestamp.so" run_rom reset -chardev timestamp,id=dbg,path=no.bst 2>/dev/null
    is $? 1 "the back end is not there"
    cp "$BOOTSTAMP" differs/
    RUN="$tmp/differs/bootstamp run --" run_rom reset -chardev null,id=dbg
    is $? 1 "run: it does not start"
    is "$(wc -l <qemu.log)" 1 "and says why in one line"
    RUN="$tmp/differs/bootstamp run --if-fits --" run_rom reset -chardev null,id=dbg
    is $? 0 "run --if-fits: it does"
    LD_PRELOAD=$tmp/differs/chardev-timestamp.so "$QEMU" -M none -device help </dev/null >out 2>&1
    is "$(grep -c bootprobe out)" 0 "nothing else of ours either"

    # What our mirrors of QEMU's own structures take for a pointer is none
    sed 's/^typedef struct TypeMirror {/&\n    size_t more;/' "$src/chardev-backend/abi-module.c" >types.c
    differing abi-module . types.c
    RUN="env LD_PRELOAD=$tmp/differs/chardev-timestamp.so" run_rom reset -chardev null,id=dbg
    is $? 0 "another layout of QOM's types: QEMU still runs"
    like "$(cat qemu.log)" "^bootstamp: .* does not fit this QEMU: QOM's types are laid out in another way; build" "and it is said"
    mkdir mirror
    sed 's/^    bool allow_write;/    bool allow_write __attribute__((packed));/
        s/^    uint8_t \*data;/    uint8_t *data __attribute__((packed));/' "$src/chardev-backend/qemu-compat.h" >mirror/qemu-compat.h
    cp "$src/chardev-backend/fwcfg-wrap.c" mirror/
    differing fwcfg-wrap mirror mirror/fwcfg-wrap.c
    RUN="env LD_PRELOAD=$tmp/differs/chardev-timestamp.so" run_rom reset -chardev "timestamp,id=dbg,path=mirror.bst"
    is $? 0 "another layout of fw_cfg's entries: QEMU still runs"
    like "$(cat qemu.log)" "warning: timestamp: this QEMU's fw_cfg is not the one that the module was built for" "and it is said"
    is "$("$BOOTSTAMP" export --format raw mirror.bst | wc -l)" 5 "the guest is captured"
else
    skip "another size of a structure" "no compiler"
fi

# --- clang warns where gcc does not
if command -v clang >/dev/null; then
    for file in isa-bootprobe chr-tee; do
        # shellcheck disable=SC2046
        clang -std=gnu11 -D_GNU_SOURCE -DBOOTSTAMP_LOADABLE -Wall -Wextra -Wno-unused-parameter -Werror -fsyntax-only \
            -iquote "$src" -iquote "$build" $(sed -n 's/^QEMU_CFLAGS = //p' "$src/config.mak") \
            $(pkg-config --cflags glib-2.0) "$src/chardev-backend/$file.c" 2>err
        is "$?$(cat err)" 0 "clang compiles $file.c without a warning"
    done
else
    skip "clang" "not installed"
fi

# --- another QEMU
if have_compiler; then
    mkdir -p other/build
    sed 's/^#define BOOTSTAMP_QEMU_VERSION .*/#define BOOTSTAMP_QEMU_VERSION "6.2.0 (another)"/' "$build/config.h" \
        >other/build/config.h
    compile -std=gnu11 -D_GNU_SOURCE -fPIC -shared -iquote other/build -iquote "$src" -o other/chardev-timestamp.so \
        "$src/chardev-backend/preload.c" -ldl 2>err || diag "$(cat err)"
    cp "$build/chardev-timestamp-qemu.so" other/
    # Beside a bootstamp that run starts: no boot without a capture, but with --if-fits.
    cp "$BOOTSTAMP" other/
    RUN="$tmp/other/bootstamp run --" run_rom reset -chardev null,id=dbg
    is $? 1 "run: a QEMU that the module is not for does not start"
    RUN="$tmp/other/bootstamp run --if-fits --" run_rom reset -chardev null,id=dbg
    is $? 0 "run --if-fits: it does"
    RUN="env LD_PRELOAD=$tmp/other/chardev-timestamp.so" run_rom reset -chardev null,id=dbg
    is $? 0 "built for another QEMU: this one still runs"
    is "$(wc -l <qemu.log)" 1 "one message"
    like "$(cat qemu.log)" '^bootstamp: .*6\.2\.0 \(another\)' "it names the version it is for"
    ok "and this one" grep -qF "$version" qemu.log
    RUN="env LD_PRELOAD=$tmp/other/chardev-timestamp.so" run_rom reset -chardev timestamp,id=dbg,path=no.bst 2>/dev/null
    is $? 1 "the back end is not there"
    ok "no capture was made" test ! -e no.bst
    is "$(child_env LD_PRELOAD="$tmp/other/chardev-timestamp.so")" "KEPT=yes" "children do not get that one either"

    # Without its other half
    mkdir half
    cp "$module" half/
    RUN="env LD_PRELOAD=$tmp/half/chardev-timestamp.so" run_rom reset -chardev null,id=dbg
    is $? 0 "without its other half: QEMU still runs"
    like "$(cat qemu.log)" '^bootstamp: .*half/chardev-timestamp-qemu\.so: cannot load: .*No such file' "the message names the file"
else
    skip "another version of QEMU" "no compiler"
fi

done_testing
