/*
 * Spans, out of PROBE records.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "probe.h"
#include "spans.h"

/* Indices of rows that have no end yet, the innermost last. */
typedef struct OpenSpans {
    guint row[CAPTURE_SPANS_OPEN_MAX];
    guint count;
} OpenSpans;

struct CaptureSpans {
    GArray *rows; /* CaptureSpan */
    OpenSpans nested;
    OpenSpans side;
    guint deeper; /* nested ones begun where there is no room */
    uint64_t dropped;
    guint boot;
    bool ran; /* a reset is the guest's from now on */
};

CaptureSpans *capture_spans_new(void)
{
    CaptureSpans *s = g_new0(CaptureSpans, 1);

    s->rows = g_array_new(FALSE, TRUE, sizeof(CaptureSpan));
    return s;
}

void capture_spans_free(CaptureSpans *s)
{
    if (s) {
        g_array_unref(s->rows);
        g_free(s);
    }
}

static CaptureSpan *row_at(CaptureSpans *s, guint i)
{
    return &g_array_index(s->rows, CaptureSpan, i);
}

/* Returns false where the limit is reached. */
static bool add_row(CaptureSpans *s, CaptureSpanKind kind,
                    const CaptureRecord *rec)
{
    CaptureSpan row = {
        .kind = kind,
        .id = rec->u.probe.id,
        .number = rec->u.probe.id & BOOTPROBE_NUMBER_MASK,
        .depth = s->nested.count,
        .boot = s->boot,
        .arg = rec->u.probe.arg,
        .pos = rec->pos,
        .time = rec->time,
        .vtime = rec->vtime,
        .end = CAPTURE_NO_TIME,
        .vend = CAPTURE_NO_TIME,
    };

    if (s->rows->len == CAPTURE_SPANS_MAX) {
        s->dropped++;
        return false;
    }
    g_array_append_val(s->rows, row);
    return true;
}

static void begin_nested(CaptureSpans *s, const CaptureRecord *rec)
{
    if (s->nested.count == CAPTURE_SPANS_OPEN_MAX) {
        s->deeper++;
        s->dropped++;
    } else if (add_row(s, CAPTURE_SPAN_NESTED, rec)) {
        s->nested.row[s->nested.count++] = s->rows->len - 1;
    }
}

static void begin_side(CaptureSpans *s, const CaptureRecord *rec)
{
    if (s->side.count == CAPTURE_SPANS_OPEN_MAX) {
        s->dropped++;
    } else if (add_row(s, CAPTURE_SPAN_SIDE, rec)) {
        s->side.row[s->side.count++] = s->rows->len - 1;
    }
}

/* The innermost open row that an end may belong to, or -1. */
static int find_open(CaptureSpans *s, const OpenSpans *open, uint8_t number,
                     const uint32_t *arg)
{
    for (guint i = open->count; i > 0; i--) {
        const CaptureSpan *row = row_at(s, open->row[i - 1]);

        if (row->number == number && (!arg || row->arg == *arg)) {
            return i - 1;
        }
    }
    return -1;
}

static void end_row(CaptureSpans *s, guint i, const CaptureRecord *rec)
{
    CaptureSpan *row = row_at(s, i);

    row->end = rec->time;
    row->vend = rec->vtime;
}

/* What was begun inside and is still open was never ended. */
static void end_nested(CaptureSpans *s, const CaptureRecord *rec,
                       uint8_t number)
{
    int at;

    if (s->deeper) {
        s->deeper--;
        return;
    }
    at = find_open(s, &s->nested, number, NULL);
    if (at < 0) {
        add_row(s, CAPTURE_SPAN_STRAY, rec);
        return;
    }
    end_row(s, s->nested.row[at], rec);
    s->nested.count = at;
}

static void end_side(CaptureSpans *s, const CaptureRecord *rec, uint8_t number)
{
    uint32_t arg = rec->u.probe.arg;
    int at = find_open(s, &s->side, number, &arg);

    if (at < 0) {
        add_row(s, CAPTURE_SPAN_STRAY, rec);
        return;
    }
    end_row(s, s->side.row[at], rec);
    s->side.count--;
    for (guint i = at; i < s->side.count; i++) {
        s->side.row[i] = s->side.row[i + 1];
    }
}

static void take_probe(CaptureSpans *s, const CaptureRecord *rec)
{
    uint8_t number = rec->u.probe.id & BOOTPROBE_NUMBER_MASK;
    bool side = BOOTPROBE_SIDE(number);

    switch (rec->u.probe.id & BOOTPROBE_KIND_MASK) {
    case BOOTPROBE_POINT:
        add_row(s, CAPTURE_SPAN_POINT, rec);
        break;
    case BOOTPROBE_BEGIN:
        (side ? begin_side : begin_nested)(s, rec);
        break;
    case BOOTPROBE_END:
        (side ? end_side : end_nested)(s, rec, number);
        break;
    default:
        add_row(s, CAPTURE_SPAN_STRAY, rec);
        break;
    }
}

static void forget_open(CaptureSpans *s)
{
    s->nested.count = 0;
    s->side.count = 0;
    s->deeper = 0;
}

static void take_vm(CaptureSpans *s, CaptureVmEvent event)
{
    if (event == CAPTURE_VM_RUN) {
        s->ran = true;
    } else if (event == CAPTURE_VM_RESET && s->ran) {
        s->boot++;
        forget_open(s);
    }
}

void capture_spans_record(CaptureSpans *s, const CaptureRecord *rec)
{
    switch (rec->kind) {
    case CAPTURE_SESSION:
        g_array_set_size(s->rows, 0);
        forget_open(s);
        s->dropped = 0;
        s->boot = 0;
        s->ran = false;
        break;
    case CAPTURE_VM:
        take_vm(s, rec->u.vm.event);
        break;
    case CAPTURE_PROBE:
        take_probe(s, rec);
        break;
    case CAPTURE_BYTE:
    case CAPTURE_CLOCK:
    case CAPTURE_VCLOCK:
    case CAPTURE_STREAM:
    case CAPTURE_MACHINE:
    case CAPTURE_LOST:
    case CAPTURE_ITEM:
    case CAPTURE_SELECT:
    case CAPTURE_PIO:
    case CAPTURE_DMA:
    case CAPTURE_DMA_PART:
    case CAPTURE_DMA_END:
    case CAPTURE_VCPU:
    case CAPTURE_DISK:
    case CAPTURE_DISK_IO:
        break;
    }
}

guint capture_spans_count(const CaptureSpans *s)
{
    return s->rows->len;
}

const CaptureSpan *capture_spans_get(const CaptureSpans *s, guint i)
{
    return i < s->rows->len ? &g_array_index(s->rows, CaptureSpan, i) : NULL;
}

uint64_t capture_spans_dropped(const CaptureSpans *s)
{
    return s->dropped;
}
