#!/bin/bash
# Rows of what guests really write: our own boot sector, firmware and programs of Debian's packages.
# The witness is lines-witness.py: `export --format bytes` alone says when what came.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/boot/package-guest.sh
. "$src/tests/boot/package-guest.sh"
command -v python3 >/dev/null || skip_all "no python3"
have_compiler || skip_all "no C compiler"

# said CAPTURE: the serial stream's rows, without times
said() { "$BOOTSTAMP" export --stream ser "$1" | cut -c 26-; }

# --- a boot sector that says what it is told to, with rests
compile -m32 -c -o "$tmp/say.o" "$src/tests/guests/sectors/say.S" || skip_all "no 16-bit code here"
ld -m elf_i386 -Ttext 0x7c00 --oformat binary -o "$tmp/say.bin" "$tmp/say.o" || skip_all "no linker for it"
say() {
    python3 "$src/tests/guests/sectors/say.py" "$tmp/say.bin" "$tmp/say.img" "$@"
}
run_say() {
    RUN="$BOOTSTAMP run -q --" lib_qemu -m 32 -drive "file=$tmp/say.img,format=raw,if=ide" -net none "$@" \
        -chardev "timestamp,id=dbg,path=$tmp/say.bst" -chardev "timestamp,id=ser,path=$tmp/say.bst" -serial chardev:ser
}
say '\x1b[2J\x1b[H' @4 'one\n\r' @4 'two\r\r\n' @4 'over\r' @4 'written\n' '10%\r' @3 '20%\r' @3 '\x1b[Kdone\r\n' \
    '\x1b[0;32m[  ' @2 'OK\x1b[0m  ] green\n\n\r\n' @2 '\xc3' @2 '\xbc\xe2\x82' @2 '\xac\n' 'spin |' @2 '\b/' @2 '\b-\n' \
    '\x1b[5;1Hfive' @3 '\x1b[7;1H' @3 'seven\x1b[2J' @2 'after\r\n' 'half\x1b[3' @2 '1m red\n' '\x1b]0;a title\a' @2 'bell\n' \
    'Loading Linux 6.1 ...\n\r' @4 '\r' '[    0.000000] Linux version 6.1.0 (x)\r\n' '[    1.0] Run /init as init process\r\n' \
    'host login: '
run_say
is $? 0 "the boot sector powers off"
is "$(said "$tmp/say.bst")" "one
two
over
written
10%
20%
done
[  OK  ] green
ü€
spin |
/
-
five
seven
after
half red
bell
Loading Linux 6.1 ...
[    0.000000] Linux version 6.1.0 (x)
[    1.0] Run /init as init process
host login: " "a row for each text, whatever ends or clears it"
true_rows "$tmp/say.bst" "the boot sector"
is "$("$BOOTSTAMP" export "$tmp/say.bst" | grep -cE '^ *[0-9.]+ +-')" 0 "no delta goes back, with two streams"
is "$("$BOOTSTAMP" export -F csv "$tmp/say.bst" | tail -n +2 | cut -d, -f1 | sort -nc 2>&1)" "" "nor a time in CSV"
"$BOOTSTAMP" export -F json "$tmp/say.bst" >"$tmp/json"
if command -v jq >/dev/null; then
    is "$(jq -r 'select(.overwritten) | .text' "$tmp/json" | paste -sd ,)" 'over,10%,20%,spin |,/' "JSON marks what was written over"
    is "$(jq -j 'select(.text == "[  OK  ] green") | .base64 | @base64d' "$tmp/json" | od -An -c | tr -d ' \n')" \
        '033[0;32m[OK033[0m]green' "and has the bytes where they differ"
fi
like "$("$BOOTSTAMP" export --controls --stream ser "$tmp/say.bst")" '  \^\[\[0;32m\[  OK\^\[\[0m  \] green$' "--controls shows them"
# The rows of a milestone are those of its text, to the microsecond that phases prints.
at() { "$BOOTSTAMP" export --stream ser "$tmp/say.bst" | sed -n "s/^ *\([0-9.]*\) .*  $1.*/\1/p" | head -n 1; }
for pair in 'GRUB loads kernel=Loading Linux' 'Kernel start=\[    0.000000\] Linux' 'User space start=\[    1.0\] Run' \
    'Login prompt=host login'; do
    is "$("$BOOTSTAMP" phases "$tmp/say.bst" | row_value "${pair%%=*}" | cut -d' ' -f1)" "$(at "${pair#*=}")" \
        "${pair%%=*} is at its line"
done
like "$("$BOOTSTAMP" phases "$tmp/say.bst")" '^BIOS boot OS .*  Hard Disk$' "BIOS boot OS has its device"
is "$("$BOOTSTAMP" export -F screen "$tmp/say.bst" | sed -n 7,8p)" "     after
half red" "the screen at the end"
like "$("$BOOTSTAMP" export -F screen --at "$(at seven)" "$tmp/say.bst" | sed -n 5p)" '^five' "the screen at the time of a row"
is "$("$BOOTSTAMP" export -F screen --at "$(at seven)" "$tmp/say.bst" | grep -c seven)" 0 "has nothing that came later"

# --- the firmware's serial console (-nographic), and an attempt that fails
say 'Booting the kernel.\r\n' '[    0.000000] Linux version 6.1.0 (x)\r\n'
RUN="$BOOTSTAMP run -q --" lib_qemu -m 64 -machine graphics=off -drive "file=$tmp/say.img,format=raw,if=ide" \
    -netdev user,id=n -device virtio-net-pci,netdev=n,bootindex=1 -boot order=nc \
    -chardev "timestamp,id=dbg,path=$tmp/nog.bst" -chardev "timestamp,id=ser,path=$tmp/nog.bst" -serial chardev:ser
is $? 0 "PXE fails, the disk boots"
true_rows "$tmp/nog.bst" "SeaBIOS and iPXE on a serial console" --screens ser
"$BOOTSTAMP" phases "$tmp/nog.bst" >"$tmp/out"
like "$(cat "$tmp/out")" '^BIOS boot attempt .*  ROM: failed$' "the network was an attempt"
like "$(cat "$tmp/out")" '^BIOS boot OS .*  Hard Disk$' "the disk was not"
like "$(cat "$tmp/out")" '^iPXE ' "iPXE has a row"
like "$(cat "$tmp/out")" '^Kernel start ' "Kernel start through SeaBIOS's console"

# --- programs of Debian's packages; tests/slow/guests.t has more
seconds=7
package_guest u-boot-arm64 /usr/lib/u-boot/qemu_arm64/u-boot.bin "" "U-Boot U-Boot_autoboot" qemu-system-aarch64 \
    -M virt -cpu cortex-a53 -m 256 -bios /usr/lib/u-boot/qemu_arm64/u-boot.bin
done_testing
