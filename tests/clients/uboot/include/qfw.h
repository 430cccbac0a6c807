/*
 * U-Boot's interface to fw_cfg, as far as bootprobe.c uses it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TESTS_CLIENTS_QFW_H
#define TESTS_CLIENTS_QFW_H

#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define be16_to_cpu(value) __builtin_bswap16(value)
#define be32_to_cpu(value) __builtin_bswap32(value)

struct fw_cfg_file {
    u32 size;
    u16 select;
    u16 reserved;
    char name[56];
};

struct fw_file {
    struct fw_cfg_file cfg;
};

struct udevice;

int qfw_get_dev(struct udevice **devp);
struct fw_file *qfw_find_file(struct udevice *dev, const char *name);
void qfw_read_entry(struct udevice *dev, u16 entry, u32 size, void *to);

#endif
