/*
 * Names for addresses without a symbol.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "regions.h"

#include <stddef.h>
#include <string.h>

typedef struct Region {
    uint64_t low, high; /* up to, but for @high */
    const char *name;
} Region;

/* hw/i386/pc.c, and Linux: Documentation/arch/x86/x86_64/mm.rst */
static const Region x86[] = {
    { 0, 0xa0000, "low memory" },
    { 0xa0000, 0xc0000, "video memory" },
    { 0xc0000, 0xc8000, "video option ROM" },
    { 0xc8000, 0xe0000, "option ROM" },
    { 0xe0000, 0x100000, "BIOS" },
    { 0x100000, 0x80000000, "memory" },
    { 0x80000000, 0xfe000000, "memory or kernel" },
    { 0xfe000000, 0x100000000, "ROM" },
    { UINT64_C(0x100000000), UINT64_C(0x800000000000), "high memory" },
    { UINT64_C(0xffff800000000000), UINT64_C(0xffffffff80000000), "kernel" },
    { UINT64_C(0xffffffff80000000), UINT64_C(0xffffffffc0000000), "kernel" },
    { UINT64_C(0xffffffffc0000000), UINT64_MAX, "kernel module" },
};

/* hw/arm/virt.c and hw/riscv/virt.c: flash, devices, RAM */
static const Region arm64[] = {
    { 0, 0x8000000, "flash" },
    { 0x40000000, UINT64_C(0x8000000000), "memory" },
    { UINT64_C(0xffff000000000000), UINT64_MAX, "kernel" },
};

static const Region riscv[] = {
    { 0, 0x10000, "boot ROM" },
    { 0x20000000, 0x24000000, "flash" },
    { 0x80000000, UINT64_C(0x8000000000), "memory" },
    { UINT64_C(0xffff800000000000), UINT64_MAX, "kernel" },
};

static const char *find(const Region *r, size_t n, uint64_t pc)
{
    for (size_t i = 0; i < n; i++) {
        if (pc >= r[i].low && pc < r[i].high) {
            return r[i].name;
        }
    }
    return "unknown";
}

#define FIND(table, pc) find(table, sizeof(table) / sizeof((table)[0]), pc)

const char *region_name(const char *arch, uint64_t pc, CaptureWidth width)
{
    if (!strcmp(arch, "x86_64") || !strcmp(arch, "i386")) {
        return width == CAPTURE_WIDTH_32 && pc >= 0xc0000000 && pc < 0xfe000000
                   ? "kernel"
                   : FIND(x86, pc);
    }
    return !strncmp(arch, "riscv", 5)                         ? FIND(riscv, pc)
           : !strcmp(arch, "aarch64") || !strcmp(arch, "arm") ? FIND(arm64, pc)
                                                              : "memory";
}
