// A kernel for -M virt: three functions that take 10, 30 and 60% of CPU 0, N rounds, then power off.
//
// CPU 1 spins in `other`; further ones stay off.  Lines on the pl011: "begin" and "end".  work's frame is found by its
// frame pointer alone, and the leaves' caller by the link register.  Link it at 0x40200000.
        .text
        .macro function name count
        .type \name, %function
\name:  .cfi_startproc
        mov w1, #\count
1:      subs w1, w1, #1
        b.ne 1b
        ret
        .cfi_endproc
        .size \name, . - \name
        .endm

        .globl _start
        .type _start, %function
_start: .cfi_startproc
        .cfi_undefined x30
        adr x0, stack_top
        mov sp, x0
        mov x29, xzr
        movz x0, #0xc400, lsl #16       // PSCI CPU_ON
        movk x0, #3
        mov x1, #1
        adr x2, other
        mov x3, xzr
        hvc #0
        adr x0, begin
        bl puts
        bl work
        adr x0, end
        bl puts
        movz w0, #0x8400, lsl #16       // PSCI SYSTEM_OFF
        movk w0, #8
        hvc #0
1:      wfi
        b 1b
        .cfi_endproc
        .size _start, . - _start

        function ten 10000
        function thirty 30000
        function sixty 60000

        .type work, %function
work:   .cfi_startproc
        stp x29, x30, [sp, #-16]!
        mov x29, sp
        .cfi_def_cfa x29, 16
        .cfi_offset x29, -16
        .cfi_offset x30, -8
        sub sp, sp, #0x20
        mov w19, #N
1:      bl ten
        bl thirty
        bl sixty
        subs w19, w19, #1
        b.ne 1b
        mov sp, x29
        ldp x29, x30, [sp], #16
        .cfi_def_cfa sp, 0
        ret
        .cfi_endproc
        .size work, . - work

        .type other, %function
other:  .cfi_startproc
        .cfi_undefined x30
1:      b 1b
        .cfi_endproc
        .size other, . - other

        .type puts, %function
puts:   movz x1, #0x0900, lsl #16
1:      ldrb w2, [x0], #1
        cbz w2, 2f
        strb w2, [x1]
        b 1b
2:      ret
        .size puts, . - puts

begin:  .asciz "begin\r\n"
end:    .asciz "end\r\n"
        .balign 16
        .space 4096
        .globl stack_top
stack_top:
