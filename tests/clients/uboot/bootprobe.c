/*
 * A board file's hooks for U-Boot on QEMU's virt machine: how a boot loader
 * uses docs/probe-protocol.md.  board_late_init() and show_boot_progress()
 * are U-Boot's; it calls the second with the numbers of its boot stages.
 *
 * SPDX-License-Identifier: MIT-0
 */

#include <bootstage.h>
#include <init.h>
#include <qfw.h>

#include "probe.h"

static void *probe_base; /* NULL: there is no device, or it takes no names */

static u64 get_le64(const u8 *from)
{
    u64 value = 0;
    int i;

    for (i = 7; i >= 0; i--)
        value = value << 8 | from[i];
    return value;
}

/* Device memory is not mapped where no device is: fw_cfg is asked first. */
static void *find_device(void)
{
    static const u8 magic[] = { 'B', 'S', 'T', 'P' };
    u8 location[BOOTPROBE_FW_CFG_SIZE];
    struct udevice *dev;
    struct fw_file *file;
    void *base;
    int i;

    if (qfw_get_dev(&dev))
        return NULL;
    file = qfw_find_file(dev, BOOTPROBE_FW_CFG_FILE);
    if (!file || be32_to_cpu(file->cfg.size) < sizeof(location))
        return NULL;
    qfw_read_entry(dev, be16_to_cpu(file->cfg.select), sizeof(location),
                   location);
    for (i = 0; i < 4; i++)
        if (location[i] != magic[i])
            return NULL;
    if (location[5] != BOOTPROBE_SPACE_MEMORY)
        return NULL;
    base = (void *)(uintptr_t)get_le64(location + 8);
    if (!bootprobe_mmio_present(base) ||
        !(bootprobe_mmio_read(base, BOOTPROBE_REG_LINE) & BOOTPROBE_NAMES))
        return NULL;
    return base;
}

/* U-Boot maps memory one to one. */
static void report(u8 kind, u8 unit, u64 argument, const char *name)
{
    static u8 buffer[BOOTPROBE_NAME_BUFFER];
    u64 address = (uintptr_t)buffer;

    if (!probe_base)
        return;
    bootprobe_name(buffer, kind, 0, unit, argument, argument >> 32, name);
    bootprobe_mmio_send(probe_base, address, address >> 32);
}

int board_late_init(void)
{
    probe_base = find_device();
    report(BOOTPROBE_BEGIN, BOOTPROBE_UNIT_NONE, 0, "U-Boot");
    return 0;
}

void show_boot_progress(int progress)
{
    report(BOOTPROBE_POINT, BOOTPROBE_UNIT_NUMBER, progress, "boot stage");
    if (progress == BOOTSTAGE_ID_RUN_OS)
        report(BOOTPROBE_END, BOOTPROBE_UNIT_NONE, 0, "U-Boot");
}
