/*
 * How often the guest left KVM, by KVM's own counters, and when.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_EXITS_H
#define CAPTURE_EXITS_H

#include "reader.h"

/* Kinds of exits that are kept; KVM on x86 has about ten. */
#define CAPTURE_EXITS_MAX 64

typedef struct CaptureExitCounts CaptureExitCounts;

CaptureExitCounts *capture_exits_new(void);
void capture_exits_free(CaptureExitCounts *exits);

/* Takes any record; a SESSION record starts over. */
void capture_exits_record(CaptureExitCounts *exits,
                          const CaptureRecord *record);

/* Kinds 0 to that; some may have no name. */
guint capture_exits_kinds(const CaptureExitCounts *exits);

/* KVM's name of it ("io_exits"), or NULL: there is no such kind. */
const char *capture_exits_name(const CaptureExitCounts *exits, guint kind);

/* Of all vCPUs from @from up to @to, ns; parts side by side add up. */
uint64_t capture_exits_between(const CaptureExitCounts *exits, guint kind,
                               uint64_t from, uint64_t to);

#endif
