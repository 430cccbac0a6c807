/*
 * Rows in the order of their times.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "order.h"

/* Two threads' stamps are never further from their places than this. */
#define SLACK_NS 10000000

#define WAITING_MAX 16384 /* rows */
#define WAITING_BYTES (16 << 20) /* of their texts */

/* Texts above this are not kept for the next row. */
#define SPARE_BYTES 4096

typedef struct Row {
    uint64_t time, pos;
    uint64_t number; /* of its coming: what is equal stays in order */
    CaptureRecord *event; /* or NULL */
    CaptureLine line;
    GString *text; /* of the line, and its bytes behind it */
} Row;

struct RowOrder {
    RowFunc *func;
    void *data;
    GPtrArray *heap; /* Row, the earliest first */
    GPtrArray *spare; /* Row, to be used again */
    uint64_t now; /* the latest time that was seen */
    uint64_t count;
    size_t bytes;
};

static void free_row(gpointer data)
{
    Row *row = data;

    g_free(row->event);
    g_string_free(row->text, TRUE);
    g_free(row);
}

RowOrder *row_order_new(RowFunc *func, void *data)
{
    RowOrder *o = g_new0(RowOrder, 1);

    o->func = func;
    o->data = data;
    o->heap = g_ptr_array_new_with_free_func(free_row);
    o->spare = g_ptr_array_new_with_free_func(free_row);
    return o;
}

void row_order_free(RowOrder *o)
{
    if (o) {
        g_ptr_array_unref(o->heap);
        g_ptr_array_unref(o->spare);
        g_free(o);
    }
}

/* ------------------------------------------------------------------ */
/* A binary heap                                                       */

static bool is_before(const Row *a, const Row *b)
{
    if (a->time != b->time) {
        return a->time < b->time;
    }
    return a->pos != b->pos ? a->pos < b->pos : a->number < b->number;
}

static void push(RowOrder *o, Row *row)
{
    guint i = o->heap->len;
    gpointer *heap;

    row->number = o->count++;
    o->bytes += row->text->len;
    g_ptr_array_add(o->heap, row);
    heap = o->heap->pdata;
    while (i > 0 && is_before(row, heap[(i - 1) / 2])) {
        heap[i] = heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap[i] = row;
}

static Row *pop(RowOrder *o)
{
    gpointer *heap = o->heap->pdata;
    Row *first = heap[0];
    Row *last = g_ptr_array_steal_index_fast(o->heap, o->heap->len - 1);
    guint n = o->heap->len;
    guint i = 0;

    while (n && 2 * i + 1 < n) {
        guint child = 2 * i + 1;

        child += child + 1 < n && is_before(heap[child + 1], heap[child]);
        if (!is_before(heap[child], last)) {
            break;
        }
        heap[i] = heap[child];
        i = child;
    }
    if (n) {
        heap[i] = last;
    }
    o->bytes -= first->text->len;
    return first;
}

/* ------------------------------------------------------------------ */
/* Rows                                                                */

static Row *new_row(RowOrder *o, uint64_t time, uint64_t pos)
{
    Row *row;

    if (o->spare->len) {
        row = g_ptr_array_steal_index_fast(o->spare, o->spare->len - 1);
        g_string_truncate(row->text, 0);
    } else {
        row = g_new0(Row, 1);
        row->text = g_string_new(NULL);
    }
    row->time = time;
    row->pos = pos;
    return row;
}

void row_order_event(RowOrder *o, const CaptureRecord *event)
{
    Row *row = new_row(o, event->time, event->pos);

    row->event = g_new(CaptureRecord, 1);
    *row->event = *event;
    o->now = MAX(o->now, event->time);
    push(o, row);
}

void row_order_line(RowOrder *o, const CaptureLine *line)
{
    Row *row = new_row(o, line->time, line->pos);

    row->line = *line;
    g_string_append_len(row->text, line->text, line->len);
    if (line->bytes) {
        g_string_append_len(row->text, line->bytes, line->n_bytes);
    }
    o->now = MAX(o->now, line->end_time);
    push(o, row);
}

static void give(RowOrder *o, Row *row)
{
    row->line.text = row->text->str;
    if (row->line.bytes) {
        row->line.bytes = row->text->str + row->line.len;
    }
    o->func(o->data, row->event, row->event ? NULL : &row->line);
    g_clear_pointer(&row->event, g_free);
    if (row->text->allocated_len > SPARE_BYTES) {
        free_row(row);
    } else {
        g_ptr_array_add(o->spare, row);
    }
}

void row_order_release(RowOrder *o, uint64_t open, bool all)
{
    while (o->heap->len) {
        const Row *first = o->heap->pdata[0];

        if (first->time > open || (!all && first->time + SLACK_NS > o->now)) {
            break;
        }
        give(o, pop(o));
    }
}

bool row_order_is_full(const RowOrder *o)
{
    return o->heap->len > WAITING_MAX || o->bytes > WAITING_BYTES;
}

bool row_order_waits(const RowOrder *o)
{
    return o->heap->len;
}
