/*
 * The probe port of isa-bootprobe, for firmware and guests.
 *
 * Only constants for an assembler (define __ASSEMBLER__, as gcc does for .S);
 * for gcc in 16, 32 or 64 bits, functions besides.  Nothing else is needed:
 * no libc, no other header.  The protocol is in docs/probe-protocol.md.
 *
 *   if (bootprobe_present()) {
 *       bootprobe_write(BOOTPROBE_BEGIN | BOOTPROBE_USER, size_kib);
 *       ...
 *       bootprobe_write(BOOTPROBE_END | BOOTPROBE_USER, size_kib);
 *   }
 *
 * SPDX-License-Identifier: MIT-0
 *
 * Permission is hereby granted, free of charge, to any person obtaining a
 * copy of this software and associated documentation files (the "Software"),
 * to deal in the Software without restriction, including without limitation
 * the rights to use, copy, modify, merge, publish, distribute, sublicense,
 * and/or sell copies of the Software, and to permit persons to whom the
 * Software is furnished to do so.
 *
 * THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
 * IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
 * FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
 * AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
 * LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING
 * FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER
 * DEALINGS IN THE SOFTWARE.
 */

#ifndef BOOTPROBE_H
#define BOOTPROBE_H

/* I/O ports.  The device has an iobase property; this is its default. */
#define BOOTPROBE_PORT 0x404
#define BOOTPROBE_LINE_PORT (BOOTPROBE_PORT + 4)

/* What a 32-bit read of BOOTPROBE_PORT gives: "BSTP", B in the low byte. */
#define BOOTPROBE_SIGNATURE 0x50545342

/* Bits of a 32-bit read of BOOTPROBE_LINE_PORT. */
#define BOOTPROBE_LINE_DMA 0x1 /* lines are taken by address */
#define BOOTPROBE_LINE_ERROR 0x2 /* the last address was refused */

/* A line in guest memory: a 32-bit length, little-endian, then the bytes. */
#define BOOTPROBE_LINE_HEADER 4
#define BOOTPROBE_LINE_MAX 4096

/* The two top bits of a probe id say what it is, the others which. */
#define BOOTPROBE_POINT 0x00 /* something happened */
#define BOOTPROBE_BEGIN 0x40 /* a span begins */
#define BOOTPROBE_END 0x80 /* the span with this number ends */
#define BOOTPROBE_KIND_MASK 0xc0
#define BOOTPROBE_NUMBER_MASK 0x3f
#define BOOTPROBE_ARG_MAX 0xffffff

/*
 * Numbers.  Spans of 0x1c to 0x1f and 0x3c to 0x3f run side by side: their
 * begin and end belong together by number and argument, and need not nest.
 */
#define BOOTPROBE_SIDE_MASK 0x1c
#define BOOTPROBE_SIDE(number) ((BOOTPROBE_SIDE_MASK & (number)) == 0x1c)

/* SeaBIOS */
#define BOOTPROBE_POST 0x01 /* span: power-on self test */
#define BOOTPROBE_INTERFACES 0x02 /* span: tables in memory, fw_cfg files */
#define BOOTPROBE_PCI 0x03 /* span: PCI bus, bridges, resources */
#define BOOTPROBE_CPUS 0x04 /* span: SMM, MTRRs, other CPUs */
#define BOOTPROBE_SMBIOS 0x05 /* span: PIR, MP and SMBIOS tables */
#define BOOTPROBE_ACPI 0x06 /* span: ACPI tables */
#define BOOTPROBE_TPM 0x07 /* span: TPM */
#define BOOTPROBE_DEVICES 0x08 /* span: device probing is started */
#define BOOTPROBE_THREADS 0x09 /* span: waiting for device probing */
#define BOOTPROBE_VGA_SCAN 0x0a /* span: VGA option ROM, console */
#define BOOTPROBE_ROM_SCAN 0x0b /* span: scan for option ROMs */
#define BOOTPROBE_ROM_RUN 0x0c /* span: an option ROM runs; arg: PCI bdf */
#define BOOTPROBE_BOOT_MENU 0x0d /* span: boot menu */
#define BOOTPROBE_PREPARE 0x0e /* span: last work before int 19 */
#define BOOTPROBE_RESUME 0x0f /* point: resume from S3 */
#define BOOTPROBE_INT19 0x10 /* point: int 19 */
#define BOOTPROBE_BOOT                                                         \
    0x11 /* span: boot attempt; arg: sequence number;
                                     ends when it failed */
#define BOOTPROBE_BOOT_OS                                                      \
    0x12 /* point: jump to what was loaded;
                                     arg: BIOS drive */
#define BOOTPROBE_THREAD                                                       \
    0x1c /* span: a device probing thread;
                                     arg: its number */

/* Option ROMs for -kernel; sizes in KiB, rounded up */
#define BOOTPROBE_LINUX 0x20 /* span: the option ROM as a whole */
#define BOOTPROBE_COPY_SETUP 0x21 /* span: copy; arg: size */
#define BOOTPROBE_COPY_KERNEL 0x22 /* span: copy; arg: size */
#define BOOTPROBE_COPY_INITRD 0x23 /* span: copy; arg: size */
#define BOOTPROBE_COPY_CMDLINE 0x24 /* span: copy; arg: size */
#define BOOTPROBE_LINUX_BOOT 0x25 /* point: jump to the kernel */

/* The guest's kernel and user space */
#define BOOTPROBE_KERNEL 0x30 /* point: the kernel starts */
#define BOOTPROBE_USERSPACE 0x31 /* point: user space starts */

/* 0x38 to 0x3b (nesting) and 0x3c to 0x3f (side by side) are yours. */
#define BOOTPROBE_USER 0x38

#ifndef __ASSEMBLER__

static inline unsigned int bootprobe_inl(unsigned short port)
{
    unsigned int value;

    __asm__ __volatile__("inl %w1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void bootprobe_outl(unsigned int value, unsigned short port)
{
    __asm__ __volatile__("outl %0, %w1" : : "a"(value), "Nd"(port) : "memory");
}

/* Where this is 0 firmware writes nothing; ask once and remember. */
static inline int bootprobe_present(void)
{
    return bootprobe_inl(BOOTPROBE_PORT) == BOOTPROBE_SIGNATURE;
}

/* Only with bootprobe_present(). */
static inline int bootprobe_has_line_dma(void)
{
    return bootprobe_inl(BOOTPROBE_LINE_PORT) & BOOTPROBE_LINE_DMA;
}

/* @id: BOOTPROBE_POINT, _BEGIN or _END with a number. */
static inline void bootprobe_write(unsigned char id, unsigned int arg)
{
    bootprobe_outl(id | (arg & BOOTPROBE_ARG_MAX) << 8, BOOTPROBE_PORT);
}

/* A size as an argument. */
static inline unsigned int bootprobe_kib(unsigned int bytes)
{
    return (bytes >> 10) + ((bytes & 1023) != 0);
}

/*
 * A line buffer at a guest-physical address.  The device has read it when
 * this returns.
 */
static inline void bootprobe_line(unsigned int physical_address)
{
    bootprobe_outl(physical_address, BOOTPROBE_LINE_PORT);
}

#endif

#endif
