# flood.rom: numbered lines to the debug port at full speed, for ever.
#
# Line i is i as 8 lower-case hex digits and "\n", 9 bytes: "00000000\n", "00000001\n" ...
# so that any captured prefix can be verified (`guest-bytes.pl check-flood FILE`).
# With N other than 0 (flood-N.rom) it powers off after N lines.
        .include "rom.inc"
        .ifndef N
        .set N, 0
        .endif

start:  cli
        xor %ebx, %ebx
        mov $PORT, %dx
1:      mov $8, %cx
2:      rol $4, %ebx
        mov %bl, %al
        and $15, %al
        add $'0', %al
        cmp $'9', %al
        jbe 3f
        add $('a' - '9' - 1), %al
3:      putb
        loop 2b
        mov $'\n', %al
        putb
        inc %ebx
        .if N
        cmp $N, %ebx
        jae poweroff
        .endif
        jmp 1b
