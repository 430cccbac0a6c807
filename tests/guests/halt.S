# halt.rom: writes "up\n" and halts, until somebody resets the machine or ends QEMU.
        .include "rom.inc"

start:  cli
        stack
        mov $text, %si
        call puts
        jmp halt

text:   .asciz "up\n"
