#!/bin/sh
# run --profile on other machines: i386, aarch64, riscv64.  The guests' functions take 10, 30 and 60%, and their call
# paths are known; a wrong program counter, stack pointer, frame pointer or link register would show.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests shares.rom

# shares: "yes" where each function's share is within four standard errors, and work has all of it
shares() {
    awk '
        $1 ~ /%$/ && $5 ~ /^(ten|thirty|sixty)$/ {
            want = $5 == "ten" ? 10 : $5 == "thirty" ? 30 : 60
            self = $1 + 0; error = $2 + 0; n += $4; found++
            # what is printed is rounded
            if (self < want - 4 * error - 0.1 || self > want + 4 * error + 0.1)
                wrong = wrong " " $5 " " self "% +- " error
        }
        $1 ~ /%$/ && $5 == "work" { total = $3 + 0 }
        END {
            if (found == 3 && n > 100 && !wrong && total > '"$1"')
                print "yes"
            else
                print "no:" wrong ", " found + 0 " functions, " n + 0 " samples, work " total + 0 "%"
        }'
}

# --- i386: the same ROM as on x86_64, without call frame information
as --32 -I "$src/tests/guests" -o "$tmp/shares.o" "$src/tests/guests/shares.S" &&
    ld -m elf_i386 -T "$src/tests/guests/rom.ld" --oformat elf32-i386 -o "$tmp/shares.elf" "$tmp/shares.o"
if command -v qemu-system-i386 >/dev/null; then
    QEMU=qemu-system-i386 RUN="$BOOTSTAMP run -q --profile --" run_rom shares -chardev "timestamp,id=dbg,path=$tmp/i386.bst"
    is $? 0 "i386: the guest ends"
    "$BOOTSTAMP" profile --all --symbols "$tmp/shares.elf@0xf0000" --between begin end "$tmp/i386.bst" >"$tmp/out"
    is "$(shares -1 <"$tmp/out")" yes "i386: 10, 30 and 60%" || diag "$(cat "$tmp/out")"
    "$BOOTSTAMP" export -F json "$tmp/i386.bst" >"$tmp/json"
    # the ROM's stack ends at 0x7c00 or below
    is "$(sed -n 's/.*"type":"sample".*"sp":"\(0x[0-9a-f]*\)".*/\1/p' "$tmp/json" | sort -u |
        while read -r sp; do [ $((sp)) -le 65536 ] || echo "$sp"; done)" "" "i386: stack pointers are the ROM's"
else
    skip "i386" "no qemu-system-i386"
fi

# --- the others
if ! command -v clang >/dev/null || ! command -v ld.lld >/dev/null; then
    skip "aarch64 and riscv64" "no clang or lld"
    done_testing
fi

# guest ARCH ADDRESS N: shares-ARCH.S as an ELF file; N rounds take some half millisecond each
guest() {
    clang --target="$1-unknown-none" -mno-relax -Wno-unused-command-line-argument -DN="$3" -c \
        -o "$tmp/$1.o" "$src/tests/guests/bare/shares-$1.S" &&
        ld.lld -Ttext="$2" -e _start -o "$tmp/$1.elf" "$tmp/$1.o"
}

# boot ARCH CAPTURE QEMU-ARGUMENT...
boot() {
    arch=$1 capture=$2
    shift 2
    timeout -k 5 120 "$BOOTSTAMP" run -q --profile -- "qemu-system-$arch" -M virt -m 64 -no-user-config -nodefaults \
        -display none -smp 3 -chardev "timestamp,id=u,path=$capture" -serial chardev:u "$@" </dev/null >"$tmp/qemu.log" 2>&1
}

# address ARCH SYMBOL
address() { printf '%d' "0x$(nm "$tmp/$1.elf" | awk -v name="$2" '$3 == name { print $1 }')"; }

# on_arch ARCH ADDRESS HOW-IT-IS-LOADED...
on_arch() {
    arch=$1 address=$2
    shift 2
    command -v "qemu-system-$arch" >/dev/null || { skip "$arch" "no qemu-system-$arch"; return; }
    guest "$arch" "$address" 3000
    is $? 0 "$arch: the guest is assembled"
    boot "$arch" "$tmp/$arch.bst" "$@"
    is $? 0 "$arch: the guest ends" || diag "$(head -n 3 "$tmp/qemu.log")"
    "$BOOTSTAMP" profile --all --vcpu 0 --symbols "$tmp/$arch.elf" --between begin end "$tmp/$arch.bst" >"$tmp/out"
    is "$(shares 99 <"$tmp/out")" yes "$arch: 10, 30 and 60% of CPU 0, all called by work" || diag "$(cat "$tmp/out")"
    "$BOOTSTAMP" export -F folded --symbols "$tmp/$arch.elf" "$tmp/$arch.bst" >"$tmp/folded"
    is "$(sed -n 's/^[^;]*;\(.*;sixty\) [0-9]*$/\1/p' "$tmp/folded" | sort -u)" "_start;work;sixty" \
        "$arch: the call path, by link register and frame pointer" || diag "$(cat "$tmp/folded")"

    # where the stack is, in the three leaves: below work's frame
    "$BOOTSTAMP" export -F json "$tmp/$arch.bst" | grep '"type":"sample"' >"$tmp/json"
    low=$(address "$arch" ten) high=$(address "$arch" work)
    is "$(grep '"vcpu":0,' "$tmp/json" | sed -n 's/.*"pc":"\([^"]*\)","sp":"\([^"]*\)".*/\1 \2/p' |
        while read -r pc sp; do
            [ $((pc)) -lt "$low" ] || [ $((pc)) -ge "$high" ] || echo $((sp))
        done | sort -u)" $(($(address "$arch" stack_top) - 0x30)) "$arch: the stack pointer"

    # CPU 1 spins, CPU 2 waits
    is "$(grep '"vcpu":1,' "$tmp/json" | grep -c '"idle":true')" "$(grep '"vcpu":1,' "$tmp/json" | grep -v '"pc"' | grep -c .)" \
        "$arch: what CPU 1 does is known"
    like "$("$BOOTSTAMP" profile --vcpu 1 --symbols "$tmp/$arch.elf" --between begin end "$tmp/$arch.bst")" \
        "^ *(9[5-9]|100)\.[0-9]% .* other " "$arch: CPU 1 spins"
    like "$("$BOOTSTAMP" profile --vcpu 2 --symbols "$tmp/$arch.elf" --between begin end "$tmp/$arch.bst")" \
        "^ *(9[5-9]|100)\.[0-9]% +\[idle\]" "$arch: CPU 2 is idle"

    guest "$arch" "$address" 500
    for i in 1 2; do
        boot "$arch" "$tmp/icount-$i.bst" "$@" -icount shift=3,sleep=off
        # up to the line: the main loop powers off a little later, at no certain instruction
        "$BOOTSTAMP" export -F json --clock virtual "$tmp/icount-$i.bst" | sed '/"type":"line".*"end"/q' |
            grep '"type":"sample"' >"$tmp/icount-$i"
    done
    ok "$arch, -icount: two profiles are equal" cmp "$tmp/icount-1" "$tmp/icount-2"
    ok "$arch, -icount: of many samples" test "$(grep -c '"pc"' "$tmp/icount-1")" -gt 500
}
on_arch aarch64 0x40200000 -cpu cortex-a57 -kernel "$tmp/aarch64.elf"
on_arch riscv64 0x80000000 -bios "$tmp/riscv64.elf"
done_testing
