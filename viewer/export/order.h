/*
 * Rows in the order of their times.
 *
 * A line comes when it ends, an event at once, and threads take their stamps
 * and their places in no fixed order.  So rows wait here until none that is
 * earlier can come: as long as a line that began before them is open, and a
 * little longer.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_EXPORT_ORDER_H
#define VIEWER_EXPORT_ORDER_H

#include "capture/lines.h"
#include "capture/reader.h"

/* One of the two is not NULL. */
typedef void RowFunc(void *data, const CaptureRecord *event,
                     const CaptureLine *line);

typedef struct RowOrder RowOrder;

RowOrder *row_order_new(RowFunc *func, void *data);

/* What waits is lost: row_order_release() first. */
void row_order_free(RowOrder *order);

/* These copy what they are given. */
void row_order_event(RowOrder *order, const CaptureRecord *event);
void row_order_line(RowOrder *order, const CaptureLine *line);

/*
 * Gives the rows to the function that are due, where the oldest line that is
 * open began at @open (ns; CAPTURE_NO_TIME: none is).  @all: nothing more comes
 * but what is behind that.
 */
void row_order_release(RowOrder *order, uint64_t open, bool all);

/* True where so much waits for a line's end that it has to do without. */
bool row_order_is_full(const RowOrder *order);

/* True where anything waits. */
bool row_order_waits(const RowOrder *order);

#endif
