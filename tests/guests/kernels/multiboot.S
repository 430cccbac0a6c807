# A kernel for the multiboot option ROM.
        .include "kernel.inc"

        .section .header, "a"
        .align 4
        .long 0x1badb002, 0, -0x1badb002

        .text
        .globl start
start:
        cmp $0x2badb002, %eax
        jne poweroff
        cld
        says "kernel: multiboot"
        jmp poweroff

        .data
        .space 300000, 0x55             # something to copy
