/*
 * fw_cfg items and how they were copied, out of the records.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_COPIES_H
#define CAPTURE_COPIES_H

#include "reader.h"

/* Selectors of QEMU's include/standard-headers/linux/qemu_fw_cfg.h. */
#define FWCFG_KERNEL_ENTRY 0x10
#define FWCFG_KERNEL_DATA 0x11
#define FWCFG_INITRD_DATA 0x12
#define FWCFG_CMDLINE_DATA 0x15
#define FWCFG_SETUP_DATA 0x18

/* One item that the guest read, all its passes together. */
typedef struct CaptureCopy {
    uint16_t key;
    char name[CAPTURE_NAME_MAX]; /* "key 0x..." where nobody named it */
    uint32_t size; /* of the item, bytes */
    uint64_t bytes; /* copied, all passes together */
    uint32_t offset; /* where the last pass stands, bytes */
    uint64_t first; /* its first select, ns */
    uint64_t last; /* end of its last read, ns */
    uint64_t active_ns; /* spent in passes, without the time between */
    uint64_t bound_ns; /* passes whose end is not known took this at most */
    uint32_t selects;
    bool pio, dma; /* how; both may have been used */
    bool running; /* selected now and not yet at its end */
} CaptureCopy;

typedef struct CaptureCopies CaptureCopies;

CaptureCopies *capture_copies_new(void);
void capture_copies_free(CaptureCopies *copies);

/* The same items, of which nothing is copied: for the next boot. */
CaptureCopies *capture_copies_next_boot(const CaptureCopies *copies);

/* Takes any record; a SESSION record starts over. */
void capture_copies_feed(CaptureCopies *copies, const CaptureRecord *record);

/*
 * Items of which at least a byte was copied, in the order of their first
 * byte.  The pointer is good until the next feed.
 */
guint capture_copies_count(const CaptureCopies *copies);
const CaptureCopy *capture_copies_get(const CaptureCopies *copies, guint i);

/* The row that is being copied now, or -1. */
int capture_copies_current(const CaptureCopies *copies);

/* An item below this is a small one: tables and names, which take no time. */
#define CAPTURE_COPY_SMALL 65536

bool capture_copy_is_small(const CaptureCopy *copy);

/* True for the items that an option ROM copies for -kernel. */
bool capture_copy_is_kernel_item(uint16_t key);

/* Bytes per microsecond of its active time, which is MB/s; 0: unknown. */
double capture_copy_rate(const CaptureCopy *copy);

/* "PIO", "DMA" or "both". */
const char *capture_copy_method(const CaptureCopy *copy);

#endif
