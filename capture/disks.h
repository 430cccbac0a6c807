/*
 * What was read from the disks, and when, out of the records.
 *
 * A DISK_IO record says how far QEMU's counters of a disk are and how long
 * before they were looked at last: what was read lies in that window, and is
 * taken as spread over it evenly.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_DISKS_H
#define CAPTURE_DISKS_H

#include "reader.h"
#include "series.h"

/* All disks together: the time in which at least one of them was read. */
#define CAPTURE_DISKS_ALL (-1)

/* Reads with less between them are one run, ns. */
#define CAPTURE_DISKS_GAP_NS UINT64_C(100000000)

/* Reads in some stretch of time. */
typedef struct CaptureDiskUse {
    uint64_t bytes;
    uint64_t requests;
    uint64_t request_ns; /* from a request's start to its end, summed up */
    uint64_t active_ns; /* in which reads came, to the window; wall time */
} CaptureDiskUse;

typedef struct CaptureDiskReads {
    uint8_t id;
    char name[CAPTURE_NAME_MAX]; /* QEMU's: "ide0-hd0", "virtio0" */
    char type[CAPTURE_NAME_MAX]; /* of the device: "ide-hd" */
    CaptureDiskUse total;
    uint64_t write_bytes, writes;
    uint64_t first, last; /* first and last read, ns */
} CaptureDiskReads;

/* Reads with no pause of CAPTURE_DISKS_GAP_NS between them. */
typedef struct CaptureDiskRun {
    uint64_t start, end; /* ns */
    CaptureDiskUse use;
} CaptureDiskRun;

typedef struct CaptureDisks CaptureDisks;

CaptureDisks *capture_disks_new(void);
void capture_disks_free(CaptureDisks *disks);

/* Takes any record; a SESSION record starts over. */
void capture_disks_feed(CaptureDisks *disks, const CaptureRecord *record);

/*
 * Disks that were read, in the order of their first read.  The pointer is good
 * until the next feed.
 */
guint capture_disks_count(const CaptureDisks *disks);
const CaptureDiskReads *capture_disks_get(const CaptureDisks *disks, guint i);

/*
 * Reads of disk @i, or CAPTURE_DISKS_ALL, from @from up to @to (ns).  Parts
 * that stand side by side add up to the whole.
 */
CaptureDiskUse capture_disks_between(const CaptureDisks *disks, int i,
                                     uint64_t from, uint64_t to);

/* The runs of disk @i in order (CaptureDiskRun); the caller unrefs them. */
GArray *capture_disks_runs(const CaptureDisks *disks, guint i);

/* The disk that was read last and is still being read at @now; or -1. */
int capture_disks_current(const CaptureDisks *disks, uint64_t now);

/* Bytes per microsecond of its active time, which is MB/s; 0: unknown. */
double capture_disk_rate(const CaptureDiskUse *use);

#endif
