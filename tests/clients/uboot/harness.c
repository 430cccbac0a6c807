/*
 * What U-Boot would do around bootprobe.c: the hooks are called in its order,
 * and fw_cfg is read at its registers of Arm's virt machine.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <bootstage.h>
#include <init.h>
#include <qfw.h>

#define FW_CFG 0x09020000
#define FW_CFG_FILE_DIR 0x19

int qfw_get_dev(struct udevice **devp)
{
    *devp = NULL;
    return 0;
}

void qfw_read_entry(struct udevice *dev, u16 entry, u32 size, void *to)
{
    u8 *bytes = to;

    (void)dev;
    *(volatile u16 *)(FW_CFG + 8) = be16_to_cpu(entry);
    while (size--) {
        *bytes++ = *(volatile u8 *)FW_CFG;
    }
}

static int is_name(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

struct fw_file *qfw_find_file(struct udevice *dev, const char *name)
{
    static struct {
        u32 count;
        struct fw_file files[64];
    } dir;
    u32 n;

    qfw_read_entry(dev, FW_CFG_FILE_DIR, sizeof(dir), &dir);
    n = be32_to_cpu(dir.count);
    for (u32 i = 0; i < n && i < 64; i++) {
        if (is_name(dir.files[i].cfg.name, name)) {
            return &dir.files[i];
        }
    }
    return NULL;
}

__attribute__((noreturn)) static void power_off(void)
{
    /* PSCI's SYSTEM_OFF */
    __asm__ __volatile__("mov x0, %0\n\thvc #0" : : "r"(0x84000008UL) : "x0");
    for (;;) {
    }
}

__attribute__((noreturn, used)) static void run(void)
{
    board_late_init();
    show_boot_progress(BOOTSTAGE_ID_CHECK_MAGIC);
    show_boot_progress(BOOTSTAGE_ID_RUN_OS);
    power_off();
}

static unsigned char stack[16384] __attribute__((used, aligned(16)));

__attribute__((naked, noreturn, section(".text.start"))) void _start(void)
{
    __asm__("adrp x0, stack\n\t"
            "add x0, x0, :lo12:stack\n\t"
            "add sp, x0, #16384\n\t"
            "b run");
}
