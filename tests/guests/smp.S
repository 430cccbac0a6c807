# smp.rom: up to 4 CPUs (-smp 1..4) write to the debug port side by side, then power off.
#
# Each CPU writes N bytes (default 100,000); byte i of CPU c is   c << 6 | (i & 63)
# so N * cpus bytes in all, in any interleaving, but each CPU's own bytes in order
# (`guest-bytes.pl check-smp FILE CPUS N`).  c is the order of arrival, not the APIC id.
# The boot CPU reads the number of CPUs from CMOS 0x5f, wakes the others with INIT + SIPI through
# the local APIC, and all wait for each other before the first byte.  The last to finish powers off.
# Needs pc or q35; for real concurrency under TCG: -accel tcg,thread=multi.
        .include "rom.inc"
        .ifndef N
        .set N, 100000
        .endif
        .set arrived, 0x500             # longs in RAM
        .set done, 0x504
        .set cpus, 0x508

        .section .ap, "ax"              # 0xf8000: where SIPI vector 0xf8 starts a CPU
        cli
        ljmp $0xf000, $worker
        .text

start:  cli
        xor %eax, %eax
        mov %ax, %ds
        mov %eax, arrived
        mov %eax, done
        mov $0x5f, %al
        out %al, $0x70
        in $0x71, %al
        inc %ax
        cmp $4, %ax
        jbe 1f
        mov $4, %ax
1:      mov %eax, cpus
        enter_pm                        # to reach the APIC at 0xfee00000
        orl $0x100, 0xfee000f0          # APIC enabled
        movl $0x000c4500, 0xfee00300    # INIT to all but this one
        movl $0x000c46f8, 0xfee00300    # SIPI, vector 0xf8
        leave_pm

worker: xor %ax, %ax
        mov %ax, %ds
        mov $1, %ebx
        lock xadd %ebx, arrived         # ebx = c
        cmp cpus, %ebx
        jae halt                        # a fifth CPU has nothing to do
1:      pause
        mov arrived, %eax
        cmp cpus, %eax
        jb 1b
        shl $6, %bl
        xor %ecx, %ecx
        mov $PORT, %dx
2:      mov %cl, %al
        and $63, %al
        or %bl, %al
        out %al, %dx
        .ifdef MIX
        test $7, %cl
        jnz 3f
        mov %ecx, %eax
        shl $8, %eax
        mov %bl, %al
        shr $6, %al
        add $0x38, %al
        mov $0x404, %dx
        out %eax, %dx
        test $15, %cl
        jnz 4f
        sub $0x38, %al
        xor %ah, %ah
        mov $0x510, %dx
        out %ax, %dx
        inc %dx
        in %dx, %al
4:      mov $PORT, %dx
3:
        .endif
        inc %ecx
        cmp $N, %ecx
        jb 2b
        mov $1, %ebx
        lock xadd %ebx, done
        inc %ebx
        cmp cpus, %ebx
        je poweroff
        jmp halt
