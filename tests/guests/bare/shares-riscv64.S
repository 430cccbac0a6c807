# Firmware for -M virt: three functions that take 10, 30 and 60% of hart 0, N rounds, then power off.
#
# Hart 1 spins in `other`; further ones wait.  Lines on the 16550: "begin" and "end".  work's frame is found by its frame
# pointer alone, and the leaves' caller by the link register.  Link it at 0x80000000.
        .option norelax
        .text
        .macro function name count
        .type \name, @function
\name:  .cfi_startproc
        li t1, \count
1:      addi t1, t1, -1
        bnez t1, 1b
        ret
        .cfi_endproc
        .size \name, . - \name
        .endm

        .globl _start
        .type _start, @function
_start: .cfi_startproc
        .cfi_undefined ra
        csrw mie, zero
        csrr t0, mhartid
        li t1, 1
        beq t0, t1, other
        bnez t0, park
        la sp, stack_top
        li s0, 0
        la a0, begin
        call puts
        call work
        la a0, end
        call puts
        li t0, 0x100000         # sifive_test
        li t1, 0x5555
        sw t1, 0(t0)
park:   wfi
        j park
        .cfi_endproc
        .size _start, . - _start

        function ten 10000
        function thirty 30000
        function sixty 60000

        .type work, @function
work:   .cfi_startproc
        addi sp, sp, -16
        sd ra, 8(sp)
        sd s0, 0(sp)
        addi s0, sp, 16
        .cfi_def_cfa s0, 0
        .cfi_offset ra, -8
        .cfi_offset s0, -16
        addi sp, sp, -0x20
        li s1, N
1:      call ten
        call thirty
        call sixty
        addi s1, s1, -1
        bnez s1, 1b
        addi sp, s0, -16
        ld ra, 8(sp)
        ld s0, 0(sp)
        addi sp, sp, 16
        .cfi_def_cfa sp, 0
        ret
        .cfi_endproc
        .size work, . - work

        .type other, @function
other:  .cfi_startproc
        .cfi_undefined ra
        j other
        .cfi_endproc
        .size other, . - other

        .type puts, @function
puts:   li t0, 0x10000000
1:      lbu t1, 0(a0)
        beqz t1, 2f
        sb t1, 0(t0)
        addi a0, a0, 1
        j 1b
2:      ret
        .size puts, . - puts

begin:  .asciz "begin\r\n"
end:    .asciz "end\r\n"
        .balign 16
        .space 4096
        .globl stack_top
stack_top:
