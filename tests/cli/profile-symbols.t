#!/bin/sh
# Names of addresses: where the guest's log says that code is, where samples say it, and what a symbol file has.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v as >/dev/null || skip_all "no binutils"

# assemble FILE TEXT-ADDRESS: what standard input has, as ELF
assemble() {
    as --64 -o "$tmp/o.o" - && ld -m elf_x86_64 -e 0 -Ttext="$2" -o "$1" "$tmp/o.o"
}

# capture: what standard input tells, as $tmp/c.bst
capture() { perl "$src/tests/cli/profile-capture.pl" "$tmp/c.bst"; }

# names OPTION...: the functions and their modules, as the profile has them, by name
names() {
    "$BOOTSTAMP" profile --all "$@" "$tmp/c.bst" 2>&1 | sed -n 's/^ *[0-9.]*% *[0-9.]*% *[0-9.]*% *\([0-9]*\)  \(.*\)/\2 \1/p' |
        tr -s ' ' | sort | paste -sd,
}

# --- EDK2: module A is loaded above B, which comes later
capture <<END
line Loading driver at 0x0001F0BE000 EntryPoint=0x0001F0C0240 ADxe.efi
line Loading driver at 0x0001F000000 EntryPoint=0x0001F001240 BDxe.efi
sample 1f0be800
sample 1f000800
sample 1f000900
sample 1f800000
END
is "$(names)" "[ADxe] 1,[BDxe] 2,[memory] 1" "without symbols an address is of the module that begins nearest below"

mkdir "$tmp/edk2"
for module in ADxe BDxe_11111111-1111-1111-1111-111111111111 BDxe_22222222-2222-2222-2222-222222222222 CDxe; do
    # the entry point is at another place in each
    case $module in *1) at=0x1000 ;; *2) at=0x2000 ;; *) at=0x1234 ;; esac
    assemble "$tmp/edk2/$module.debug" 0x240 <<END
        .type first_of_$(echo "$module" | tr - _), @function
first_of_$(echo "$module" | tr - _):
        nop
        .org $at
        .globl _ModuleEntryPoint
        .type _ModuleEntryPoint, @function
_ModuleEntryPoint: ret
END
done
capture <<END
line Loading driver at 0x0001F100000 EntryPoint=0x0001F101474 ADxe.efi
line Loading driver at 0x0001F000000 EntryPoint=0x0001F002240 BDxe.efi
line Loading driver at 0x0001EF00000 EntryPoint=0x0001EF07777 CDxe.efi
line add-symbol-file /b/DEBUG/CDxe.dll 0x1EE00240
sample 1f100241
sample 1f000241
sample 1ef00241
sample 1ee00241
END
is "$(names --symbols "$tmp/edk2")" \
    "[CDxe] 1,first_of_ADxe ADxe 1,first_of_BDxe_22222222_2222_2222_2222_222222222222 BDxe 1,first_of_CDxe CDxe 1" \
    "the entry point tells which file of that name it is, and that one is of another build"
like "$("$BOOTSTAMP" profile --symbols "$tmp/edk2" "$tmp/c.bst")" "^symbols .*/ADxe\.debug" "the files are listed"

# --- U-Boot: a debug build says where it goes, bdinfo says it, samples say it
{
    echo '.globl __image_copy_start'
    echo '.type __image_copy_start, @object'
    echo '__image_copy_start:'
    for i in $(seq 0 39); do
        printf '.type f%d, @function\nf%d: .skip %d\n.size f%d, . - f%d\n' "$i" "$i" $((37 + i * 61 % 97)) "$i" "$i"
    done
} | assemble "$tmp/u-boot" 0x1000
nm "$tmp/u-boot" | awk '$3 ~ /^f[0-9]+$/ { print $1, $3 }' | sort -k2 -V >"$tmp/functions"
# not by the shell: dash's numbers have a sign
at() {
    perl -e 'no warnings "portable"; printf "%x", hex($ARGV[0]) + eval $ARGV[1]' "$(awk -v name="$1" '$2 == name { print $1 }' "$tmp/functions")" "$2"
}
for line in 'Relocating to 4ff1d000, new gd at 4eea1df0, sp at 4eea1dd0' 'relocaddr   = 0x000000004ff1d000'; do
    capture <<END
