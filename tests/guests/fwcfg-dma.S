# fwcfg-dma.rom: reads what -initrd gave to fw_cfg (0x12) by DMA to 16 MiB, 16 times whole, then powers off.
#
# -initrd needs a real Linux image as -kernel: vmlinuz will do, its code is never run.  Give it RAM for both.
        .include "rom.inc"

        .set DESC, 0x9000               # control, length, address, all big-endian

start:  cli
        stack
        mov $0x510, %dx
        mov $0x0b, %ax
        out %ax, %dx
        mov $0x511, %dx
        mov $4, %cx
1:      in %dx, %al                     # the size, little-endian
        shrd $8, %eax, %edi
        loop 1b
        bswap %edi
        mov $16, %bx
2:      movl $0x0a001200, DESC          # select and read 0x0012
        mov %edi, DESC+4
        movl $0, DESC+8
        movl $0x00000001, DESC+12       # 0x01000000
        mov $0x514, %dx
        xor %eax, %eax
        out %eax, %dx
        mov $0x518, %dx
        mov $DESC, %eax
        bswap %eax
        out %eax, %dx
        dec %bx
        jnz 2b
        jmp poweroff
