/*
 * fw_cfg items and how they were copied.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "capture/copies.h"
#include "util.h"

static void feed(CaptureCopies *c, uint64_t time, CaptureRecord rec)
{
    rec.time = time;
    capture_copies_feed(c, &rec);
}

static void item(CaptureCopies *c, uint16_t key, uint32_t size,
                 const char *name)
{
    CaptureRecord rec = { .kind = CAPTURE_ITEM, .u.item = { key, size, "" } };

    g_strlcpy(rec.u.item.name, name, sizeof(rec.u.item.name));
    feed(c, 0, rec);
}

static void select_key(CaptureCopies *c, uint64_t time, uint16_t key)
{
    feed(c, time,
         (CaptureRecord){ .kind = CAPTURE_SELECT, .u.select = { .key = key } });
}

static void pio(CaptureCopies *c, uint64_t time, uint16_t key, uint32_t offset,
                bool late)
{
    feed(
        c, time,
        (CaptureRecord){ .kind = CAPTURE_PIO, .u.pio = { key, offset, late } });
}

static void dma(CaptureCopies *c, uint64_t time, uint64_t end, uint16_t key,
                CaptureDmaOp op, uint32_t offset, uint32_t length)
{
    feed(c, time,
         (CaptureRecord){
             .kind = CAPTURE_DMA,
             .u.dma = { .key = key,
                        .op = op,
                        .offset = offset,
                        .length = length },
         });
    feed(c, end,
         (CaptureRecord){
             .kind = CAPTURE_DMA_END,
             .u.dma_end = { .key = key, .offset = offset + length } });
}

static void dma_part(CaptureCopies *c, uint64_t time, uint16_t key,
                     uint32_t offset)
{
    feed(c, time,
         (CaptureRecord){ .kind = CAPTURE_DMA_PART,
                          .u.dma_part = { key, offset } });
}

static const CaptureCopy *row(const CaptureCopies *c, guint i)
{
    const CaptureCopy *copy = capture_copies_get(c, i);

    g_assert_nonnull(copy);
    return copy;
}

static void pio_copy_counts_bytes_and_the_time_in_it(void)
{
    CaptureCopies *c = capture_copies_new();

    item(c, 0x11, 10000, "kernel");
    select_key(c, 1000, 0x11);
    g_assert_cmpuint(capture_copies_count(c), ==, 0);
    g_assert_cmpint(capture_copies_current(c), ==, -1);
    pio(c, 2000, 0x11, 4096, false);
    g_assert_cmpint(capture_copies_current(c), ==, 0);
    g_assert_true(row(c, 0)->running);
    pio(c, 5000, 0x11, 10000, false);
    g_assert_cmpint(capture_copies_current(c), ==, -1);
    g_assert_cmpuint(capture_copies_count(c), ==, 1);
    g_assert_cmpstr(row(c, 0)->name, ==, "kernel");
    g_assert_cmpuint(row(c, 0)->size, ==, 10000);
    g_assert_cmpuint(row(c, 0)->bytes, ==, 10000);
    g_assert_cmpuint(row(c, 0)->first, ==, 1000);
    g_assert_cmpuint(row(c, 0)->last, ==, 5000);
    g_assert_cmpuint(row(c, 0)->active_ns, ==, 4000);
    g_assert_cmpuint(row(c, 0)->selects, ==, 1);
    g_assert_cmpstr(capture_copy_method(row(c, 0)), ==, "PIO");
    g_assert_cmpfloat(capture_copy_rate(row(c, 0)), ==, 2500);
    capture_copies_free(c);
}

/* Migration: the one QEMU tells how far it was, the other where it goes on. */
static void a_copy_goes_on_in_another_capture(void)
{
    CaptureCopies *c = capture_copies_new();

    item(c, 0x11, 10000, "kernel");
    pio(c, 1000, 0x11, 5000, true);
    g_assert_cmpuint(capture_copies_count(c), ==, 0);
    g_assert_cmpint(capture_copies_current(c), ==, -1);
    pio(c, 2000, 0x11, 8192, false);
    g_assert_cmpint(capture_copies_current(c), ==, 0);
    g_assert_cmpuint(row(c, 0)->bytes, ==, 3192);
    pio(c, 3000, 0x11, 10000, false);
    g_assert_cmpuint(row(c, 0)->bytes, ==, 5000);
    g_assert_cmpuint(row(c, 0)->active_ns, ==, 2000);
    g_assert_false(row(c, 0)->running);
    capture_copies_free(c);
}

static void a_late_end_adds_bytes_but_no_time(void)
{
    CaptureCopies *c = capture_copies_new();

    item(c, 0x12, 5000, "initrd");
    select_key(c, 1000, 0x12);
    pio(c, 2000, 0x12, 4096, false);
    pio(c, 900000, 0x12, 5000, true);
    select_key(c, 900000, 0x11);
    g_assert_cmpuint(row(c, 0)->bytes, ==, 5000);
    g_assert_cmpuint(row(c, 0)->active_ns, ==, 1000);
    g_assert_cmpuint(row(c, 0)->last, ==, 2000);
    g_assert_false(row(c, 0)->running);
    capture_copies_free(c);
}

static void dma_copy_has_its_own_time(void)
{
    CaptureCopies *c = capture_copies_new();

    item(c, 0x12, 30000, "initrd");
    select_key(c, 1000, 0x12);
    dma(c, 5000, 6000, 0x12, CAPTURE_DMA_READ, 0, 10000);
    dma(c, 8000, 9500, 0x12, CAPTURE_DMA_READ, 10000, 20000);
    g_assert_cmpuint(capture_copies_count(c), ==, 1);
    g_assert_cmpuint(row(c, 0)->bytes, ==, 30000);
    g_assert_cmpuint(row(c, 0)->active_ns, ==, 2500);
    g_assert_cmpstr(capture_copy_method(row(c, 0)), ==, "DMA");
    g_assert_false(row(c, 0)->running);
    capture_copies_free(c);
}

static void a_transfer_runs_from_its_start_to_its_end(void)
{
    CaptureCopies *c = capture_copies_new();
    CaptureRecord start = {
        .kind = CAPTURE_DMA,
        .time = 10,
        .u.dma = { .key = 0x12, .length = 100 },
    };

    item(c, 0x12, 100, "initrd");
    dma(c, 1, 2, 0x12, CAPTURE_DMA_READ, 0, 50);
    g_assert_cmpint(capture_copies_current(c), ==, 0);
    start.u.dma.offset = 50;
    capture_copies_feed(c, &start);
    g_assert_true(row(c, 0)->running);
    capture_copies_free(c);
}

static void parts_of_a_transfer_show_how_far_it_is(void)
{
    CaptureCopies *c = capture_copies_new();
    CaptureRecord start = {
        .kind = CAPTURE_DMA,
        .time = 10,
        .u.dma = { .key = 0x12, .length = 100 },
    };

    item(c, 0x12, 100, "initrd");
    capture_copies_feed(c, &start);
    dma_part(c, 20, 0x12, 40);
    g_assert_cmpuint(row(c, 0)->bytes, ==, 40);
    g_assert_true(row(c, 0)->running);
    dma_part(c, 30, 0x12, 80);
    feed(c, 40,
         (CaptureRecord){ .kind = CAPTURE_DMA_END,
                          .u.dma_end = { .key = 0x12, .offset = 100 } });
    g_assert_cmpuint(row(c, 0)->bytes, ==, 100);
    g_assert_cmpuint(row(c, 0)->active_ns, ==, 30);
    g_assert_cmpstr(capture_copy_method(row(c, 0)), ==, "DMA");
    g_assert_false(row(c, 0)->running);
    /* Without its DMA it may as well be of a skip. */
    dma_part(c, 50, 0x12, 4000);
    g_assert_cmpuint(row(c, 0)->bytes, ==, 100);
    capture_copies_free(c);
}

static void what_dma_skips_or_writes_is_not_copied(void)
{
    CaptureCopies *c = capture_copies_new();

    item(c, 0x19, 30000, "directory");
    select_key(c, 1, 0x19);
    dma(c, 10, 20, 0x19, CAPTURE_DMA_READ, 0, 100);
    dma(c, 30, 40, 0x19, CAPTURE_DMA_SKIP, 100, 1000);
    dma(c, 50, 60, 0x19, CAPTURE_DMA_WRITE, 1100, 8);
    dma(c, 70, 80, 0x19, CAPTURE_DMA_READ, 1108, 10);
    g_assert_cmpuint(row(c, 0)->bytes, ==, 110);
    g_assert_cmpuint(row(c, 0)->active_ns, ==, 20);
    capture_copies_free(c);
}

static void passes_over_one_item_are_added_up(void)
{
    CaptureCopies *c = capture_copies_new();

    item(c, 0x11, 100, "kernel");
    for (int i = 0; i < 3; i++) {
        select_key(c, 1000 * i, 0x11);
        pio(c, 1000 * i + 100, 0x11, 100, false);
    }
    g_assert_cmpuint(capture_copies_count(c), ==, 1);
    g_assert_cmpuint(row(c, 0)->bytes, ==, 300);
    g_assert_cmpuint(row(c, 0)->active_ns, ==, 300);
    g_assert_cmpuint(row(c, 0)->selects, ==, 3);
    capture_copies_free(c);
}

static void rows_stand_in_the_order_of_their_first_byte(void)
{
    CaptureCopies *c = capture_copies_new();

    item(c, 0x11, 10, "kernel");
    item(c, 0x12, 10, "initrd");
    select_key(c, 1, 0x11);
    select_key(c, 2, 0x12);
    pio(c, 3, 0x12, 10, false);
    select_key(c, 4, 0x11);
    pio(c, 5, 0x11, 5, false);
    g_assert_cmpuint(capture_copies_count(c), ==, 2);
    g_assert_cmpstr(row(c, 0)->name, ==, "initrd");
    g_assert_cmpstr(row(c, 1)->name, ==, "kernel");
    g_assert_cmpint(capture_copies_current(c), ==, 1);
    g_assert_null(capture_copies_get(c, 2));
    capture_copies_free(c);
}

static void pio_and_dma_of_one_item_are_both(void)
{
    CaptureCopies *c = capture_copies_new();

    item(c, 0x11, 100, "kernel");
    select_key(c, 1, 0x11);
    pio(c, 2, 0x11, 50, false);
    dma(c, 3, 4, 0x11, CAPTURE_DMA_READ, 50, 50);
    g_assert_cmpstr(capture_copy_method(row(c, 0)), ==, "both");
    g_assert_cmpuint(row(c, 0)->bytes, ==, 100);
    capture_copies_free(c);
}

/* Records may be missing: lost at the cap, or torn. */
static void a_copy_whose_beginning_is_lost_is_shown(void)
{
    CaptureCopies *c = capture_copies_new();

    pio(c, 100, 0x77, 4096, false);
    dma(c, 200, 300, 0x78, CAPTURE_DMA_READ, 0, 10);
    feed(c, 400,
         (CaptureRecord){ .kind = CAPTURE_DMA_END,
                          .u.dma_end = { .key = 0x79, .offset = 5 } });
    g_assert_cmpuint(capture_copies_count(c), >=, 2);
    g_assert_cmpstr(row(c, 0)->name, ==, "key 0x0077");
    g_assert_cmpuint(row(c, 0)->bytes, ==, 4096);
    capture_copies_free(c);
}

static void hostile_offsets_and_times_do_no_harm(void)
{
    CaptureCopies *c = capture_copies_new();
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);

    for (guint i = 0; i < 20000; i++) {
        uint16_t key = g_rand_int(rand) % 5;
        uint64_t time = (uint64_t)g_rand_int(rand) << 32 | i;

        switch (g_rand_int(rand) % 4) {
        case 0:
            item(c, key, g_rand_int(rand), "");
            break;
        case 1:
            select_key(c, time, key);
            break;
        case 2:
            pio(c, time, key, g_rand_int(rand), i % 2);
            break;
        case 3:
            dma(c, time, g_rand_int(rand), key, g_rand_int(rand) % 4,
                g_rand_int(rand), g_rand_int(rand));
            break;
        }
        capture_copies_current(c);
    }
    g_assert_cmpuint(capture_copies_count(c), <=, 5);
    for (guint i = 0; i < capture_copies_count(c); i++) {
        g_assert_cmpfloat(capture_copy_rate(row(c, i)), >=, 0);
    }
    capture_copies_free(c);
}

static void a_new_session_starts_over(void)
{
    CaptureCopies *c = capture_copies_new();

    item(c, 0x11, 100, "kernel");
    select_key(c, 1, 0x11);
    pio(c, 2, 0x11, 50, false);
    feed(c, 3, (CaptureRecord){ .kind = CAPTURE_SESSION });
    g_assert_cmpuint(capture_copies_count(c), ==, 0);
    g_assert_cmpint(capture_copies_current(c), ==, -1);
    pio(c, 4, 0x11, 10, false);
    g_assert_cmpstr(row(c, 0)->name, ==, "key 0x0011");
    capture_copies_free(c);
    capture_copies_free(NULL);
}

int main(int argc, char **argv)
{
    test_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/copies/" #name, name)
    ADD(pio_copy_counts_bytes_and_the_time_in_it);
    ADD(a_late_end_adds_bytes_but_no_time);
    ADD(a_copy_goes_on_in_another_capture);
    ADD(dma_copy_has_its_own_time);
    ADD(a_transfer_runs_from_its_start_to_its_end);
    ADD(parts_of_a_transfer_show_how_far_it_is);
    ADD(what_dma_skips_or_writes_is_not_copied);
    ADD(passes_over_one_item_are_added_up);
    ADD(rows_stand_in_the_order_of_their_first_byte);
    ADD(pio_and_dma_of_one_item_are_both);
    ADD(a_copy_whose_beginning_is_lost_is_shown);
    ADD(hostile_offsets_and_times_do_no_harm);
    ADD(a_new_session_starts_over);
    return g_test_run();
}
