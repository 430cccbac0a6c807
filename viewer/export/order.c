/*
 * Rows in the order of their times.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "order.h"

/* Two threads' stamps are never further from their places than this. */
#define SLACK_NS 10000000

#define WAITING_MAX 16384 /* rows */
#define WAITING_BYTES (16 << 20) /* of their texts */

/* Space for a row's text; more than the latter is not kept for another row. */
#define ROOM_MIN 64
#define SPARE_BYTES 4096

typedef struct Row Row;

struct Row {
    Row *next; /* in the queue, or among the spare ones */
    uint64_t time, pos;
    uint64_t number; /* of its coming: what is equal stays in order */
    CaptureRecord *event; /* or NULL */
    CaptureLine line;
    size_t len, room; /* of @text */
    char text[]; /* of the line, and its bytes behind it */
};

/*
 * Nearly all rows come in the order of their times and wait in a queue, which
 * costs the same for each.  The others wait in a heap.
 */
struct RowOrder {
    RowFunc *func;
    void *data;
    Row *first, *last; /* of the queue */
    GPtrArray *late; /* Row, a binary heap, the earliest first */
    Row *spare; /* to be used again */
    uint64_t now; /* the latest time that was seen */
    uint64_t count; /* that came */
    guint waiting;
    size_t bytes;
};

static void free_row(gpointer data)
{
    Row *row = data;

    g_free(row->event);
    g_free(row);
}

static void free_list(Row *row)
{
    while (row) {
        Row *next = row->next;

        free_row(row);
        row = next;
    }
}

RowOrder *row_order_new(RowFunc *func, void *data)
{
    RowOrder *o = g_new0(RowOrder, 1);

    o->func = func;
    o->data = data;
    o->late = g_ptr_array_new_with_free_func(free_row);
    return o;
}

void row_order_free(RowOrder *o)
{
    if (o) {
        free_list(o->first);
        free_list(o->spare);
        g_ptr_array_unref(o->late);
        g_free(o);
    }
}

/* ------------------------------------------------------------------ */
/* The heap                                                            */

static bool is_before(const Row *a, const Row *b)
{
    if (a->time != b->time) {
        return a->time < b->time;
    }
    return a->pos != b->pos ? a->pos < b->pos : a->number < b->number;
}

static void heap_push(GPtrArray *heap, Row *row)
{
    guint i = heap->len;
    gpointer *rows;

    g_ptr_array_add(heap, row);
    rows = heap->pdata;
    while (i > 0 && is_before(row, rows[(i - 1) / 2])) {
        rows[i] = rows[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    rows[i] = row;
}

static Row *heap_pop(GPtrArray *heap)
{
    gpointer *rows = heap->pdata;
    Row *first = rows[0];
    Row *last = g_ptr_array_steal_index_fast(heap, heap->len - 1);
    guint n = heap->len;
    guint i = 0;

    while (n && 2 * i + 1 < n) {
        guint child = 2 * i + 1;

        child += child + 1 < n && is_before(rows[child + 1], rows[child]);
        if (!is_before(rows[child], last)) {
            break;
        }
        rows[i] = rows[child];
        i = child;
    }
    if (n) {
        rows[i] = last;
    }
    return first;
}

/* ------------------------------------------------------------------ */
/* The rows that wait                                                  */

static void push(RowOrder *o, Row *row)
{
    row->number = o->count++;
    row->next = NULL;
    o->waiting++;
    o->bytes += row->len;
    if (!o->first) {
        o->first = o->last = row;
    } else if (is_before(row, o->last)) {
        heap_push(o->late, row);
    } else {
        o->last->next = row;
        o->last = row;
    }
}

static bool late_is_first(const RowOrder *o)
{
    return o->late->len &&
           (!o->first || is_before(o->late->pdata[0], o->first));
}

static const Row *peek(const RowOrder *o)
{
    return late_is_first(o) ? o->late->pdata[0] : o->first;
}

/*
 * Thousands of rows wait, which are more than a cache holds: the next one is
 * on its way while this one is written.
 */
static void prefetch(const Row *row)
{
    if (row) {
        __builtin_prefetch(row);
        __builtin_prefetch((const char *)row + 64);
        __builtin_prefetch((const char *)row + 128);
    }
}

static Row *pop(RowOrder *o)
{
    Row *row = o->first;

    if (late_is_first(o)) {
        row = heap_pop(o->late);
    } else {
        o->first = row->next;
        prefetch(o->first);
    }
    o->waiting--;
    o->bytes -= row->len;
    return row;
}

/* ------------------------------------------------------------------ */
/* Rows                                                                */

static Row *new_row(RowOrder *o, uint64_t time, uint64_t pos, size_t len)
{
    Row *row = o->spare;

    if (row && row->room >= len) {
        o->spare = row->next;
    } else {
        size_t room = MAX(len, ROOM_MIN);

        row = g_malloc(sizeof(*row) + room);
        row->event = NULL;
        row->room = room;
    }
    row->time = time;
    row->pos = pos;
    row->len = len;
    return row;
}

void row_order_event(RowOrder *o, const CaptureRecord *event)
{
    Row *row = new_row(o, event->time, event->pos, 0);

    row->event = g_new(CaptureRecord, 1);
    *row->event = *event;
    o->now = MAX(o->now, event->time);
    push(o, row);
}

void row_order_line(RowOrder *o, const CaptureLine *line)
{
    size_t n_bytes = line->bytes ? line->n_bytes : 0;
    Row *row = new_row(o, line->time, line->pos, line->len + n_bytes);

    row->line = *line;
    memcpy(row->text, line->text, line->len);
    row->line.text = row->text;
    if (line->bytes) {
        memcpy(row->text + line->len, line->bytes, n_bytes);
        row->line.bytes = row->text + line->len;
    }
    o->now = MAX(o->now, line->end_time);
    push(o, row);
}

static void give(RowOrder *o, Row *row)
{
    o->func(o->data, row->event, row->event ? NULL : &row->line);
    g_clear_pointer(&row->event, g_free);
    if (row->room > SPARE_BYTES) {
        free_row(row);
    } else {
        row->next = o->spare;
        o->spare = row;
    }
}

/* Another thread's row may still come that is before this one. */
static bool is_early(const RowOrder *o, const Row *row)
{
    return row->time + SLACK_NS > o->now && !row_order_is_full(o);
}

void row_order_release(RowOrder *o, uint64_t open, bool all)
{
    const Row *first;

    while ((first = peek(o)) && first->time <= open &&
           (all || !is_early(o, first))) {
        give(o, pop(o));
    }
}

bool row_order_is_full(const RowOrder *o)
{
    return o->waiting > WAITING_MAX || o->bytes > WAITING_BYTES;
}

bool row_order_waits(const RowOrder *o)
{
    return o->waiting;
}
