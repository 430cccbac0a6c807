/*
 * The milestones that have a number.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "milestone-ids.h"

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
    [CAPTURE_MS_SUSPENDED] = "Suspended",
    [CAPTURE_MS_WOKEN] = "Woken up",
    [CAPTURE_MS_ATTEMPT] = "Boot attempt",
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

const char *capture_milestone_name(CaptureMilestoneId milestone)
{
    return names[milestone];
}

CaptureGroup capture_milestone_group(CaptureMilestoneId milestone)
{
    switch (milestone) {
    case CAPTURE_MS_START:
    case CAPTURE_MS_SUSPENDED:
        return CAPTURE_GROUP_QEMU;
    case CAPTURE_MS_RUN:
    case CAPTURE_MS_BIOS_POST:
    case CAPTURE_MS_BIOS_INT19:
    case CAPTURE_MS_RESET:
    case CAPTURE_MS_WOKEN:
    case CAPTURE_MS_ATTEMPT:
        return CAPTURE_GROUP_FIRMWARE;
    case CAPTURE_MS_BIOS_BOOT_OS:
    case CAPTURE_MS_COPY_KERNEL:
    case CAPTURE_MS_COPY_INITRD:
        return CAPTURE_GROUP_LOADER;
    case CAPTURE_MS_LINUX_BOOT_OS:
        return CAPTURE_GROUP_GUEST;
    case CAPTURE_MS_SHUTDOWN:
    case CAPTURE_MS_STOP:
        return CAPTURE_GROUP_SHUTDOWN;
    case CAPTURE_MS_CUSTOM:
        break;
    }
    return CAPTURE_GROUP_NONE;
}
