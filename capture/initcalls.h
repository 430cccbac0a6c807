/*
 * The kernel's initcalls and driver probes, out of the lines that it prints
 * with initcall_debug.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_INITCALLS_H
#define CAPTURE_INITCALLS_H

#include "lines.h"

/* Whatever a guest prints: no more rows. */
#define CAPTURE_INITCALLS_MAX 16384

typedef enum CaptureInitcallKind {
    CAPTURE_INITCALL, /* "calling" and "initcall ... returned" */
    CAPTURE_INITCALL_PROBE, /* "probe of ... returned" */
} CaptureInitcallKind;

typedef struct CaptureInitcall {
    CaptureInitcallKind kind;
    char name[CAPTURE_NAME_MAX]; /* of the function, or of the device */
    uint64_t start, end; /* ns: of its two lines; a probe's begin by @usecs */
    uint64_t usecs; /* in the kernel's own words */
    int64_t result; /* 0: well */
    uint64_t pos; /* of the line that ends it */
} CaptureInitcall;

typedef struct CaptureInitcalls CaptureInitcalls;

CaptureInitcalls *capture_initcalls_new(void);
void capture_initcalls_free(CaptureInitcalls *calls);

/* Takes any record: a SESSION record, and a reset, start over. */
void capture_initcalls_record(CaptureInitcalls *calls,
                              const CaptureRecord *record);
void capture_initcalls_line(CaptureInitcalls *calls, const CaptureLine *line);

/* Those that returned, in that order; the pointer is good until the next. */
guint capture_initcalls_count(const CaptureInitcalls *calls);
const CaptureInitcall *capture_initcalls_get(const CaptureInitcalls *calls,
                                             guint i);

/* The same, the slowest first (const CaptureInitcall *); unref the array. */
GPtrArray *capture_initcalls_slowest(const CaptureInitcalls *calls);

/* Those that were left out because of the limit above. */
uint64_t capture_initcalls_dropped(const CaptureInitcalls *calls);

/* What it took: by the stamps of its lines, or a probe's by the kernel. */
uint64_t capture_initcall_ns(const CaptureInitcall *call);

#endif
