# reset.rom: N boots (default 5) in one QEMU, then power off.
#
# Each boot writes "boot K\n", K = 1 .. N (one digit, so N <= 9), and then resets the machine, by turns
# through port 0xcf9 (K odd) and the keyboard controller at 0x64 (K even; always where there is no
# PCI: isapc has no 0xcf9).  No triple fault, since the KVM of some nested hosts cannot emulate one.
# K lives in CMOS byte 0x40, which is 0 when QEMU starts and outlives a reset.
        .include "rom.inc"
        .ifndef N
        .set N, 5
        .endif

start:  cli
        stack
        mov $0x40, %al
        out %al, $0x70
        in $0x71, %al
        inc %ax
        mov %al, %bl                    # K
        out %al, $0x71
        mov $text, %si
        call puts
        mov %bl, %al
        add $'0', %al
        putb
        mov $'\n', %al
        putb
        cmp $N, %bl
        jae poweroff
        test $1, %bl
        jz kbd
        pci_addr 0x80000000             # is there a host bridge?
        in %dx, %eax
        inc %eax
        jz kbd
        mov $0xcf9, %dx
        mov $0x02, %al
        out %al, %dx
        mov $0x06, %al
        out %al, %dx
        jmp halt
kbd:    mov $0xfe, %al
        out %al, $0x64
        jmp halt

text:   .asciz "boot "
