/*
 * The probe device, for firmware and guests: docs/probe-protocol.md.
 *
 * Constants, and small functions for C89 to C23 and C++ of gcc, clang and
 * MSVC.  Nothing else is needed: no libc, no other header.  For an assembler
 * (which defines __ASSEMBLER__), or with BOOTPROBE_CONSTANTS_ONLY defined,
 * there are only the constants.
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

/*
 * Where the device is.  isa-bootprobe has I/O ports and bootprobe-mmio
 * registers in memory; both can be moved, and the fw_cfg file tells where
 * they are: 16 bytes, the signature, a version, a space, 16 bits of 0, and
 * 64 bits of address.
 */
#define BOOTPROBE_PORT 0x404
#define BOOTPROBE_MMIO_ADDRESS 0x09100000
#define BOOTPROBE_FW_CFG_FILE "etc/bootprobe"
#define BOOTPROBE_FW_CFG_SIZE 16
#define BOOTPROBE_SPACE_MEMORY 0
#define BOOTPROBE_SPACE_IO 1
#define BOOTPROBE_VERSION 1

/* Offsets of the registers, each of 32 bits; the last is in memory only. */
#define BOOTPROBE_REG_PROBE 0 /* read: signature, write: probe */
#define BOOTPROBE_REG_LINE 4 /* read: features, write: address of a buffer */
#define BOOTPROBE_REG_HIGH 8 /* bits 32 to 63 of the next address */

#define BOOTPROBE_LINE_PORT (BOOTPROBE_PORT + BOOTPROBE_REG_LINE)

/* What a 32-bit read of BOOTPROBE_REG_PROBE gives: "BSTP", B the low byte. */
#define BOOTPROBE_SIGNATURE 0x50545342

/* Bits of a 32-bit read of BOOTPROBE_REG_LINE; the others are reserved. */
#define BOOTPROBE_LINE_DMA 0x1 /* text is taken by address */
#define BOOTPROBE_LINE_ERROR 0x2 /* the last address was refused */
#define BOOTPROBE_NAMES 0x4 /* named probes are taken by address */
#define BOOTPROBE_HIGH 0x8 /* there is BOOTPROBE_REG_HIGH */
#define BOOTPROBE_VERSION_SHIFT 8 /* 8 bits: version, 0 before there was one */

/*
 * A buffer in guest memory: 32 bits, little-endian, of which the top 8 are a
 * type and the low 16 the length of what follows.
 */
#define BOOTPROBE_LINE_HEADER 4
#define BOOTPROBE_TYPE_TEXT 0 /* 1 to BOOTPROBE_LINE_MAX bytes */
#define BOOTPROBE_TYPE_NAME 1 /* BOOTPROBE_NAME_HEADER bytes and the name */
#define BOOTPROBE_TYPE_SHIFT 24
#define BOOTPROBE_LINE_MAX 4096

/*
 * A named probe: 8 bits of kind (BOOTPROBE_POINT, _BEGIN or _END), of flags,
 * of unit, of 0; 64 bits of argument; the name.
 */
#define BOOTPROBE_NAME_HEADER 12
#define BOOTPROBE_NAME_MAX 64 /* bytes, without a NUL */
#define BOOTPROBE_NAME_BUFFER                                                  \
    (BOOTPROBE_LINE_HEADER + BOOTPROBE_NAME_HEADER + BOOTPROBE_NAME_MAX)
#define BOOTPROBE_NAME_SIDE 0x1 /* flag: runs side by side with others */
#define BOOTPROBE_UNIT_NONE 0 /* the argument only tells spans apart */
#define BOOTPROBE_UNIT_NUMBER 1
#define BOOTPROBE_UNIT_BYTES 2
#define BOOTPROBE_UNIT_PCI 3 /* bdf << 8 | what tells spans apart */

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
#define BOOTPROBE_RESUME 0x0f /* span: resume from S3 */
#define BOOTPROBE_INT19 0x10 /* point: int 19 */
#define BOOTPROBE_BOOT 0x11 /* span: attempt, till it failed; arg: number */
#define BOOTPROBE_BOOT_OS 0x12 /* point: jump to what was loaded; arg: drive */
#define BOOTPROBE_NO_BOOT 0x13 /* span: no bootable device; arg: wait, ms */
#define BOOTPROBE_REBOOT 0x14 /* point: the firmware resets the machine */
#define BOOTPROBE_RESUME_OS 0x15 /* point: jump to the resume vector, arg */
#define BOOTPROBE_SHADOW 0x16 /* span: shadow RAM is made writable */
#define BOOTPROBE_PREINIT 0x17 /* span: memory map, relocation */
#define BOOTPROBE_LOCK 0x18 /* span: shadow RAM is made read-only */
#define BOOTPROBE_CLEAR 0x19 /* span: low memory is cleared */
#define BOOTPROBE_TIMERS 0x1a /* span: timers, clock */
#define BOOTPROBE_THREAD 0x1c /* span of earlier firmware: a device thread */
#define BOOTPROBE_DEVICE 0x1d /* span: device thread; arg: bdf << 8 | thread */

/* In the place of a PCI address: there is none. */
#define BOOTPROBE_NO_PCI 0xffff

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

#if !defined(__ASSEMBLER__) && !defined(BOOTPROBE_CONSTANTS_ONLY)

#if defined(__GNUC__) || defined(__clang__)
#define BOOTPROBE_INLINE static __inline__ __attribute__((unused))
#elif defined(_MSC_VER)
#define BOOTPROBE_INLINE static __inline
#else
#define BOOTPROBE_INLINE static
#endif

/* ------------------------------------------------------------------ */
/* I/O ports, on x86                                                   */

#if defined(__i386__) || defined(__x86_64__) || defined(_M_IX86) ||            \
    defined(_M_X64)

#if defined(__GNUC__) || defined(__clang__)

BOOTPROBE_INLINE unsigned int bootprobe_inl(unsigned short port)
{
    unsigned int value;

    __asm__ __volatile__("inl %w1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

BOOTPROBE_INLINE void bootprobe_outl(unsigned int value, unsigned short port)
{
    __asm__ __volatile__("outl %0, %w1" : : "a"(value), "Nd"(port) : "memory");
}

#else

#include <intrin.h>

BOOTPROBE_INLINE unsigned int bootprobe_inl(unsigned short port)
{
    return __indword(port);
}

BOOTPROBE_INLINE void bootprobe_outl(unsigned int value, unsigned short port)
{
    _ReadWriteBarrier();
    __outdword(port, value);
}

#endif

/* Where this is 0 firmware writes nothing; ask once and remember. */
BOOTPROBE_INLINE int bootprobe_present(void)
{
    return bootprobe_inl(BOOTPROBE_PORT) == BOOTPROBE_SIGNATURE;
}

/* BOOTPROBE_LINE_DMA and the others.  Only with bootprobe_present(). */
BOOTPROBE_INLINE unsigned int bootprobe_features(void)
{
    return bootprobe_inl(BOOTPROBE_LINE_PORT);
}

/* @id: BOOTPROBE_POINT, _BEGIN or _END with a number. */
BOOTPROBE_INLINE void bootprobe_write(unsigned char id, unsigned int arg)
{
    bootprobe_outl(id | (arg & BOOTPROBE_ARG_MAX) << 8, BOOTPROBE_PORT);
}

/*
 * A buffer at a guest-physical address below 4 GiB.  The device has read it
 * when this returns.  Returns 0 where the device refused it.
 */
BOOTPROBE_INLINE int bootprobe_send(unsigned int physical_address)
{
    bootprobe_outl(physical_address, BOOTPROBE_LINE_PORT);
    return !(bootprobe_features() & BOOTPROBE_LINE_ERROR);
}

#endif

/* ------------------------------------------------------------------ */
/* Registers in memory                                                 */

/* @base: where the registers are mapped, as device memory. */
BOOTPROBE_INLINE unsigned int bootprobe_mmio_read(volatile void *base,
                                                  unsigned int reg)
{
    volatile unsigned int *at = (volatile unsigned int *)base + reg / 4;
    unsigned int value = *at;

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap32(value);
#endif
    return value;
}

BOOTPROBE_INLINE void bootprobe_mmio_set(volatile void *base, unsigned int reg,
                                         unsigned int value)
{
    volatile unsigned int *at = (volatile unsigned int *)base + reg / 4;

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap32(value);
#endif
#if defined(__aarch64__)
    /* A hypervisor must see which register is stored: nothing fancier. */
    __asm__ __volatile__("dmb sy\n\tstr %w0, [%1]"
                         :
                         : "r"(value), "r"(at)
                         : "memory");
#elif defined(__riscv)
    __asm__ __volatile__("fence rw, iorw\n\tsw %0, (%1)"
                         :
                         : "r"(value), "r"(at)
                         : "memory");
#else
    *at = value;
#endif
}

BOOTPROBE_INLINE int bootprobe_mmio_present(volatile void *base)
{
    return bootprobe_mmio_read(base, BOOTPROBE_REG_PROBE) ==
           BOOTPROBE_SIGNATURE;
}

BOOTPROBE_INLINE void bootprobe_mmio_write(volatile void *base,
                                           unsigned char id, unsigned int arg)
{
    bootprobe_mmio_set(base, BOOTPROBE_REG_PROBE,
                       id | (arg & BOOTPROBE_ARG_MAX) << 8);
}

/* As bootprobe_send(), with an address of 64 bits in two halves. */
BOOTPROBE_INLINE int bootprobe_mmio_send(volatile void *base, unsigned int low,
                                         unsigned int high)
{
    bootprobe_mmio_set(base, BOOTPROBE_REG_HIGH, high);
    bootprobe_mmio_set(base, BOOTPROBE_REG_LINE, low);
    return !(bootprobe_mmio_read(base, BOOTPROBE_REG_LINE) &
             BOOTPROBE_LINE_ERROR);
}

/* ------------------------------------------------------------------ */
/* What is sent                                                        */

/* A size as an argument of a numbered probe. */
BOOTPROBE_INLINE unsigned int bootprobe_kib(unsigned int bytes)
{
    return (bytes >> 10) + ((bytes & 1023) != 0);
}

BOOTPROBE_INLINE void bootprobe_put32(unsigned char *to, unsigned int value)
{
    to[0] = value & 0xff;
    to[1] = value >> 8 & 0xff;
    to[2] = value >> 16 & 0xff;
    to[3] = value >> 24 & 0xff;
}

/* The first BOOTPROBE_LINE_HEADER bytes of a buffer. */
BOOTPROBE_INLINE void bootprobe_header(unsigned char *buffer, unsigned int type,
                                       unsigned int length)
{
    bootprobe_put32(buffer, type << BOOTPROBE_TYPE_SHIFT | length);
}

/*
 * Makes a named probe in a buffer of BOOTPROBE_NAME_BUFFER bytes, for
 * bootprobe_send().  Of the name, which must not be empty, at most
 * BOOTPROBE_NAME_MAX bytes are taken.
 */
BOOTPROBE_INLINE void bootprobe_name(unsigned char *buffer, unsigned char kind,
                                     unsigned char flags, unsigned char unit,
                                     unsigned int arg_low,
                                     unsigned int arg_high, const char *name)
{
    unsigned char *at = buffer + BOOTPROBE_LINE_HEADER;
    unsigned int n;

    at[0] = kind;
    at[1] = flags;
    at[2] = unit;
    at[3] = 0;
    bootprobe_put32(at + 4, arg_low);
    bootprobe_put32(at + 8, arg_high);
    at += BOOTPROBE_NAME_HEADER;
    for (n = 0; n < BOOTPROBE_NAME_MAX && name[n]; n++) {
        at[n] = (unsigned char)name[n];
    }
    bootprobe_header(buffer, BOOTPROBE_TYPE_NAME, BOOTPROBE_NAME_HEADER + n);
}

#endif

#endif
