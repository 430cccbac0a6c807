/*
 * The milestones that have a number: those that need no pattern, and those of
 * phases.conf that the program itself asks for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_MILESTONE_IDS_H
#define CAPTURE_MILESTONE_IDS_H

typedef enum CaptureMilestoneId {
    CAPTURE_MS_START, /* QEMU's process */
    CAPTURE_MS_RUN, /* the vCPUs */
    CAPTURE_MS_BIOS_POST, /* these three: phases.conf */
    CAPTURE_MS_BIOS_INT19,
    CAPTURE_MS_BIOS_BOOT_OS,
    CAPTURE_MS_COPY_KERNEL, /* the select of fw_cfg 0x11 that it is copied by */
    CAPTURE_MS_COPY_INITRD, /* the same of fw_cfg 0x12 */
    CAPTURE_MS_LINUX_BOOT_OS, /* end of the last item for -kernel */
    CAPTURE_MS_RESET, /* the guest was reset */
    CAPTURE_MS_SUSPENDED,
    CAPTURE_MS_WOKEN, /* from that */
    CAPTURE_MS_ATTEMPT, /* to boot, which failed; phases.conf has its name */
    CAPTURE_MS_SHUTDOWN, /* shutdown request */
    CAPTURE_MS_STOP, /* QEMU ended */
    CAPTURE_MS_CUSTOM, /* and above: others of phases.conf */
} CaptureMilestoneId;

/* What runs from a milestone on. */
typedef enum CaptureGroup {
    CAPTURE_GROUP_NONE, /* the same as before it */
    CAPTURE_GROUP_QEMU,
    CAPTURE_GROUP_FIRMWARE,
    CAPTURE_GROUP_LOADER,
    CAPTURE_GROUP_GUEST,
    CAPTURE_GROUP_SHUTDOWN,
} CaptureGroup;

/* The number of a milestone of that name, or -1. */
int capture_milestone_number(const char *name);

/* The name of a milestone below CAPTURE_MS_CUSTOM. */
const char *capture_milestone_name(CaptureMilestoneId milestone);

/* What runs from it on. */
CaptureGroup capture_milestone_group(CaptureMilestoneId milestone);

#endif
