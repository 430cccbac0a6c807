# post.rom: writes POST codes to port 0x80, then what it reads there to the debug port, then powers off.
        .include "rom.inc"

start:  cli
        stack
        mov $codes, %si
        mov $(codes_end - codes), %cx
1:      lodsb %cs:(%si), %al
        out %al, $0x80
        loop 1b
        in $0x80, %al
        mov $0x402, %dx
        out %al, %dx
        mov $'\n', %al
        out %al, %dx
        jmp poweroff

codes:  .byte 0x10, 0x29, 0x29, 0x29, 0x80, 0x10, 0xf3
codes_end:
