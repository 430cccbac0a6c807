/*
 * Disk reads out of records.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>
#include <string.h>

#include "capture/disks.h"

#define MS UINT64_C(1000000)

static void begin_session(CaptureDisks *d)
{
    capture_disks_feed(d, &(CaptureRecord){ .kind = CAPTURE_SESSION });
}

static void name_disk(CaptureDisks *d, uint8_t id, const char *name)
{
    CaptureRecord rec = { .kind = CAPTURE_DISK, .u.disk.id = id };

    g_strlcpy(rec.u.disk.name, name, sizeof(rec.u.disk.name));
    g_strlcpy(rec.u.disk.type, "ide-hd", sizeof(rec.u.disk.type));
    capture_disks_feed(d, &rec);
}

/* The counters of @id stand there at @time, looked at @window before. */
static void count(CaptureDisks *d, uint8_t id, uint64_t time, uint64_t window,
                  uint64_t bytes, uint64_t requests)
{
    capture_disks_feed(d, &(CaptureRecord){
                              .kind = CAPTURE_DISK_IO,
                              .time = time,
                              .u.disk_io = {
                                  .id = id,
                                  .window_us = window / 1000,
                                  .read_bytes = bytes,
                                  .reads = requests,
                                  .read_ns = requests * 1000,
                              },
                          });
}

static void assert_use(CaptureDiskUse use, uint64_t bytes, uint64_t requests,
                       uint64_t active_ns)
{
    g_assert_cmpuint(use.bytes, ==, bytes);
    g_assert_cmpuint(use.requests, ==, requests);
    g_assert_cmpuint(use.active_ns, ==, active_ns);
}

static void test_sums(void)
{
    CaptureDisks *d = capture_disks_new();
    const CaptureDiskReads *disk;

    begin_session(d);
    name_disk(d, 3, "ide0-hd0");
    g_assert_cmpuint(capture_disks_count(d), ==, 0);
    count(d, 3, 100 * MS, 40 * MS, 1000, 10);
    count(d, 3, 105 * MS, 5 * MS, 3000, 20);
    count(d, 3, 500 * MS, 5 * MS, 4000, 21);
    g_assert_cmpuint(capture_disks_count(d), ==, 1);
    disk = capture_disks_get(d, 0);
    g_assert_cmpstr(disk->name, ==, "ide0-hd0");
    g_assert_cmpstr(disk->type, ==, "ide-hd");
    g_assert_cmpuint(disk->first, ==, 60 * MS);
    g_assert_cmpuint(disk->last, ==, 500 * MS);
    assert_use(disk->total, 4000, 21, 50 * MS);
    g_assert_cmpuint(disk->total.request_ns, ==, 21000);
    g_assert_cmpfloat(capture_disk_rate(&disk->total), ==, 4000 * 1e3 / 50e6);
    g_assert_null(capture_disks_get(d, 1));

    begin_session(d);
    g_assert_cmpuint(capture_disks_count(d), ==, 0);
    capture_disks_free(d);
}

static void test_between(void)
{
    CaptureDisks *d = capture_disks_new();

    count(d, 0, 100 * MS, 40 * MS, 1000, 10);
    count(d, 0, 500 * MS, 10 * MS, 2000, 20);
    /* A half of the first window, the pause, and a tenth of the second. */
    assert_use(capture_disks_between(d, 0, 80 * MS, 491 * MS), 600, 6, 21 * MS);
    assert_use(capture_disks_between(d, 0, 0, 60 * MS), 0, 0, 0);
    assert_use(capture_disks_between(d, 0, 100 * MS, 490 * MS), 0, 0, 0);
    assert_use(capture_disks_between(d, 0, 500 * MS, UINT64_MAX), 0, 0, 0);
    assert_use(capture_disks_between(d, 0, 400 * MS, 100 * MS), 0, 0, 0);
    assert_use(capture_disks_between(d, 0, 0, UINT64_MAX), 2000, 20, 50 * MS);
    capture_disks_free(d);
}

/* Wherever the cuts are, nothing is counted twice or left out. */
static void test_parts_add_up(void)
{
    CaptureDisks *d = capture_disks_new();
    CaptureDiskUse sum = { 0 };
    uint64_t time = 0, bytes = 0;

    for (int i = 1; i <= 1000; i++) {
        uint64_t window = g_random_int_range(1, 40) * MS;

        time += window + (i % 7 ? 0 : 100 * MS);
        bytes += g_random_int_range(1, 100000);
        count(d, 0, time, window, bytes, i);
    }
    for (uint64_t from = 0; from < time;) {
        uint64_t to = from + g_random_int_range(1, 30 * MS);
        CaptureDiskUse part = capture_disks_between(d, 0, from, to);

        sum.bytes += part.bytes;
        sum.requests += part.requests;
        sum.active_ns += part.active_ns;
        from = to;
    }
    assert_use(sum, bytes, 1000, capture_disks_get(d, 0)->total.active_ns);
    capture_disks_free(d);
}

/* Two disks at once: the time in which one of them was read counts once. */
static void test_all(void)
{
    CaptureDisks *d = capture_disks_new();

    count(d, 0, 10 * MS, 5 * MS, 100, 1);
    count(d, 1, 10 * MS, 5 * MS, 200, 2);
    count(d, 1, 15 * MS, 5 * MS, 300, 3);
    assert_use(capture_disks_between(d, CAPTURE_DISKS_ALL, 0, 20 * MS), 400, 4,
               10 * MS);
    assert_use(capture_disks_between(d, 0, 0, 20 * MS), 100, 1, 5 * MS);
    assert_use(capture_disks_between(d, 1, 0, 20 * MS), 300, 3, 10 * MS);
    capture_disks_free(d);
}

/* A capture that was opened later begins where the counters stand. */
static void test_where_they_stand(void)
{
    CaptureDisks *d = capture_disks_new();

    count(d, 0, 10 * MS, 0, 1000000, 500);
    g_assert_cmpuint(capture_disks_count(d), ==, 0);
    count(d, 0, 15 * MS, 5 * MS, 1000100, 501);
    assert_use(capture_disks_get(d, 0)->total, 100, 1, 5 * MS);
    capture_disks_free(d);
}

/* Counters and times that step back: a hostile file, or a lost record. */
static void test_backwards(void)
{
    CaptureDisks *d = capture_disks_new();

    count(d, 0, 100 * MS, 5 * MS, 1000, 10);
    count(d, 0, 110 * MS, 5 * MS, 500, 5);
    count(d, 0, 90 * MS, 5 * MS, 600, 6);
    count(d, 0, 120 * MS, 4000 * MS, 700, 7);
    assert_use(capture_disks_get(d, 0)->total, 1200, 12, 25 * MS);
    assert_use(capture_disks_between(d, 0, 0, UINT64_MAX), 1200, 12, 25 * MS);
    count(d, 9, 0, UINT32_MAX * UINT64_C(1000), UINT64_MAX, UINT64_MAX);
    count(d, 9, UINT64_MAX, 5 * MS, UINT64_MAX, 1);
    capture_disks_between(d, CAPTURE_DISKS_ALL, 1, UINT64_MAX - 1);
    capture_disks_free(d);
}

static void test_runs(void)
{
    CaptureDisks *d = capture_disks_new();
    g_autoptr(GArray) runs = NULL;
    const CaptureDiskRun *run;

    count(d, 0, 100 * MS, 40 * MS, 100, 1);
    count(d, 0, 105 * MS, 5 * MS, 200, 2);
    count(d, 0, 190 * MS, 5 * MS, 300, 3); /* a pause, but a short one */
    count(d, 0, 900 * MS, 5 * MS, 1300, 9);
    runs = capture_disks_runs(d, 0);
    g_assert_cmpuint(runs->len, ==, 2);
    run = &g_array_index(runs, CaptureDiskRun, 0);
    g_assert_cmpuint(run->start, ==, 60 * MS);
    g_assert_cmpuint(run->end, ==, 190 * MS);
    assert_use(run->use, 300, 3, 50 * MS);
    run = &g_array_index(runs, CaptureDiskRun, 1);
    g_assert_cmpuint(run->start, ==, 895 * MS);
    assert_use(run->use, 1000, 6, 5 * MS);
    capture_disks_free(d);
}

static void test_current(void)
{
    CaptureDisks *d = capture_disks_new();

    g_assert_cmpint(capture_disks_current(d, 0), ==, -1);
    count(d, 0, 100 * MS, 5 * MS, 100, 1);
    count(d, 7, 200 * MS, 5 * MS, 100, 1);
    g_assert_cmpint(capture_disks_current(d, 210 * MS), ==, 1);
    g_assert_cmpint(capture_disks_current(d, 900 * MS), ==, -1);
    capture_disks_free(d);
}

/* Months of reading: what is kept is bounded, and the sums stay right. */
static void test_bounded(void)
{
    CaptureDisks *d = capture_disks_new();
    uint64_t n = 3 * CAPTURE_SERIES_LOOKS_MAX;
    CaptureDiskUse half;

    for (uint64_t i = 1; i <= n; i++) {
        count(d, 0, i * 5 * MS, 5 * MS, i * 512, i);
    }
    assert_use(capture_disks_between(d, 0, 0, UINT64_MAX), n * 512, n,
               n * 5 * MS);
    half = capture_disks_between(d, CAPTURE_DISKS_ALL, 0, n / 2 * 5 * MS);
    assert_use(half, n / 2 * 512, n / 2, n / 2 * 5 * MS);
    capture_disks_free(d);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/disks/sums", test_sums);
    g_test_add_func("/disks/between", test_between);
    g_test_add_func("/disks/parts-add-up", test_parts_add_up);
    g_test_add_func("/disks/all", test_all);
    g_test_add_func("/disks/where-they-stand", test_where_they_stand);
    g_test_add_func("/disks/backwards", test_backwards);
    g_test_add_func("/disks/runs", test_runs);
    g_test_add_func("/disks/current", test_current);
    g_test_add_func("/disks/bounded", test_bounded);
    return g_test_run();
}
