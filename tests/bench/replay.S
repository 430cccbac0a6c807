# replay.rom: a firmware's debug output once more, and how long each way of writing it takes.
#
# The file "records" is what one boot wrote at once: a long with the length, then the bytes.  Each round writes
# all of it byte by byte, then as it was (records of one byte to the debug port, longer ones by address), and then
# does the same twice without writing.  Each pass is a span of the probe port: 0x38, 0x39, 0x3a, 0x3b.  All in
# flat 32-bit protected mode, as SeaBIOS writes.
        .include "rom.inc"
        .ifndef N
        .set N, 5                       # rounds
        .endif
        .set PROBE, 0x404
        .set LINE, 0x408
        .set BASE, 0xf0000
        .set COPY, 0x10000              # of the records: lines are taken from RAM alone

        .macro probe id
        mov $PROBE, %dx
        mov $\id, %al
        out %al, %dx
        .endm

        .macro pass number, routine
        probe 0x40 + \number
        mov $BASE + \routine, %ebp
        call walk
        probe 0x80 + \number
        .endm

start:  cli
        lgdtl %cs:gdtr
        mov %cr0, %eax
        or $1, %al
        mov %eax, %cr0
        ljmpl $0x08, $BASE + flat
        .code32
flat:   mov $0x10, %ax
        mov %ax, %ds
        mov %ax, %ss
        mov %ax, %es
        mov $0x7000, %esp
        cld
        mov $BASE + records, %esi
        mov $COPY, %edi
        mov $(records_end - records), %ecx
        rep movsb
        mov $N, %edi
1:      pass 0x38, bytes
        pass 0x39, as_it_was
        pass 0x3a, no_bytes
        pass 0x3b, nothing
        dec %edi
        jnz 1b
        ljmp $0x18, $back
        .code16
back:   mov %cr0, %eax
        and $0xfe, %al
        mov %eax, %cr0
        ljmp $0xf000, $poweroff

        .code32
walk:   mov $COPY, %esi                  # calls ebp with esi at the bytes and ecx their number
        mov $PORT, %dx
1:      mov (%esi), %ecx
        add $4, %esi
        lea (%esi, %ecx), %ebx
        call *%ebp
        mov %ebx, %esi
        cmp $COPY + (records_end - records), %esi
        jb 1b
        ret

bytes:  lodsb
        out %al, %dx
        loop bytes
        ret

as_it_was:
        cmp $1, %ecx
        je bytes
        lea -4(%esi), %eax
        mov $LINE, %dx
        out %eax, %dx
        in %dx, %eax                    # was it refused?
        mov $PORT, %dx
        ret

no_bytes:
        lodsb
        loop no_bytes
        ret

nothing:
        cmp $1, %ecx
        je no_bytes
        lea -4(%esi), %eax
        mov $LINE, %dx
        mov $PORT, %dx
        ret
        .code16

        .balign 8
gdt:    .quad 0
        .quad 0x00cf9b000000ffff        # 08: code, 32 bits, flat
        .quad 0x00cf93000000ffff        # 10: data, flat
        .quad 0x00009b0f0000ffff        # 18: code, 16 bits, at 0xf0000
gdtr:   .word . - gdt - 1
        .long BASE + gdt

        .balign 4
records:
        .incbin "records"
records_end:
