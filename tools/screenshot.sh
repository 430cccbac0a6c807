#!/bin/sh
# The README's picture: a real boot in the viewer, as SVG.
#
#   tools/screenshot.sh [FILE]        (default: docs/screenshot.svg)
#
# Boots the test guest under the QEMU that bootstamp was built for, with slow
# (PIO) fw_cfg copies, looks at it with bootstamp view in a tmux terminal, and
# turns the screen into text: tools/screen-to-svg.py.
#
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu

src=$(cd "$(dirname "$0")/.." && pwd)
build=${BOOTSTAMP_BUILD:-$src/build}
to=${1:-$src/docs/screenshot.svg}
qemu=${BOOTSTAMP_QEMU:-qemu-system-x86_64}
server=bootstamp-screenshot-$$
tmp=$(mktemp -d "${TMPDIR:-/tmp}/bootstamp-shot.XXXXXX")

tm() { env -u TMUX LC_ALL=C.UTF-8 tmux -L "$server" -f /dev/null "$@"; }
clean_up() { tm kill-server 2>/dev/null || :; rm -rf "$tmp"; }
trap clean_up EXIT

for need in tmux python3 "$qemu"; do
    command -v "$need" >/dev/null || {
        echo "bootstamp: screenshot: $need is missing; install it" >&2
        exit 1
    }
done
[ -s "$build/guests/vmlinuz" ] || "$src/tests/guests/make-guests.sh" linux "$build/guests/"

cap=$tmp/boot.bst
tm new-session -d -x 132 -y 40 "TERM=tmux-256color LC_ALL=C.UTF-8 XDG_CONFIG_HOME=$tmp '$build/bootstamp' view --wait '$cap'"
LD_PRELOAD="$build/chardev-timestamp.so" "$qemu" -M q35 -accel tcg -m 512 \
    -nodefaults -no-user-config -display none -global fw_cfg.dma_enabled=off \
    -kernel "$build/guests/vmlinuz" -initrd "$build/guests/initrd" \
    -append 'console=ttyS0 panic=-1' \
    -chardev "timestamp,id=dbg,path=$cap" -device isa-debugcon,iobase=0x402,chardev=dbg \
    -chardev "timestamp,id=ser,path=$cap" -serial chardev:ser &

# While the kernel is copied there is most to see.
turns=0
until tm capture-pane -p | grep -E -q 'now +kernel +[3-8][0-9]%'; do
    turns=$((turns + 1))
    [ $turns -lt 1200 ] || {
        echo "bootstamp: screenshot: the copy of the kernel was not seen" >&2
        exit 1
    }
    sleep 0.05
done
tm capture-pane -e -N -p >"$tmp/screen"
wait $!
"$src/tools/screen-to-svg.py" 'bootstamp view: Linux boots under QEMU' <"$tmp/screen" >"$tmp/screen.svg"
mv "$tmp/screen.svg" "$to"
echo "$to"
