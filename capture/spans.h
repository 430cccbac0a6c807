/*
 * What probes tell: points in time, and spans with a beginning and an end
 * that nest (docs/probe-protocol.md).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_SPANS_H
#define CAPTURE_SPANS_H

#include "reader.h"

/* Whatever a guest writes: no more open spans at a time, no more rows. */
#define CAPTURE_SPANS_OPEN_MAX 64
#define CAPTURE_SPANS_MAX 65536

typedef enum CaptureSpanKind {
    CAPTURE_SPAN_POINT,
    CAPTURE_SPAN_NESTED, /* inside the one above it with a smaller depth */
    CAPTURE_SPAN_SIDE, /* runs beside others: a thread */
    CAPTURE_SPAN_POST, /* a POST code, in @id; a repeated one once */
    CAPTURE_SPAN_STRAY, /* an end without a beginning; or no valid kind */
} CaptureSpanKind;

typedef struct CaptureSpan {
    CaptureSpanKind kind;
    uint8_t id; /* as the guest wrote it; of a named one the kind */
    uint8_t number; /* 0 to 63; of a named one 0 */
    uint8_t unit; /* what @arg of a named one is: BOOTPROBE_UNIT_* */
    const char *name; /* guest bytes, as long as the row; NULL: numbered */
    uint8_t depth; /* 0: in no other span */
    guint boot; /* 0, and one more after each reset */
    uint64_t arg;
    uint64_t pos; /* of the record */
    uint64_t time; /* ns */
    uint64_t vtime; /* ns, or CAPTURE_NO_TIME */
    uint64_t end; /* ns, or CAPTURE_NO_TIME: open, or never ended */
    uint64_t vend; /* ns, or CAPTURE_NO_TIME */
} CaptureSpan;

typedef struct CaptureSpans CaptureSpans;

CaptureSpans *capture_spans_new(void);
void capture_spans_free(CaptureSpans *spans);

/* Takes any record; a SESSION record starts over. */
void capture_spans_record(CaptureSpans *spans, const CaptureRecord *record);

/* In the order they began; the pointer is good until the next feed. */
guint capture_spans_count(const CaptureSpans *spans);
const CaptureSpan *capture_spans_get(const CaptureSpans *spans, guint i);

/* Probes that were left out because of the limits above. */
uint64_t capture_spans_dropped(const CaptureSpans *spans);

#endif
