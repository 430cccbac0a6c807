/*
 * The milestones that have a number.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "milestones.h"

static const char *const names[CAPTURE_MS_CUSTOM] = {
    [CAPTURE_MS_START] = "Start",
    [CAPTURE_MS_RUN] = "Run",
    [CAPTURE_MS_BIOS_POST] = "BIOS post",
    [CAPTURE_MS_BIOS_INT19] = "BIOS int 19",
    [CAPTURE_MS_BIOS_BOOT_OS] = "BIOS boot OS",
    [CAPTURE_MS_COPY_KERNEL] = "LinuxBoot copy kernel",
    [CAPTURE_MS_COPY_INITRD] = "LinuxBoot copy initrd",
    [CAPTURE_MS_LINUX_BOOT_OS] = "LinuxBoot boot OS",
    [CAPTURE_MS_RESET] = "Reset",
    [CAPTURE_MS_SHUTDOWN] = "Shutdown request",
    [CAPTURE_MS_STOP] = "Stop",
};

int capture_milestone_number(const char *name)
{
    for (int i = 0; i < CAPTURE_MS_CUSTOM; i++) {
        if (!strcmp(names[i], name)) {
            return i;
        }
    }
    return -1;
}

const char *capture_milestone_name(CaptureMilestone milestone)
{
    return names[milestone];
}
