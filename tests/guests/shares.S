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

        .code16
start:  cli
        stack
        movzwl %sp, %esp
        mov $begin, %si
        call puts
        enter_pm
        call work
        leave_pm
        stack
        mov $end, %si
        call puts
        jmp poweroff

begin:  .asciz "begin\n"
end:    .asciz "end\n"
