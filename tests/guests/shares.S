# shares.rom: three functions that take 10, 30 and 60% of the time, N rounds (default 5000), then power off.
#
# They are the same loop with other counts, in 32-bit mode, with interrupts off throughout.  Lines: "begin"
# and "end".  Its symbols: link the object with --oformat elf32-i386; addresses are offsets from 0xf0000.
        .include "rom.inc"
        .ifndef N
        .set N, 5000
        .endif

        .code32
        .macro function name count
        .type \name, @function
\name:  mov $\count, %ecx
1:      dec %ecx
        jnz 1b
        ret
        .size \name, . - \name
        .endm

        function ten 10000
        function thirty 30000
        function sixty 60000

        .type work, @function
work:   mov $N, %ebp
1:      call ten
        call thirty
        call sixty
        dec %ebp
        jnz 1b
        ret
        .size work, . - work

pm32:   mov $0x10, %ax
        mov %ax, %ss
        call work
        mov $0x20, %ax
        mov %ax, %ss
        ljmp $0x18, $pm16

        .code16
pm16:   mov %cr0, %eax
        and $0xfe, %al
        mov %eax, %cr0
        ljmp $0xf000, $real
real:   stack
        mov $end, %si
        call puts
        jmp poweroff

start:  cli
        stack
        movzwl %sp, %esp
        mov $begin, %si
        call puts
        lgdtl %cs:gdtr
        mov %cr0, %eax
        or $1, %al
        mov %eax, %cr0
        ljmpl $0x08, $(0xf0000 + pm32)

begin:  .asciz "begin\n"
end:    .asciz "end\n"
        .balign 8
gdt:    .quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
        .quad 0x00009b0f0000ffff, 0x000093000000ffff    # 16-bit: code at 0xf0000, data
gdtr:   .word gdtr - gdt - 1
        .long 0xf0000 + gdt
