# A kernel for the PVH option ROM.
        .include "kernel.inc"

        .section .note.pvh, "a", @note
        .align 4
        .long 4, 8, 18                  # XEN_ELFNOTE_PHYS32_ENTRY
        .asciz "Xen"
        .long start, 0                  # QEMU reads eight bytes

        .text
        .globl start
start:
        cmpl $0x336ec578, (%ebx)        # the start info's magic
        jne poweroff
        cld
        says "kernel: PVH"
        cmpl $1, 12(%ebx)               # nr_modules
        jne 1f
        says "kernel: with an initrd"
1:      jmp poweroff
