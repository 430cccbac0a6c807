/*
 * The milestones that have a number: those that need no pattern, and those of
 * phases.conf that the program itself asks for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_MILESTONE_IDS_H
#define CAPTURE_MILESTONE_IDS_H

/* What runs from a milestone on. */
typedef enum CaptureGroup {
    CAPTURE_GROUP_NONE, /* the same as before it */
    CAPTURE_GROUP_QEMU,
    CAPTURE_GROUP_FIRMWARE,
    CAPTURE_GROUP_LOADER,
    CAPTURE_GROUP_GUEST,
    CAPTURE_GROUP_SHUTDOWN,
} CaptureGroup;

/*
 * Each with its name, and the group of what runs from it on.  BIOS_POST to
 * BIOS_BOOT_OS and PANIC are patterns of phases.conf; COPY_KERNEL and COPY_INITRD are the
 * select of fw_cfg 0x11 and 0x12 that they are copied by, LINUX_BOOT_OS the end
 * of the last item for -kernel; of an ATTEMPT to boot that failed phases.conf
 * has the name.
 */
#define CAPTURE_MILESTONES(MS)                                                 \
    MS(START, "Start", QEMU)                                                   \
    MS(RUN, "Run", FIRMWARE)                                                   \
    MS(BIOS_POST, "BIOS post", FIRMWARE)                                       \
    MS(BIOS_INT19, "BIOS int 19", FIRMWARE)                                    \
    MS(BIOS_BOOT_OS, "BIOS boot OS", LOADER)                                   \
    MS(COPY_KERNEL, "LinuxBoot copy kernel", LOADER)                           \
    MS(COPY_INITRD, "LinuxBoot copy initrd", LOADER)                           \
    MS(LINUX_BOOT_OS, "LinuxBoot boot OS", GUEST)                              \
    MS(RESET, "Reset", FIRMWARE)                                               \
    MS(SUSPENDED, "Suspended", QEMU)                                           \
    MS(WOKEN, "Woken up", FIRMWARE)                                            \
    MS(ATTEMPT, "Boot attempt", FIRMWARE)                                      \
    MS(PANIC, "Panic", NONE)                                                   \
    MS(SHUTDOWN, "Shutdown request", SHUTDOWN)                                 \
    MS(STOP, "Stop", SHUTDOWN)

#define CAPTURE_MILESTONE_ID(id, name, group) CAPTURE_MS_##id,
typedef enum CaptureMilestoneId {
    CAPTURE_MILESTONES(CAPTURE_MILESTONE_ID)
        CAPTURE_MS_CUSTOM, /* and above: others of phases.conf */
} CaptureMilestoneId;
#undef CAPTURE_MILESTONE_ID

/* The number of a milestone of that name, or -1. */
int capture_milestone_number(const char *name);

/* The name of a milestone below CAPTURE_MS_CUSTOM. */
const char *capture_milestone_name(CaptureMilestoneId milestone);

/* What runs from it on. */
CaptureGroup capture_milestone_group(CaptureMilestoneId milestone);

#endif
