#!/bin/sh
# Pictures of the viewer, as SVG.
#
#   tools/screenshot.sh [FILE]        the README's (default: docs/screenshot.svg)
#   tools/screenshot.sh [-s WIDTHxHEIGHT] [-k KEY]... FILE CAPTURE...
#                                     these captures, after these keys, which
#                                     are named as tmux send-keys names them
#
# The first boots the test guest under the QEMU that bootstamp was built for,
# with slow (PIO) fw_cfg copies, and looks at it with bootstamp view in a tmux
# terminal.  tools/screen-to-svg.py turns the screen into text.
#
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu

src=$(cd "$(dirname "$0")/.." && pwd)
build=${BOOTSTAMP_BUILD:-$src/build}
qemu=${BOOTSTAMP_QEMU:-qemu-system-x86_64}
server=bootstamp-screenshot-$$
tmp=$(mktemp -d "${TMPDIR:-/tmp}/bootstamp-shot.XXXXXX")
size=132x40 keys=

tm() { env -u TMUX LC_ALL=C.UTF-8 tmux -L "$server" -f /dev/null "$@"; }
clean_up() { tm kill-server 2>/dev/null || :; rm -rf "$tmp"; }
trap clean_up EXIT

fail() {
    echo "bootstamp: screenshot: $*" >&2
    exit 1
}

while getopts s:k: option; do
    case $option in
    s) size=$OPTARG ;;
    k) keys="$keys $OPTARG" ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
to=${1:-$src/docs/screenshot.svg}
[ $# = 0 ] || shift

for need in tmux python3; do
    command -v "$need" >/dev/null || fail "$need is missing; install it"
done

# start WORD...: bootstamp view in a terminal of its own
start() {
    printf "exec env TERM=tmux-256color LC_ALL=C.UTF-8 XDG_CONFIG_HOME='%s' XDG_STATE_HOME='%s' '%s' view" \
        "$tmp" "$tmp" "$build/bootstamp" >"$tmp/run"
    printf " '%s'" "$@" >>"$tmp/run"
    tm new-session -d -x "${size%x*}" -y "${size#*x}" "sh '$tmp/run'"
}

# wait_for ERE: until the screen has it
wait_for() {
    turns=0
    until tm capture-pane -p | grep -E -q "$1"; do
        turns=$((turns + 1))
        [ $turns -lt 6000 ] || fail "never on the screen: $1"
        sleep 0.05
    done
}

# save TITLE
save() {
    tm capture-pane -e -N -p >"$tmp/screen"
    "$src/tools/screen-to-svg.py" "$1" <"$tmp/screen" >"$tmp/screen.svg"
    mv "$tmp/screen.svg" "$to"
    echo "$to"
}

if [ $# -gt 0 ]; then
    start "$@"
    wait_for 'q quit'
    for key in $keys; do
        tm send-keys "$key"
        sleep 0.3
    done
    sleep 0.3
    save 'bootstamp view'
    exit
fi

command -v "$qemu" >/dev/null || fail "$qemu is missing; install it"
[ -s "$build/guests/vmlinuz" ] || "$src/tests/guests/make-guests.sh" linux "$build/guests/"

cap=$tmp/boot.bst
start --wait "$cap"
LD_PRELOAD="$build/chardev-timestamp.so" "$qemu" -M q35 -accel tcg -m 512 \
    -nodefaults -no-user-config -display none -global fw_cfg.dma_enabled=off \
    -kernel "$build/guests/vmlinuz" -initrd "$build/guests/initrd" \
    -append 'console=ttyS0 panic=-1' \
    -chardev "timestamp,id=dbg,path=$cap" -device isa-debugcon,iobase=0x402,chardev=dbg \
    -chardev "timestamp,id=ser,path=$cap" -serial chardev:ser &

# While the kernel is copied there is most to see.
wait_for 'now +kernel +[3-8][0-9]%'
save 'bootstamp view: Linux boots under QEMU'
wait $!