sample $(at f3 1)
line $line
sample $(at f3 $((0x4ff1d000 - 0x1000 + 2)))
sample $(at f7 $((0x4ff1d000 - 0x1000)))
END
    is "$(names --symbols "$tmp/u-boot")" "f3 u-boot 2,f7 u-boot 1" "U-Boot says where it goes: ${line%%[ =0-9]*}"
done
for i in $(seq 0 11); do echo "sample $(at "f$i" $((0x4ff1d000 - 0x1000)))"; done | capture
is "$(names --symbols "$tmp/u-boot" | tr ',' '\n' | wc -l)" 12 "U-Boot that says nothing: its functions' beginnings are enough"
like "$(names --symbols "$tmp/u-boot")" "f11 u-boot 1" "and it is where they fit"
for i in 3 7 11; do echo "sample $(at "f$i" $((0x4ff1d000 - 0x1000)))"; done | capture
is "$(names --symbols "$tmp/u-boot")" "[memory] 3" "three are not enough to believe it"

# --- what a file has: labels inside of a function, symbols of sections that are not in memory
assemble "$tmp/elf" 0x100000 <<'END'
        .type outer, @function
outer:  .cfi_startproc
        nop
inside: nop
        nop
        .cfi_endproc
        .size outer, . - outer
        .type entry, @notype
entry:  nop
        call callee
        nop
        .type callee, @function
callee: .cfi_startproc
        nop
        ret
        .cfi_endproc
        .size callee, . - callee
        .section .debug_x
        .skip 0x100001
        .globl in_no_memory
in_no_memory:
        .skip 16
END
capture <<END
sample 100001
sample 100002
END
is "$(names --symbols "$tmp/elf")" "outer elf 2" "a label inside of a function does not end it, nor does a debugger's section"

# --- a kernel that moved itself: its assembly is not taken for a function of the place where it was linked
{
    echo '.globl _stext'
    echo '_stext: .skip 16'
    for i in $(seq 0 39); do
        printf '.type f%d, @function\nf%d: .skip %d\n.size f%d, . - f%d\n' "$i" "$i" $((37 + i * 61 % 97)) "$i" "$i"
    done
    echo '.balign 0x10000'
    echo 'vectors: .skip 0x8000'
    echo '.type big, @function'
    echo 'big: .skip 0x28000'
    echo '.size big, . - big'
} | assemble "$tmp/vmlinux" 0xffff800008010000
nm "$tmp/vmlinux" | awk '{ print $1, $3 }' >"$tmp/functions"
{
    for i in $(seq 0 11); do echo "sample $(at "f$i" 0x20000)"; done
    echo "sample $(at vectors 0x20280)"
} | capture
like "$(names --symbols "$tmp/vmlinux")" "f11 vmlinux 1,.*,vectors vmlinux 1$" "Linux is found by multiples of 64 KiB"
"$BOOTSTAMP" export -F folded --symbols "$tmp/vmlinux" "$tmp/c.bst" >"$tmp/folded"
is "$(grep -c ';big ' "$tmp/folded")" 0 "and its assembly has its own name" || diag "$(cat "$tmp/folded")"

# --- call paths up to assembly code
after_call=$(printf '%x' $((0x$(nm "$tmp/elf" | awk '$3 == "callee" { print $1 }') - 1)))
capture <<END
sample $(nm "$tmp/elf" | awk '$3 == "callee" { print $1 }') 7000 $after_call
sample $(nm "$tmp/elf" | awk '$3 == "entry" { print $1 }') 7000 $after_call
sample 100001 7000
END
like "$("$BOOTSTAMP" profile --symbols "$tmp/elf" "$tmp/c.bst" | tr '\n' ' ')" \
    "call paths: 0\.0% of the busy time whole, 33\.3% up to assembly code, 33\.3% end at a function without call frame information, 33\.3% where the sampled stack ends" \
    "a path that ends at assembly code is one that was followed"
is "$("$BOOTSTAMP" export -F folded --symbols "$tmp/elf" "$tmp/c.bst" | grep -c ';entry;callee 1$')" 1 "and has its caller"
done_testing
