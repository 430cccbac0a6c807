#!/bin/sh
# Build QEMU itself, with bootstamp's patches, from a Debian source package.
#
#   tools/qemu-build.sh [-p] [-t] [-o OPTION]... {7.2 | 10.0 | newest | DIR} [x86_64] [aarch64]
#
# 7.2 is bookworm's QEMU, 10.0 trixie's, newest the newest of sid that the mirror
# really has.  DIR is an unpacked source of your own, which is only read.  -p:
# without our patches.  -t: also QEMU's tests of character devices and those of
# our series, named in the file tests.  -o: a further option for QEMU's configure,
# in a build of its own, of the targets named only.  What is there already is not made again;
# the last line is the path of the (last) emulator.  Below build/qemu-build/NAME
# (or NAME-plain; NAME-OPTION):
#
#   pristine/   the source as Debian has it; remove it to get a newer one
#   series/     our patches, as tools/qemu-series.sh makes them
#   source/     the source with them
#   build/      where ninja runs; other targets, such as tests, can be built there
#   *.log       what was said
set -eu

die() {
    printf 'bootstamp: qemu-build: %s\n' "$*" >&2
    exit 1
}

usage() {
    echo "usage: tools/qemu-build.sh [-p] [-t] [-o OPTION]... {7.2|10.0|newest|DIR} [x86_64] [aarch64]" >&2
    exit 2
}

plain='' with_tests=no own_options=''
while getopts o:pt opt; do
    case $opt in
    o) own_options="$own_options $OPTARG" ;;
    p) plain=-plain ;;
    t) with_tests=yes ;;
    *) usage ;;
    esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || usage
name=$1
shift
[ $# -gt 0 ] || set -- x86_64
for target; do
    case $target in
    x86_64 | aarch64) ;;
    *) usage ;;
    esac
done

tools=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$tools")
# shellcheck source=tools/qemu-configure.sh
. "$tools/qemu-configure.sh"

for tool in patch ninja meson python3 flock pkg-config cc; do
    command -v $tool >/dev/null || die "'$tool' is missing; run tools/install-deps.sh"
done
for library in glib-2.0 pixman-1 libseccomp zlib; do
    pkg-config --exists $library ||
        die "the library $library is missing; run tools/install-deps.sh"
done

own='' suite=''
case $name in
7.2) suite=bookworm ;;
10.0) suite=trixie ;;
newest) suite=sid ;;
*)
    if ! [ -f "$name/VERSION" ] || ! [ -f "$name/include/chardev/char.h" ]; then
        die "'$name' is neither 7.2, 10.0 nor newest, nor an unpacked QEMU source"
    fi
    own=$(cd "$name" && pwd)
    # two folders of one name are two builds
    name=own-$(basename "$own")-$(printf '%s' "$own" | cksum | cut -d ' ' -f 1)
    ;;
esac
base=${BOOTSTAMP_BUILD:-$top/build}/qemu-build
variant=$plain$(printf '%s' "$own_options" | sed 's/ --*/-/g; s/[^A-Za-z0-9._-]/-/g')
mkdir -p "$base/$name$variant"
base=$(cd "$base" && pwd)
dest=$base/$name$variant

exec 9>"$dest/lock"
flock 9

# --- the source, patched ----------------------------------------------------

if [ -n "$own" ]; then
    pristine=$own
else
    # One for both, with patches and without.
    pristine=$base/$name/pristine
    if ! [ -d "$pristine" ]; then
        echo "  FETCH   source of qemu in $suite"
        "$tools/fetch-source.sh" -s $suite qemu - "$pristine"
    fi
fi
version=$(cat "$pristine/VERSION")

source=$dest/source
if [ -d "$pristine/chardev/timestamp" ]; then
    # A developer's own work on the back end is built where it is.
    source=$pristine
else
    if [ -n "$own" ] && [ -d "$source" ]; then
        # Follow what was changed there.
        cp -au "$own/." "$source"
        rm -f "$source.series"
    fi
    list=
    if [ -z "$plain" ]; then
        "$tools/qemu-series.sh" "$version" "$dest/series"
        list=$(find "$dest/series" -name '*.patch' | sort)
    fi
    # shellcheck disable=SC2086  # one word each: configure refuses odd folders
    "$tools/qemu-patch.sh" "$pristine" "$source" $list
fi

# --- configure and build ----------------------------------------------------

use_meson "$source"

# Both targets always: adding one later would compile all anew; a build with
# options of its own has those that are asked for.  No debug
# information, which takes time and disk.  Firmware is that of Debian's packages.
firmware='/usr/share/qemu /usr/share/seabios /usr/lib/ipxe/qemu'
targets=x86_64-softmmu,aarch64-softmmu
[ -z "$own_options" ] || targets=$(printf '%s-softmmu,' "$@")
options="--target-list=${targets%,} --enable-kvm --enable-seccomp
    --disable-debug-info --firmwarepath=$(echo "$firmware" | tr ' ' :)$own_options"
build=$dest/build
log=$dest/configure.log
configured="$version $source $(echo "$options" | cksum)"
if [ "$(cat "$dest/configured" 2>/dev/null)" != "$configured" ]; then
    echo "  CONFIG  QEMU $version"
    rm -rf "$dest/configured" "$build"
    mkdir "$build"
    # shellcheck disable=SC2086  # one word each
    (cd "$build" && configure_qemu "$source" "$log" $options) || {
        grep -E 'ERROR|not found|error:' "$log" | tail -n 5 >&2 || :
        die "QEMU's configure failed; see $log"
    }
    printf '%s\n' "$configured" >"$dest/configured"
fi

# A QEMU that is not installed looks for all of these below its build folder.
for folder in $firmware; do
    mkdir -p "$build/qemu-bundle${folder%/*}"
    ln -sfn "$folder" "$build/qemu-bundle$folder"
done

log=$dest/ninja.log
echo "  NINJA   QEMU $version: $*"
wanted=modules
for target; do
    wanted="$wanted qemu-system-$target"
done
if [ $with_tests = yes ]; then
    {
        echo tests/unit/test-char
        sed -n 's/^\(tests\/unit\/test-.*\|tests\/qtest\/.*-test\)\.c$/\1/p' "$source.touched"
    } | sort -u >"$dest/tests"
    wanted="$wanted $(cat "$dest/tests")"
fi
# shellcheck disable=SC2086  # one word each
if ! nice -n 4 ninja -C "$build" -j "${JOBS:-$(nproc)}" $wanted >"$log" 2>&1 </dev/null; then
    tail -n 30 "$log" >&2
    die "QEMU does not compile; see $log"
fi
for target; do
    echo "$build/qemu-system-$target"
done
