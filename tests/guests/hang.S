# hang-N.rom: a guest that hangs.  N = 1: it says that it panics, and halts; 2: it asks for a login, and waits;
# 3: it resets the machine for ever, without a word; 4: it writes a line every now and then for ever;
# 5: it resets the machine three times, and asks for a login then.
        .include "rom.inc"
        .ifndef N
        .set N, 1
        .endif

start:  cli
        stack
        mov $text, %si
        call puts
        .if N == 5
        mov $0x40, %al                  # CMOS outlives a reset
        out %al, $0x70
        in $0x71, %al
        inc %ax
        out %al, $0x71
        cmp $4, %al
        jae halt
        .endif
        .if N == 3 || N == 5
        mov $0xfe, %al
        out %al, $0x64
        .elseif N == 4
again:  mov $text, %si
        call puts
        mov $4000, %cx
1:      out %al, $0x80
        loop 1b
        jmp again
        .endif
        jmp halt

        .if N == 1
text:   .asciz "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100\n---[ end Kernel panic ]---\n"
        .elseif N == 2 || N == 5
text:   .asciz "Debian GNU/Linux 12\n\nguest login: "
        .elseif N == 3
text:   .asciz ""
        .else
text:   .asciz "at work\n"
        .endif
