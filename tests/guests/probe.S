# probe.rom: writes a probe of 32 bits and a line of 6 bytes by address, N times, then powers off.
        .include "rom.inc"
        .ifndef N
        .set N, 1000
        .endif
        .set LINE, 0x2000

start:  stack
        mov $line, %si                  # into RAM: lines are taken from nowhere else
        mov $LINE, %di
        mov $(line_end - line), %cx
        rep movsb %cs:(%si), %es:(%di)
        mov $N, %ecx
1:      mov $0x404, %dx
        mov $0x12345638, %eax           # a point, number 0x38
        out %eax, %dx
        mov $0x408, %dx
        mov $LINE, %eax
        out %eax, %dx
        loopl 1b
        jmp poweroff

        .balign 4
line:   .long 6
        .ascii "probe\n"
line_end:
