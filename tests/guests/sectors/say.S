# A boot sector that writes what is behind it on the disk to COM1, as bytes
# with pauses: say.py makes the list.  Its words of 16 bits are
#
#   0x00BB  the byte BB        0x01NN  a rest of NN ticks of 55 ms
#   0xffff  the end: a PC of either kind is powered off
#
# SPDX-License-Identifier: GPL-2.0-or-later

	.code16
	.globl	_start
	.set	LIST, 0x8000
	.set	SECTORS, 32		# a floppy's worth of one read; 8,192 words

_start:
	ljmp	$0, $begin
begin:
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	$0x7c00, %sp
	cld
	sti
	# int 13h, function 2: sectors 2 and up of the drive that we are from
	movw	$LIST, %bx
	movw	$0x0002, %cx
	movb	$0, %dh
	movw	$(0x0200 + SECTORS), %ax
	int	$0x13
	movw	$LIST, %si
1:	lodsw
	cmpb	$1, %ah
	je	rest
	ja	off
	movw	$0x3f8, %dx
	outb	%al, %dx
	jmp	1b

rest:	movzbw	%al, %cx
2:	hlt				# the timer's interrupt, 18.2 a second
	loop	2b
	jmp	1b

off:	movw	$0x2000, %ax		# sleep state 5
	movw	$0x604, %dx		# as SeaBIOS sets a q35's or a pc's ports up
	outw	%ax, %dx
3:	hlt
	jmp	3b

	.org	510
	.word	0xaa55
