# truth.rom: what a profile must get right, four parts of the same length, in 32-bit mode with interrupts off; then
# power off.  A line ends each part: "paths", "lonely", "garbage", "changed"; before them "begin".  N is the rounds.
#
#   paths     alpha() calls leaf() once, beta() three times: call paths of 25 and 75%
#   lonely    one function that spins
#   garbage   ESP and EBP are random: RAM full of random words, ROM, devices, nothing at all, the end of the addresses
#   changed   code in RAM at 0x60000 that is written anew before each call; "wrong" if the old one ran
# Its symbols: link the object with ld -m elf_i386 -Ttext=0 --section-start=.reset=0xfff0; addresses are offsets from
# 0xf0000.
        .include "rom.inc"
        .cfi_sections .debug_frame
        .ifndef N
        .set N, 5000
        .endif
        .set RANDOM, 0x10000            # to 0x50000
        .set CODE, 0x60000

        .code32
        .macro next                     # xorshift32 in eax
        mov %eax, %edx
        shl $13, %edx
        xor %edx, %eax
        mov %eax, %edx
        shr $17, %edx
        xor %edx, %eax
        mov %eax, %edx
        shl $5, %edx
        xor %edx, %eax
        .endm
        .macro function name
        .globl \name
        .type \name, @function
\name:  .cfi_startproc
        .endm
        .macro end name
        .cfi_endproc
        .size \name, . - \name
        .endm

        function leaf
        mov $10000, %ecx
1:      dec %ecx
        jnz 1b
        ret
        end leaf

        function alpha
        push %ebx                       # a frame that is not the smallest
        .cfi_adjust_cfa_offset 4
        call leaf
        pop %ebx
        .cfi_adjust_cfa_offset -4
        ret
        end alpha

        function beta
        call leaf
        call leaf
        call leaf
        ret
        end beta

        function work                   # nobody called it
        .cfi_undefined %eip
        mov $N, %ebx
1:      call alpha
        call beta
        dec %ebx
        jnz 1b
        mov $(0xf0000 + paths), %esi
        call print
        call lonely
        mov $(0xf0000 + alone), %esi
        call print
        jmp garbled
        end work

        function lonely
        mov $N, %ebx
1:      mov $40000, %ecx
2:      dec %ecx
        jnz 2b
        dec %ebx
        jnz 1b
        ret
        end lonely

        function garbled
        mov $RANDOM, %edi               # xorshift32 fills it
        mov $2463534242, %eax
1:      next
        stosl
        cmp $(RANDOM + 0x40000), %edi
        jb 1b
        mov $(N * 20), %ebx
2:      next
        mov %eax, %ebp
        mov %eax, %edx
        and $0x3fffc, %edx
        add $RANDOM, %edx
        test $0x1c0000, %eax            # one of eight is not in RAM
        jnz 3f
        mov %eax, %edx
        shr $22, %edx
        and $7, %edx
        mov %cs:(0xf0000 + places)(,%edx,4), %edx
3:      mov %edx, %esp
        mov $2000, %ecx
4:      dec %ecx
        jnz 4b
        dec %ebx
        jnz 2b
        mov $0x7000, %esp
        mov $(0xf0000 + garbage), %esi
        call print
        jmp change
        end garbled

        function change
        xor %ebp, %ebp
        mov $(N * 2), %ebx
1:      mov $(0xf0000 + first), %esi
        call copy_and_run
        mov $(0xf0000 + second), %esi
        call copy_and_run
        dec %ebx
        jnz 1b
        mov $(0xf0000 + changed), %esi
        cmp $(N * 6), %ebp
        je 2f
        mov $(0xf0000 + wrong), %esi
2:      call print
        jmp leave
        end change

        function copy_and_run
        mov $CODE, %edi
        mov $32, %ecx
        rep movsb
        mov $CODE, %eax
        jmp *%eax
        end copy_and_run
first:  mov $5000, %ecx
1:      dec %ecx
        jnz 1b
        inc %ebp
        ret
        .fill 32, 1, 0x90
second: mov $15000, %ecx
1:      sub $1, %ecx
        jnz 1b
        add $2, %ebp
        ret
        .fill 32, 1, 0x90

print:  mov $0x402, %dx
1:      lodsb
        test %al, %al
        jz 2f
        out %al, %dx
        jmp 1b
2:      ret

leave:  leave_pm
        stack
        jmp poweroff

start:  cli
        stack
        mov $begin, %si
        call puts
        enter_pm
        mov $0x7000, %esp
        jmp work

begin:  .asciz "begin\n"
paths:  .asciz "paths\n"
alone:  .asciz "lonely\n"
garbage: .asciz "garbage\n"
changed: .asciz "changed\n"
wrong:  .asciz "wrong\n"
        .balign 8
places: .long 0xf0100, 0xfee00000, 0xfffffffc, 0xdeadbeec, 0x80000000, 4, 0xa0000, 0xfed00000
