# spin.rom: writes "up\n" and works for ever.
        .include "rom.inc"

start:  cli
        stack
        mov $text, %si
        call puts
1:      jmp 1b

text:   .asciz "up\n"
