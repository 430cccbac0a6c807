#!/bin/sh
# Generate the headers that QEMU's own device code sees, for one QEMU binary.
#
#   tools/qemu-headers.sh QEMU DESTDIR SOURCEDIR
#   tools/qemu-headers.sh QEMU DESTDIR PACKAGE VERSION
#
# QEMU is the installed binary, or "-" for none: nothing is compared then, which
# is enough to compile against that version.  Its source is SOURCEDIR, or else
# fetched into DESTDIR/source.  Results, and a note that is checked to skip all
# work when nothing changed:
#
#   DESTDIR/headers/     a configured build folder, generated headers only
#   DESTDIR/cflags       flags for code to be loaded into that binary
#   DESTDIR/abi.txt      what was compared with the binary, and how it came out
#   DESTDIR/headers.ok   written last
#
# Nothing of QEMU is compiled: configure takes about 15 s, the headers 5 s.
#
# Same layout as the distribution's binary?
#   The configuration here is a minimal one (a full one wants some 60 -dev
#   packages), so whatever depends on configuration has to be looked after:
#   - QAPI types.  Members are conditional on CONFIG_SPICE, CONFIG_VNC, ... and
#     ChardevBackendKind is numbered by them.  tools/qapi-conditions.py asks the
#     binary which conditions hold, and then demands that the whole schema is
#     equal to the binary's.
#   - Chardev, ChardevClass, MemoryRegion, MemoryRegionOps, FWCfgState,
#     MachineState, DeviceState, ISADevice, Notifier, ResettableState: no member
#     is conditional in 7.2.  As a check against surprises the instance sizes
#     that QOM in the binary reports are compared (tools/qemu-abi.c).
#   - CPUState: members for plugins, which are enabled here where the binary
#     exports their functions.
#   - QemuMutex, QemuCond: members with CONFIG_DEBUG_MUTEX (--enable-debug-mutex)
#     only, which no distribution sets; Chardev holds a QemuMutex, so the sizes
#     above would show it.
#   - QemuEvent, QemuSpin differ with CONFIG_TSAN or without CONFIG_LINUX: not
#     in a distribution's build, nor here.
#   - CONFIG_MODULES changes no layout.  CONFIG_STAMP would matter to objects
#     built with BUILD_DSO and loaded by QEMU's module loader; ours is neither.
#   - AioContext does depend on what is found (CONFIG_LINUX_IO_URING): bottom
#     halves and timers are to be used through functions only, as they are
#     everywhere in QEMU's devices.
set -eu

die() {
    printf 'bootstamp: qemu-headers: %s\n' "$*" >&2
    exit 1
}

