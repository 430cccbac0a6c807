#!/bin/sh
# What is built has what a distribution's hardening gives it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
for file in bootstamp chardev-timestamp.so chardev-timestamp-qemu.so; do
    readelf -hdlW "$build/$file" >"$tmp/elf" 2>&1
    like "$(cat "$tmp/elf")" 'Type: +DYN' "$file: position independent"
    like "$(cat "$tmp/elf")" 'GNU_STACK .* RW +0x' "$file: no stack to run code on"
    is "$(grep -c '^ *LOAD .* RWE ' "$tmp/elf")" 0 "$file: nothing is both writable and run"
    like "$(cat "$tmp/elf")" 'GNU_RELRO' "$file: relocations are made read-only"
    like "$(cat "$tmp/elf")" 'Flags: .*NOW|BIND_NOW' "$file: all of them, at once"
    is "$(grep -c -E 'RPATH|RUNPATH|TEXTREL' "$tmp/elf")" 0 "$file: no path for libraries, no relocation in code"
done
for file in bootstamp chardev-timestamp-qemu.so; do
    like "$(nm -D "$build/$file")" 'U __stack_chk_fail' "$file: stack protector"
    like "$(nm -D "$build/$file")" 'U __[a-z]+_chk' "$file: FORTIFY"
done
like "$(readelf -dW "$build/bootstamp")" 'FLAGS_1.*PIE' "bootstamp: an executable of that kind"
case $(uname -m) in
x86_64)
    for file in bootstamp chardev-timestamp-qemu.so; do
        like "$(objdump -d --no-show-raw-insn "$build/$file" | grep -c endbr64)" '^[0-9]{3,}$' "$file: places that an indirect jump may lead to"
    done
    ;;
esac
# Its constructor is all that the dynamic linker needs.
is "$(nm -D --defined-only "$build/chardev-timestamp-qemu.so")" "" "the module exports nothing"
done_testing
