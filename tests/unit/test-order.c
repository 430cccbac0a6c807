/*
 * Rows in the order of their times.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <malloc.h>

#include "util.h"
#include "viewer/export/order.h"

#define MS 1000000

typedef struct Seen {
    uint64_t last; /* time of the row before */
    guint rows, back;
    guint wrong; /* texts of other rows */
} Seen;

static void see(void *data, const CaptureRecord *event, const CaptureLine *line)
{
    Seen *seen = data;
    uint64_t time = event ? event->time : line->time;

    if (line) {
        g_autofree char *text = g_strdup_printf("row %u", (guint)line->pos);

        seen->wrong +=
            line->len != strlen(text) || memcmp(line->text, text, line->len);
    }
    seen->back += time < seen->last;
    seen->last = time;
    seen->rows++;
}

static void count(void *data, const CaptureRecord *event,
                  const CaptureLine *line)
{
}

static void add(RowOrder *o, uint64_t pos, uint64_t time)
{
    g_autofree char *text = g_strdup_printf("row %u", (guint)pos);
    CaptureRecord event = { .kind = CAPTURE_VM, .pos = pos, .time = time };
    CaptureLine line = {
        .pos = pos,
        .time = time,
        .end_time = time,
        .text = text,
        .len = strlen(text),
    };

    if (pos % 7) {
        row_order_line(o, &line);
    } else {
        row_order_event(o, &event);
    }
}

/* Stamps that are up to 9 ms from their places. */
static void rows_come_in_the_order_of_their_times(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(12);
    Seen seen = { 0 };
    RowOrder *o = row_order_new(see, &seen);

    for (guint i = 0; i < 50000; i++) {
        add(o, i,
            10 * MS + (uint64_t)i * 5000 + g_rand_int_range(rand, 0, 9 * MS));
        row_order_release(o, CAPTURE_NO_TIME, false);
    }
    g_assert_cmpuint(seen.rows, >, 40000);
    g_assert_true(row_order_waits(o));
    row_order_release(o, CAPTURE_NO_TIME, true);
    g_assert_false(row_order_waits(o));
    row_order_free(o);
    g_assert_cmpuint(seen.rows, ==, 50000);
    g_assert_cmpuint(seen.back, ==, 0);
    g_assert_cmpuint(seen.wrong, ==, 0);
}

static void an_open_line_is_waited_for(void)
{
    Seen seen = { 0 };
    RowOrder *o = row_order_new(see, &seen);

    for (guint i = 1; i <= 100; i++) {
        add(o, i, i * MS);
        row_order_release(o, 20 * MS, false);
    }
    g_assert_cmpuint(seen.rows, ==, 20);
    row_order_release(o, CAPTURE_NO_TIME, false);
    g_assert_cmpuint(seen.rows, ==, 90);
    row_order_release(o, CAPTURE_NO_TIME, true);
    g_assert_cmpuint(seen.rows, ==, 100);
    row_order_free(o);
}

/* A clock that stands still, as only a crafted capture has it. */
static void memory_has_a_bound(void)
{
    Seen seen = { 0 };
    RowOrder *o = row_order_new(see, &seen);

    for (guint i = 0; i < 100000; i++) {
        add(o, i, 5);
        row_order_release(o, CAPTURE_NO_TIME, false);
    }
    g_assert_cmpuint(seen.rows, >, 80000);
    g_assert_cmpuint(seen.back, ==, 0);
    row_order_release(o, CAPTURE_NO_TIME, true);
    g_assert_cmpuint(seen.rows, ==, 100000);
    g_assert_cmpuint(seen.wrong, ==, 0);
    row_order_free(o);
}

/* A row whose room is too small for the next one is not kept for ever. */
static void rooms_are_used_again(void)
{
    static const guint8 lens[] = { 66, 70, 75, 77, 77 };
    char text[100] = "";
    CaptureLine line = { .text = text };
    RowOrder *o = row_order_new(count, NULL);
    size_t used = 0;

    for (guint i = 0; i < 60000; i++) {
        line.time = line.end_time = line.pos = (uint64_t)i * MS;
        line.len = lens[i % G_N_ELEMENTS(lens)];
        row_order_line(o, &line);
        if (i % 100 == 0) {
            row_order_release(o, CAPTURE_NO_TIME, false);
        }
        if (i == 1000) {
            used = mallinfo2().uordblks;
        }
    }
    g_assert_cmpuint(mallinfo2().uordblks, <, used + (256 << 10));
    row_order_free(o);
}

int main(int argc, char **argv)
{
    test_begin(&argc, &argv);
    g_test_add_func("/order/times", rows_come_in_the_order_of_their_times);
    g_test_add_func("/order/open", an_open_line_is_waited_for);
    g_test_add_func("/order/bound", memory_has_a_bound);
    g_test_add_func("/order/rooms", rooms_are_used_again);
    return g_test_run();
}