if [ $# -ne 3 ] && [ $# -ne 4 ]; then
    echo "usage: tools/qemu-headers.sh QEMU DESTDIR {SOURCEDIR | PACKAGE VERSION}" >&2
    exit 2
fi
tools=$(cd "$(dirname "$0")" && pwd)
qemu=$1
mkdir -p "$2"
dest=$(cd "$2" && pwd)
cc=${CC:-cc}

# shellcheck source=tools/qemu-configure.sh
. "$tools/qemu-configure.sh"

# The binary's identity (an update changes date and size), where the source
# comes from, and the tools that made the result.
binary=none
if [ "$qemu" != - ]; then
    binary="$("$qemu" --version | head -n 1)
$(stat -L -c '%n %s %Y' "$qemu")"
fi
identity="$binary
source: $3 ${4-}
compiler: $cc $($cc -dumpfullversion 2>/dev/null || :)
tools: $(cat "$0" "$tools/qemu-configure.sh" "$tools/qapi-conditions.py" "$tools/qemu-abi.c" | cksum)"

exec 9>"$dest/lock"
flock 9
if [ -f "$dest/headers.ok" ] && [ "$(cat "$dest/headers.ok")" = "$identity" ]; then
    exit 0
fi
rm -rf "$dest/headers.ok" "$dest/headers" "$dest/cflags" "$dest/abi.txt"

if [ $# -eq 4 ]; then
    [ -d "$dest/source" ] || echo "  FETCH   source of $3 $4"
    "$tools/fetch-source.sh" "$3" "$4" "$dest/source" ||
        die "no source of $3 $4: unpack it from elsewhere, in exactly that version, and name its folder," \
            "./configure --with-qemu-source=DIR or tools/quickstart.sh --with-qemu-source=DIR; or leave the module out," \
            "./configure --without-module"
    source=$dest/source
else
    source=$(cd "$3" && pwd) || die "no folder '$3'"
fi
for file in configure VERSION include/chardev/char.h; do
    [ -f "$source/$file" ] ||
        die "'$source' is not an unpacked QEMU source: no $file there"
done

# --- configure --------------------------------------------------------------

# qemu-system-x86_64 is built from the target x86_64-softmmu; variants with a
# name of their own (-microvm, -xen, kvm) are the same target configured anew.
target=$(basename "$qemu")
target=${target#qemu-system-}
if ! [ -f "$source/configs/targets/$target-softmmu.mak" ]; then
    target=x86_64
fi

set -- --target-list="$target-softmmu"
case $target in
x86_64 | i386 | "$(uname -m)") set -- "$@" --enable-kvm ;;
esac
# CPUState has members for plugins where they are enabled.
if [ "$qemu" != - ] && nm -D "$qemu" 2>/dev/null | grep -q ' T qemu_plugin_'; then
    set -- "$@" --enable-plugins
else
    set -- "$@" --disable-plugins
fi
use_meson "$source"
mkdir "$dest/headers"
cd "$dest/headers"
log=$dest/configure.log
echo "  CONFIG  QEMU $(cat "$source/VERSION"), for its headers"
configure_qemu "$source" "$log" "$@" || {
    grep -E 'ERROR|not found|error:' "$log" | tail -n 5 >&2 || :
    die "QEMU's configure failed; see $log (tools/install-deps.sh installs what it needs)"
}

# --- headers ----------------------------------------------------------------

# All generated headers but those of programs that are not the emulator.
ninja=$(command -v ninja || command -v ninja-build) ||
    die "'ninja' is missing; install the package ninja-build"
echo "  GEN     headers"
log=$dest/generate.log
headers=$("$ninja" -t targets all | sed -n 's/\.h: .*/.h/p' |
    grep -vE '^(block|docs|qga|storage-daemon|subprojects|target|tests)/')
# shellcheck disable=SC2086  # one word each
if ! "$ninja" $headers qapi/qapi-introspect.c >"$log" 2>&1 </dev/null; then
    tail -n 5 "$log" >&2
    die "generating QEMU's headers failed; see $log"
fi

if [ "$qemu" != - ]; then
    "$tools/qapi-conditions.py" "$qemu" . >"$dest/abi.new"
fi

# Of the flags of a file beside which ours could stand, those that matter to
# the meaning of code and to calls: machine options, semantics and defines.
python3 - "$dest/headers" "$source" >"$dest/cflags" <<'EOF'
import json, shlex, sys
build, source = sys.argv[1:]
for entry in json.load(open(build + '/compile_commands.json')):
    if entry['file'].endswith('chardev/char-ringbuf.c'):
        break
keep = [word for word in shlex.split(entry['command'])
        if word.startswith(('-m', '-std=', '-D')) and 'FORTIFY' not in word
        or word in ('-fno-strict-aliasing', '-fno-common', '-fwrapv', '-pthread')]
# -isystem: their headers are not ours to warn about
for folder in (source + '/linux-headers', build + '/linux-headers',
               source + '/include', build, build + '/qapi'):
    keep += ['-isystem', folder]
print(' '.join(keep))
EOF

# --- does the binary agree? -------------------------------------------------

if [ "$qemu" = - ]; then
    echo "no binary: nothing was compared" >"$dest/abi.txt"
    printf '%s\n' "$identity" >"$dest/headers.ok"
    exit 0
fi

# A binary that this cannot be loaded into (static, set-user-id) could not load
# bootstamp either, so failing here is right.
probe=$dest/headers/bootstamp-abi.so
# shellcheck disable=SC2046,SC2086
$cc $(cat "$dest/cflags") $(pkg-config --cflags glib-2.0) -O2 -fPIC -shared \
    -iquote "$tools/.." -o "$probe" "$tools/qemu-abi.c" ||
    die "cannot compile tools/qemu-abi.c with the generated headers"
LD_PRELOAD=$probe "$qemu" -version >>"$dest/abi.new" 2>&1 || :
if ! grep -q '^sizes agree$' "$dest/abi.new"; then
    tail -n 8 "$dest/abi.new" >&2
    die "$qemu and its source disagree about the layout of structures;" \
        "this build of QEMU needs bootstamp's in-tree patches instead"
fi
mv "$dest/abi.new" "$dest/abi.txt"

printf '%s\n' "$identity" >"$dest/headers.ok"
