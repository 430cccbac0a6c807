# pattern.rom: N known bytes (default 2,000,000) to the debug port, then power off.
#
# Byte i, i = 0 .. N-1, is   b(i) = ((i * 0x9e3779b1) mod 2^32) >> 24
# All 256 values occur; a byte lost, doubled or moved changes what follows.
# `guest-bytes.pl pattern N` prints the same bytes.  One `outb` a byte and about five instructions
# between two of them, so this is also the guest for benchmarks.
#
# PORT=0x3f8 (serial-N.rom) sends the same bytes through the first UART instead.
        .include "rom.inc"
        .ifndef N
        .set N, 2000000
        .endif

start:  cli
        xor %ecx, %ecx
        xor %ebx, %ebx                  # i * 0x9e3779b1, by addition
        mov $PORT, %dx
1:      mov %ebx, %eax
        shr $24, %eax
        putb
        add $0x9e3779b1, %ebx
        inc %ecx
        cmp $N, %ecx
        jb 1b
        .if PORT == 0x3f8
        mov $0x3fd, %dx                 # let the last byte leave the shift register
2:      in %dx, %al
        test $0x40, %al
        jz 2b
        .endif
        jmp poweroff
