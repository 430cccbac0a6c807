# Suspends to RAM as an operating system does: the waking vector in ACPI's FACS, then SLP_TYP 1.  Woken by the firmware
# in real mode, it says so and powers off.  (tests/guests/suspend.S is a ROM, which wakes without firmware.)
        .include "kernel.inc"

        .macro config address, value
        mov $0xcf8, %dx
        mov $\address, %eax
        out %eax, %dx
        mov $0xcfc, %dx
        mov $\value, %eax
        out %eax, %dx
        .endm

        .section .header, "a"
        .align 4
        .long 0x1badb002, 0, -0x1badb002

        .set VECTOR, 0x8000             # where the waking code stands
        .set RAM, 0x4000000             # -m 64

        .text
        .globl start
start:
        cld
        mov $waking, %esi
        mov $VECTOR, %edi
        mov $(waking_end - waking), %ecx
        rep movsb
        mov $0x100000, %edi             # the FACS is aligned so, at the end of RAM
1:      add $64, %edi
        cmp $RAM, %edi
        jae poweroff
        cmpl $0x53434146, (%edi)        # "FACS"
        jne 1b
        cmpl $64, 4(%edi)               # its length: not these bytes here
        jne 1b
        movl $VECTOR, 12(%edi)          # firmware_waking_vector
        says "kernel: asleep"
        mov $0x604, %dx                 # PM1a_CNT: SLP_EN, SLP_TYP 1 (S3 in QEMU)
        mov $0x2400, %ax
        out %ax, %dx
2:      hlt
        jmp 2b

waking:
        .code16
        mov $0x402, %dx
        mov $'w', %al
        out %al, %dx
        mov $'\n', %al
        out %al, %dx
        mov $0x604, %dx
        mov $0x2000, %ax
        out %ax, %dx
        # On q35 there is no such port now: SeaBIOS writes its address by MMCONFIG before it has enabled that again.
        config 0x8000f840, 0x601        # PMBASE of the LPC bridge
        config 0x8000f844, 0x80         # ACPI_CNTL: enabled
        mov $0x604, %dx
        mov $0x2000, %ax
        out %ax, %dx
3:      hlt
        jmp 3b
waking_end:
