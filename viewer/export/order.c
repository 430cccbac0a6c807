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

/* What rows are ordered by. */
typedef struct Key {
    uint64_t time, pos;
    uint64_t number; /* of its coming: what is equal stays in order */
} Key;

struct Row {
    Row *next; /* in the queue, or among the spare ones */
    Key key;
    bool is_event;
    union {
        CaptureRecord event;
        CaptureLine line;
    };
    size_t len, room; /* of @text */
    char text[]; /* of the line, and its bytes behind it */
};

/* With its key beside it: thousands of rows are more than a cache holds. */
typedef struct Late {
    Key key;
    Row *row;
} Late;

/*
 * Nearly all rows come in the order of their times and wait in a queue, which
 * costs the same for each.  The others wait in a heap.
 */
struct RowOrder {
    RowFunc *func;
    void *data;
    Row *first, *last; /* of the queue */
    GArray *late; /* Late, a binary heap, the earliest first */
    Row *spare; /* to be used again */
    uint64_t now; /* the latest time that was seen */
    uint64_t count; /* that came */
    guint waiting;
    size_t bytes;
};

static void free_list(Row *row)
{
    while (row) {
        Row *next = row->next;

        g_free(row);
        row = next;
    }
}

RowOrder *row_order_new(RowFunc *func, void *data)
{
    RowOrder *o = g_new0(RowOrder, 1);

    o->func = func;
    o->data = data;
    o->late = g_array_new(FALSE, FALSE, sizeof(Late));
    return o;
}

void row_order_free(RowOrder *o)
{
    if (o) {
        free_list(o->first);
        free_list(o->spare);
        for (guint i = 0; i < o->late->len; i++) {
            g_free(g_array_index(o->late, Late, i).row);
        }
        g_array_unref(o->late);
        g_free(o);
    }
}

/* ------------------------------------------------------------------ */
/* The heap                                                            */

static bool is_before(const Key *a, const Key *b)
{
    if (a->time != b->time) {
        return a->time < b->time;
    }
    return a->pos != b->pos ? a->pos < b->pos : a->number < b->number;
}

static void heap_push(GArray *heap, Row *row)
{
    const Late late = { row->key, row };
    guint i = heap->len;
    Late *all;

    g_array_append_val(heap, late);
    all = (Late *)heap->data;
    while (i > 0 && is_before(&late.key, &all[(i - 1) / 2].key)) {
        all[i] = all[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    all[i] = late;
}

static Row *heap_pop(GArray *heap)
{
    Late *all = (Late *)heap->data;
    Row *first = all[0].row;
    guint n = heap->len - 1;
    const Late last = all[n];
    guint i = 0;

    while (2 * i + 1 < n) {
        guint child = 2 * i + 1;

        child +=
            child + 1 < n && is_before(&all[child + 1].key, &all[child].key);
        if (!is_before(&all[child].key, &last.key)) {
            break;
        }
        all[i] = all[child];
        i = child;
    }
    all[i] = last;
    g_array_set_size(heap, n);
    return first;
}

/* ------------------------------------------------------------------ */
/* The rows that wait                                                  */

static void push(RowOrder *o, Row *row)
{
    row->key.number = o->count++;
    row->next = NULL;
    o->waiting++;
    o->bytes += row->len;
    if (!o->first) {
        o->first = o->last = row;
    } else if (is_before(&row->key, &o->last->key)) {
        heap_push(o->late, row);
    } else {
        o->last->next = row;
        o->last = row;
    }
}

static const Late *first_late(const RowOrder *o)
{
    return &g_array_index(o->late, Late, 0);
}

static bool late_is_first(const RowOrder *o)
{
    return o->late->len &&
           (!o->first || is_before(&first_late(o)->key, &o->first->key));
}

static const Key *peek(const RowOrder *o)
{
    if (late_is_first(o)) {
        return &first_late(o)->key;
    }
    return o->first ? &o->first->key : NULL;
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
        prefetch(o->late->len ? first_late(o)->row : NULL);
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

    if (row) {
        o->spare = row->next;
    }
    /* One that is too small goes: or else there would be more and more. */
    if (!row || row->room < len) {
        size_t room = MAX(len, ROOM_MIN);

        g_free(row);
        row = g_malloc(sizeof(*row) + room);
        row->room = room;
    }
    row->key.time = time;
    row->key.pos = pos;
    row->len = len;
    return row;
}

void row_order_event(RowOrder *o, const CaptureRecord *event)
{
    Row *row = new_row(o, event->time, event->pos, 0);

    row->is_event = true;
    row->event = *event;
    o->now = MAX(o->now, event->time);
    push(o, row);
}

void row_order_line(RowOrder *o, const CaptureLine *line)
{
    size_t n_bytes = line->bytes ? line->n_bytes : 0;
    Row *row = new_row(o, line->time, line->pos, line->len + n_bytes);

    row->is_event = false;
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
    o->func(o->data, row->is_event ? &row->event : NULL,
            row->is_event ? NULL : &row->line);
    if (row->room > SPARE_BYTES) {
        g_free(row);
    } else {
        row->next = o->spare;
        o->spare = row;
    }
}

/* Another thread's row may still come that is before this one. */
static bool is_early(const RowOrder *o, uint64_t time)
{
    return time + SLACK_NS > o->now && !row_order_is_full(o);
}

void row_order_release(RowOrder *o, uint64_t open, bool all)
{
    const Key *first;

    while ((first = peek(o)) && first->time <= open &&
           (all || !is_early(o, first->time))) {
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
