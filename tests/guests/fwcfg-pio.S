# fwcfg-pio.rom: reads what -kernel, -initrd and -append gave to fw_cfg, byte by byte, then powers off.
#
# For each of kernel (0x11), initrd (0x12), cmdline (0x15) and setup (0x18), in this order (the order of the
# 2011 option ROM), it reads the size from its own item (0x08, 0x0b, 0x14, 0x17) and, unless that is 0,
# selects the data once (port 0x510) and reads all of it with `rep insb` (port 0x511), no DMA.
# Then one line on the debug port:   NAME SIZE SUM\n   SIZE and SUM as 8 hex digits, SUM the sum of all
# bytes mod 2^32 (`guest-bytes.pl sum FILE [OFFSET [LENGTH]]`).
# -kernel takes any file that is no Linux, multiboot or ELF image: its first (b + 1) * 512 bytes, b being byte
# 0x1f1 of the file or 4 if that is 0, are then `setup` (QEMU changes some of them), the rest is `kernel`.
# -initrd needs a real Linux image as -kernel: vmlinuz will do, its code is never run.
        .include "rom.inc"

        .macro item name, size, data
        mov $\size, %bx
        mov $\data, %bp
        mov $1f, %si
        call copy
        jmp 2f
1:      .asciz "\name "
2:
        .endm

start:  cli
        stack
        item kernel, 0x08, 0x11
        item initrd, 0x0b, 0x12
        item cmdline, 0x14, 0x15
        item setup, 0x17, 0x18
        jmp poweroff

copy:   mov $0x510, %dx
        mov %bx, %ax
        out %ax, %dx
        mov $0x511, %dx
        mov $4, %cx
1:      in %dx, %al                     # the size, little-endian
        shrd $8, %eax, %edi
        loop 1b
        test %edi, %edi
        jz 5f
        push %edi
        mov $0x510, %dx
        mov %bp, %ax
        out %ax, %dx
        mov $0x511, %dx
        xor %ebp, %ebp                  # the sum
        mov %edi, %ebx                  # bytes to go
2:      mov $0x4000, %ecx
        cmp %ecx, %ebx
        jae 3f
        mov %ebx, %ecx
3:      sub %ecx, %ebx
        push %cx
        mov $0x8000, %di
        rep insb
        pop %cx
        push %si
        mov $0x8000, %si
        xor %eax, %eax
4:      lodsb
        add %eax, %ebp
        loop 4b
        pop %si
        test %ebx, %ebx
        jnz 2b
        call puts
        pop %ebx
        call puthex
        mov $' ', %al
        putb
        mov %ebp, %ebx
        call puthex
        mov $'\n', %al
        putb
5:      ret
