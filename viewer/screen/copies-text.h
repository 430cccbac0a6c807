/*
 * Copies of fw_cfg items in words and figures.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_COPIES_TEXT_H
#define VIEWER_SCREEN_COPIES_TEXT_H

#include "state.h"

/* A row of the pane: a fw_cfg item that is copied, or a disk that is read. */
typedef struct CopyRow {
    char name[4 * CAPTURE_NAME_MAX]; /* fit to be shown */
    const char *how; /* "DMA", "disk" */
    bool is_disk; /* it has no size, and is never done */
    uint64_t bytes; /* read so far, again where it was read again */
    uint64_t offset, size; /* of the item */
    uint64_t active_ns; /* time in which it was read */
    uint64_t bound_ns; /* what that took at most, where it is not known */
    double rate; /* MB/s; 0: unknown */
    double fraction; /* 0 to 1: of the pass that runs, or of the last */
    bool running;
    bool small; /* an item under 64 KiB */
    uint64_t first, last; /* its first and last read, ns */
} CopyRow;

/* In the place of a number: all items under 64 KiB, as one row. */
#define COPIES_FOLDED G_MAXINT

/* Items and, behind them, disks; or COPIES_FOLDED. */
guint copies_count(const View *v);
void copies_get(const View *v, guint i, CopyRow *row);

/* "3.1s" until it is done; empty where that cannot be told. */
void copy_format_left(char *to, size_t size, const CopyRow *row);

/* MB/s, or "-". */
void format_copy_rate(char *to, size_t size, double rate);

/* What took longest, in at most @width cells: "initrd 35.0 MB 64 ms, ...". */
char *copies_largest(const View *v, int width);

/* The time that it took, or "<" and what it took at most. */
void copy_format_time(char *to, size_t size, const CopyRow *row);

/*
 * The rows by @sort: guint, numbers of copies_get().  Small items are not among
 * them where they are folded; then COPIES_FOLDED is the last.
 */
GArray *copies_sorted(const View *v, CopySort sort);

/* What is being read now, or -1; nothing is once QEMU ended. */
int copies_now(const View *v);

/* The same in a line: "kernel 43%, ..."; NULL: nothing. */
char *copies_summary(View *v);

/* How long nothing has been read, up to now, ns. */
uint64_t copies_idle(const View *v);

#endif
