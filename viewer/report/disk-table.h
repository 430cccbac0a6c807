/*
 * The table of what was read from the disks, phase by phase.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_DISK_TABLE_H
#define VIEWER_REPORT_DISK_TABLE_H

#include "capture/disks.h"
#include "capture/milestones.h"

/* A phase in which a disk was read: a row for each disk. */
typedef struct DiskRow {
    const char *phase; /* the milestone that begins it; "" before the first */
    guint boot;
    uint64_t start, end; /* of the phase, ns */
    guint disk; /* for capture_disks_get() */
    CaptureDiskUse use;
    uint64_t rest_ns; /* of the phase, in which no disk was read */
} DiskRow;

/*
 * The rows in order (DiskRow); the caller unrefs them.  The last phase goes on
 * to @end, ns.  Good as long as @phases.
 */
GArray *disk_rows(const CaptureMilestones *phases, const CaptureDisks *disks,
                  uint64_t end);

/* Prints them, with sums; nothing where no disk was read. */
void print_disk_rows(const CaptureMilestones *phases, const CaptureDisks *disks,
                     uint64_t end);

#endif
