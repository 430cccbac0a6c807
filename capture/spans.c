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
    GStringChunk *names; /* of the rows, each once */
    OpenSpans nested;
    OpenSpans side;
    guint deeper; /* nested ones begun where there is no room */
    uint64_t dropped;
    guint boot;
    int post; /* the POST code before, -1: none, or other probes since */
    bool idle; /* since the last reset no probe but of the firmware's own */
    bool ran; /* a reset is the guest's from now on */
};

CaptureSpans *capture_spans_new(void)
{
    CaptureSpans *s = g_new0(CaptureSpans, 1);

    s->rows = g_array_new(FALSE, TRUE, sizeof(CaptureSpan));
    s->names = g_string_chunk_new(1024);
    s->post = -1;
    return s;
}

void capture_spans_free(CaptureSpans *s)
{
    if (s) {
        g_array_unref(s->rows);
        g_string_chunk_free(s->names);
        g_free(s);
    }
}

static CaptureSpan *row_at(CaptureSpans *s, guint i)
{
    return &g_array_index(s->rows, CaptureSpan, i);
}

static CaptureSpan new_row(const CaptureSpans *s, const CaptureRecord *rec)
{
    return (CaptureSpan){
        .depth = s->nested.count,
        .boot = s->boot,
        .pos = rec->pos,
        .time = rec->time,
        .vtime = rec->vtime,
        .end = CAPTURE_NO_TIME,
        .vend = CAPTURE_NO_TIME,
    };
}

/* What a probe says, numbered or named; a name is still the record's. */
static CaptureSpan read_probe(CaptureSpans *s, const CaptureRecord *rec,
                              bool *side)
{
    CaptureSpan row = new_row(s, rec);

    if (rec->kind == CAPTURE_NAMED) {
        row.id = rec->u.named.head.kind & BOOTPROBE_KIND_MASK;
        row.unit = rec->u.named.head.unit;
        row.arg = rec->u.named.head.arg;
        row.name = rec->u.named.name;
        *side = rec->u.named.head.flags & BOOTPROBE_NAME_SIDE;
    } else {
        row.id = rec->u.probe.id;
        row.number = row.id & BOOTPROBE_NUMBER_MASK;
        row.arg = rec->u.probe.arg;
        *side = BOOTPROBE_SIDE(row.number);
    }
    return row;
}

/* Returns false where the limit is reached. */
static bool add_row(CaptureSpans *s, CaptureSpanKind kind, CaptureSpan *row)
{
    if (s->rows->len == CAPTURE_SPANS_MAX) {
        s->dropped++;
        return false;
    }
    row->kind = kind;
    if (row->name) {
        row->name = g_string_chunk_insert_const(s->names, row->name);
    }
    g_array_append_vals(s->rows, row, 1);
    return true;
}

static void begin_nested(CaptureSpans *s, CaptureSpan *row)
{
    if (s->nested.count == CAPTURE_SPANS_OPEN_MAX) {
        s->deeper++;
        s->dropped++;
    } else if (add_row(s, CAPTURE_SPAN_NESTED, row)) {
        s->nested.row[s->nested.count++] = s->rows->len - 1;
    }
}

static void begin_side(CaptureSpans *s, CaptureSpan *row)
{
    if (s->side.count == CAPTURE_SPANS_OPEN_MAX) {
        s->dropped++;
    } else if (add_row(s, CAPTURE_SPAN_SIDE, row)) {
        s->side.row[s->side.count++] = s->rows->len - 1;
    }
}

/* The innermost open row that @end may belong to, or -1. */
static int find_open(CaptureSpans *s, const OpenSpans *open,
                     const CaptureSpan *end, bool with_arg)
{
    for (guint i = open->count; i > 0; i--) {
        const CaptureSpan *row = row_at(s, open->row[i - 1]);

        if (row->number == end->number && !g_strcmp0(row->name, end->name) &&
            (!with_arg || row->arg == end->arg)) {
            return i - 1;
        }
    }
    return -1;
}

static void end_row(CaptureSpans *s, guint i, const CaptureSpan *end)
{
    CaptureSpan *row = row_at(s, i);

    row->end = end->time;
    row->vend = end->vtime;
}

/* What was begun inside and is still open was never ended. */
static void end_nested(CaptureSpans *s, CaptureSpan *end)
{
    int at;

    if (s->deeper) {
        s->deeper--;
        return;
    }
    at = find_open(s, &s->nested, end, false);
    if (at < 0) {
        add_row(s, CAPTURE_SPAN_STRAY, end);
        return;
    }
    end_row(s, s->nested.row[at], end);
    s->nested.count = at;
}

static void end_side(CaptureSpans *s, CaptureSpan *end)
{
    int at = find_open(s, &s->side, end, true);

    if (at < 0) {
        add_row(s, CAPTURE_SPAN_STRAY, end);
        return;
    }
    end_row(s, s->side.row[at], end);
    s->side.count--;
    for (guint i = at; i < s->side.count; i++) {
        s->side.row[i] = s->side.row[i + 1];
    }
}

/* Linux delays by writes to that port: many of the same code are one. */
static void handle_post(CaptureSpans *s, const CaptureRecord *rec)
{
    CaptureSpan row = new_row(s, rec);

    row.id = rec->u.post.code;
    s->idle = false;
    if (s->post != row.id) {
        add_row(s, CAPTURE_SPAN_POST, &row);
    }
    s->post = row.id;
}

static void handle_probe(CaptureSpans *s, const CaptureRecord *rec)
{
    bool side;
    CaptureSpan row = read_probe(s, rec, &side);

    s->post = -1;
    s->idle &= row.id == (BOOTPROBE_POINT | BOOTPROBE_REBOOT);

    switch (row.id & BOOTPROBE_KIND_MASK) {
    case BOOTPROBE_POINT:
        add_row(s, CAPTURE_SPAN_POINT, &row);
        break;
    case BOOTPROBE_BEGIN:
        (side ? begin_side : begin_nested)(s, &row);
        break;
    case BOOTPROBE_END:
        (side ? end_side : end_nested)(s, &row);
        break;
    default:
        add_row(s, CAPTURE_SPAN_STRAY, &row);
        break;
    }
}

static void forget_open(CaptureSpans *s)
{
    s->nested.count = 0;
    s->side.count = 0;
    s->deeper = 0;
}

static void handle_vm(CaptureSpans *s, CaptureVmEvent event)
{
    if (event == CAPTURE_VM_RUN) {
        s->ran = true;
    } else if (event == CAPTURE_VM_RESET && s->ran) {
        /* One that the firmware answers one with is part of it. */
        if (!s->idle) {
            s->boot++;
        }
        s->idle = true;
        forget_open(s);
        s->post = -1;
    }
}

void capture_spans_record(CaptureSpans *s, const CaptureRecord *rec)
{
    switch (rec->kind) {
    case CAPTURE_SESSION:
        g_array_set_size(s->rows, 0);
        g_string_chunk_clear(s->names);
        forget_open(s);
        s->dropped = 0;
        s->boot = 0;
        s->ran = s->idle = false;
        s->post = -1;
        break;
    case CAPTURE_VM:
        handle_vm(s, rec->u.vm.event);
        break;
    case CAPTURE_PROBE:
    case CAPTURE_NAMED:
        handle_probe(s, rec);
        break;
    case CAPTURE_POST:
        handle_post(s, rec);
        break;
    case CAPTURE_DROPPED:
        forget_open(s); /* their ends may be among it */
        s->post = -1;
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
    case CAPTURE_PROFILE:
    case CAPTURE_SAMPLE:
    case CAPTURE_DISK:
    case CAPTURE_DISK_IO:
    case CAPTURE_EXIT_KIND:
    case CAPTURE_EXITS:
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
