/*
 * Growing ahead of the guest: pages are reserved on the disk, mapped and
 * faulted in before a byte comes for them.  The helper's, and set-up's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_WRITER_GROW_H
#define CAPTURE_WRITER_GROW_H

#include "writer-state.h"

/*
 * Reserves disk space for the bytes [at, at + size), which the file need not
 * have; 0, or an errno: EOPNOTSUPP where the file system cannot.
 */
int writer_allocate(int fd, uint64_t at, uint64_t size);

/*
 * Makes the file longer by @add bytes of zeros, or as many as there is room
 * for: w->size tells.  ESTALE, and w->cut, where its size was not ours any
 * more; or another errno, or 0.
 */
int writer_grow_file(CaptureWriter *w, uint64_t add);

/*
 * Reserves, maps and faults in up to file size @size or, where the disk has
 * no room for that, as much as it has; an errno, or 0.
 */
int writer_map_more(CaptureWriter *w, uint64_t size);

/*
 * After more was mapped: pads what was reserved beyond the old limits and
 * tells of what did not fit, then lets the writers go on behind it.
 */
void writer_raise_limits(CaptureWriter *w);

/* A LOST record of what was lost since the last; @alone: nobody else writes. */
void writer_tell_losses(CaptureWriter *w, bool alone);

/* Keeps w->ahead bytes ready ahead of the guest, within the cap. */
void writer_extend(CaptureWriter *w);

/* Keeps the header and the page at @used writable without a fault. */
void writer_rearm(CaptureWriter *w, uint64_t used);

#endif
