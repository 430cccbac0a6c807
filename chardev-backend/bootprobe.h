/*
 * What isa-bootprobe and bootprobe-mmio have in common: the registers, the
 * guest's buffers, and where a guest finds them.  docs/probe-protocol.md is
 * the guest's side of it.
 *
 * What is written goes into the capture of a timestamp chardev, of which the
 * device is not the front end: that is mostly isa-debugcon.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef BOOTSTAMP_BOOTPROBE_H
#define BOOTSTAMP_BOOTPROBE_H

#include "qemu/notify.h"

#define BOOTPROBE_CONSTANTS_ONLY
#include "capture/probe.h"
#include "char-timestamp.h"

typedef struct Bootprobe {
    char *chardev; /* these two are properties */
    bool lines; /* text is taken by address */

    bool high; /* there is BOOTPROBE_REG_HIGH */
    MemoryRegion io;
    TimestampChardev *back_end; /* NULL once chardev-remove took it away */
    bool mux; /* in front of it, for text */
    Notifier closing;
    bool refused; /* the last address */
    uint32_t address_high; /* for the next one */
    uint8_t location[BOOTPROBE_FW_CFG_SIZE];
} Bootprobe;

#define BOOTPROBE_PROPERTIES(type, member)                                     \
    DEFINE_PROP_STRING("chardev", type, member.chardev),                       \
        DEFINE_PROP_BOOL("lines", type, member.lines, true)

/*
 * Finds the chardev and makes the region @probe->io, which the caller puts at
 * @address of @space (BOOTPROBE_SPACE_*).  Returns false and sets @errp where
 * the chardev is none to write to.
 */
bool bootprobe_realize(Bootprobe *probe, DeviceState *dev, uint8_t space,
                       uint64_t address, Error **errp);
void bootprobe_unrealize(Bootprobe *probe);

/* Tells guests by fw_cfg; of several devices, the first. */
void bootprobe_publish(Bootprobe *probe);

/*
 * The device at its usual ports where no command line asks for it, of an x86
 * machine that is there already; false where @chardev is no timestamp
 * chardev.  Once.
 */
bool bootprobe_place(const char *chardev);

#endif
