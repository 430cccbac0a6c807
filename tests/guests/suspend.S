# suspend.rom (pc): writes "asleep\n" and suspends to RAM; woken, it writes "awake\n" and powers off.
#
# Waking starts the firmware at its reset vector with RAM as it was, so a word there tells the one from the other.
        .include "rom.inc"
        .set MARK, 0x500

start:  cli
        stack
        cmpl $0x656b6177, MARK
        je woken
        movl $0x656b6177, MARK
        mov $asleep, %si
        call puts
        pci_addr 0x80000b40             # the PIIX4 power management function: PMBA
        mov $0x601, %eax
        out %eax, %dx
        pci_addr 0x80000b80             # PMREGMISC: I/O space enabled
        mov $1, %al
        out %al, %dx
        mov $0x604, %dx                 # PM1a_CNT: SLP_EN, SLP_TYP 1 (S3 in QEMU)
        mov $0x2400, %ax
        out %ax, %dx
        jmp halt

woken:  mov $awake, %si
        call puts
        jmp poweroff

asleep: .asciz "asleep\n"
awake:  .asciz "awake\n"
