# named.rom: a firmware of its own that speaks docs/probe-protocol.md.  It finds the probe device by the fw_cfg file
# etc/bootprobe, writes a span with a name (its begin from RAM, its end from ROM) and a line, and powers off.  Where
# there is no device, or one that takes no names, it writes "none\n" to the debug port.
        .include "rom.inc"
        .set BUFFER, 0x2000
        .set FILE, 0x1000               # an entry of fw_cfg's directory, then the file
        .set FILE_SIZE, 64
        .set BASE, 0x1100               # the device's first port

start:  stack
        mov $0x19, %ax                  # the directory
        call select
        mov $4, %cx
        mov $FILE, %di
        call read
        mov FILE, %ebp
        bswap %ebp                      # how many files there are
next:   test %ebp, %ebp
        jz none
        dec %ebp
        mov $FILE_SIZE, %cx
        mov $FILE, %di
        call read
        mov $name, %si
        mov $(FILE + 8), %di
        mov $(name_end - name), %cx
        repe cmpsb %es:(%di), %cs:(%si)
        jne next

        mov FILE + 4, %ax               # its key, big-endian
        xchg %al, %ah
        call select
        mov $16, %cx
        mov $FILE, %di
        call read
        cmpl $0x50545342, FILE          # "BSTP"
        jne none
        cmpb $1, FILE + 5               # in I/O ports
        jne none
        mov FILE + 8, %dx
        mov %dx, BASE
        in %dx, %eax
        cmp $0x50545342, %eax
        jne none
        add $4, %dx
        in %dx, %eax
        test $4, %al                    # named probes are taken
        jz none

        mov $begin, %si
        mov $BUFFER, %di
        mov $(begin_end - begin), %cx
        rep movsb %cs:(%si), %es:(%di)
        mov $BUFFER, %eax
        call send
        mov $(0xf0000 + line), %eax
        call send
        mov $(0xf0000 + end), %eax
        call send
        jmp poweroff

none:   mov $none_text, %si
        call puts
        jmp poweroff

select: mov $0x510, %dx                 # fw_cfg item ax
        out %ax, %dx
        ret

read:   mov $0x511, %dx                 # cx bytes of it to di
        rep insb
        ret

send:   mov BASE, %dx                   # the buffer at eax; what is refused is told
        add $4, %dx
        out %eax, %dx
        in %dx, %eax
        test $2, %al
        jz 1f
        mov $refused, %si
        call puts
1:      ret

name:   .asciz "etc/bootprobe"
name_end:
none_text: .asciz "none\n"
refused: .asciz "refused\n"

        .balign 4
begin:  .long 0x01000000 + 12 + 10      # type 1; the head and the name
        .byte 0x40, 0, 2, 0             # begin; no flags; bytes
        .quad 1048576
        .ascii "load image"
begin_end:
        .balign 4
end:    .long 0x01000000 + 12 + 10
        .byte 0x80, 0, 2, 0
        .quad 1048576
        .ascii "load image"
        .balign 4
line:   .long 3
        .ascii "hi\n"
