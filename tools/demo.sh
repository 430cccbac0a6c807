#!/bin/sh
# `make demo`: boot SeaBIOS and a Debian kernel with a 34 MB initrd under TCG, show its log while it
# boots, then where the time went.
#
#   tools/demo.sh [CAPTURE]     (default: build/demo.bst)
#
# The debug port and the serial console are two streams of one capture, on one clock.
set -eu

src=$(cd "$(dirname "$0")/.." && pwd)
build=${BOOTSTAMP_BUILD:-$src/build}
qemu=${BOOTSTAMP_QEMU:-qemu-system-x86_64}
bootstamp=$build/bootstamp
capture=${1:-$build/demo.bst}

die() {
    printf 'bootstamp: demo: %s\n' "$*" >&2
    exit 1
}

[ -x "$bootstamp" ] || die "$bootstamp is missing; run ./configure && make"
command -v "$qemu" >/dev/null || die "no $qemu; run tools/install-deps.sh"

# Below this folder paths are short.
case $capture in
"$PWD"/*) shown=${capture#"$PWD"/} ;;
*) shown=$capture ;;
esac
case $bootstamp in
"$PWD"/*) program=${bootstamp#"$PWD"/} ;;
*) program=$bootstamp ;;
esac

bold='' dim='' plain=''
if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$(printf '\033[1m') dim=$(printf '\033[2m') plain=$(printf '\033[m')
fi
title() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }

# With firmware that tells where it is, the guest's user space does so too.
guest=linux initrd=initrd probes=''
if [ -s "$build/firmware/bios-256k.bin" ]; then
    guest=marks initrd=initrd-marks probes=--probes
fi

"$src/tests/guests/make-guests.sh" $guest "$build/guests/" >"$build/demo.log" 2>&1 </dev/null ||
    die "cannot make the guest: $(tail -n 1 "$build/demo.log")"

# A comma in a chardev's path is written twice.
path=$(printf '%s' "$capture" | sed 's/,/,,/g')
set -- -M q35 -accel tcg -m 512 -no-user-config -nodefaults -display none -no-reboot \
    -chardev "timestamp,id=debug,path=$path" -device isa-debugcon,iobase=0x402,chardev=debug \
    -chardev "timestamp,id=console,path=$path" -serial chardev:console \
    -kernel "$build/guests/vmlinuz" -initrd "$build/guests/$initrd" -append "console=ttyS0 panic=-1"

title "Booting SeaBIOS and Debian's kernel with a $(($(wc -c <"$build/guests/$initrd") / 1000000)) MB initrd under TCG"
cat <<END
${dim}bootstamp run${probes:+ $probes} -- ${qemu##*/} -M q35 ... -kernel vmlinuz -initrd $initrd \\
    -chardev timestamp,id=debug,path=... -device isa-debugcon,iobase=0x402,chardev=debug \\
    -chardev timestamp,id=console,path=... -serial chardev:console
bootstamp export -f $shown${plain}

END

pid=
finish() {
    status=$?
    trap - EXIT
    if [ -n "$pid" ]; then
        kill "$pid" 2>/dev/null || :
        wait "$pid" 2>/dev/null || :
    fi
    exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

rm -f "$capture"
# shellcheck disable=SC2086
"$bootstamp" run -q $probes -- "$qemu" "$@" >"$build/demo.log" 2>&1 </dev/null &
pid=$!

# It is a capture once it has its magic.
turns=200
until [ "$(head -c 8 "$capture" 2>/dev/null)" = BOOTSTMP ]; do
    turns=$((turns - 1))
    if [ $turns -eq 0 ] || ! kill -0 "$pid" 2>/dev/null; then
        [ "$(head -c 8 "$capture" 2>/dev/null)" != BOOTSTMP ] || break
        die "QEMU did not start: $(head -n 5 "$build/demo.log")"
    fi
    sleep 0.05
done

# Returns when QEMU has ended.
"$bootstamp" export --follow "$capture"
status=0
wait "$pid" || status=$?
pid=
[ $status -eq 0 ] || die "QEMU ended with status $status: $(head -n 5 "$build/demo.log")"

title "Where the time went"
"$bootstamp" phases "$capture"

title "The capture is $shown. What to try next"
try() { printf '%s# %s%s\n%s\n' "$dim" "$1" "$plain" "$2"; }
if "$bootstamp" --help | grep -q '^  view '; then
    try "look through it, or watch the next boot" "$program view $shown"
fi
try "the log with fw_cfg and VM events" "$program export --events $shown"
try "the firmware's lines alone" "$program export --stream debug $shown"
try "what it holds" "$program info $shown"
try "a machine of your own" "$program run -- ${qemu##*/} -m 1G ..."
