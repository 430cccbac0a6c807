/*
 * What the host gave the vCPUs, and exits from KVM, out of records.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>
#include <string.h>

#include "capture/exits.h"
#include "capture/vcpus.h"

#define MS UINT64_C(1000000)

static void begin_session(CaptureVcpus *v)
{
    capture_vcpus_record(v, &(CaptureRecord){ .kind = CAPTURE_SESSION });
}

/* Totals of the thread of @vcpu at @time, all in ms. */
static void look(CaptureVcpus *v, uint16_t vcpu, uint64_t time, uint64_t cpu,
                 uint64_t wait, uint64_t steal)
{
    capture_vcpus_record(v, &(CaptureRecord){
                                .kind = CAPTURE_VCPU,
                                .time = time * MS,
                                .u.vcpu = {
                                    .vcpu = vcpu,
                                    .cpu_ns = cpu * MS,
                                    .wait_ns = wait * MS,
                                    .steal_ns = steal * MS,
                                },
                            });
}

static void assert_time(const CaptureVcpus *v, uint64_t from, uint64_t to,
                        uint64_t cpu, uint64_t wait, uint64_t idle)
{
    CaptureVcpuTime t = capture_vcpus_between(v, from * MS, to * MS);

    g_assert_cmpuint(t.cpu, ==, cpu * MS);
    g_assert_cmpuint(t.wait, ==, wait * MS);
    g_assert_cmpuint(t.idle, ==, idle * MS);
}

static void test_one_thread(void)
{
    CaptureVcpus *v = capture_vcpus_new();

    begin_session(v);
    g_assert_cmpuint(capture_vcpus_threads(v), ==, 0);
    assert_time(v, 0, 100, 0, 0, 0);
    look(v, 0, 100, 7, 3, 1000); /* where it stands: no news */
    look(v, 0, 110, 15, 5, 1000); /* 8 and 2 of 10 */
    look(v, 0, 130, 15, 5, 1004); /* halted */
    look(v, 0, 140, 25, 5, 1004);
    g_assert_cmpuint(capture_vcpus_threads(v), ==, 1);
    assert_time(v, 0, 100, 0, 0, 100);
    assert_time(v, 100, 110, 8, 2, 0);
    assert_time(v, 105, 110, 4, 1, 0);
    assert_time(v, 110, 130, 0, 0, 20);
    assert_time(v, 130, 140, 10, 0, 0);
    assert_time(v, 100, 140, 18, 2, 20);
    assert_time(v, 140, 200, 0, 0, 60);
    assert_time(v, 140, 100, 0, 0, 0);
    g_assert_cmpuint(capture_vcpus_between(v, 0, 200 * MS).steal, ==, 4 * MS);
    begin_session(v);
    g_assert_cmpuint(capture_vcpus_threads(v), ==, 0);
    capture_vcpus_free(v);
}

static void test_several_threads(void)
{
    CaptureVcpus *v = capture_vcpus_new();

    look(v, 0, 10, 100, 0, 0);
    look(v, 1, 10, 50, 0, 0);
    look(v, 0, 20, 110, 0, 0);
    look(v, 1, 20, 55, 5, 0);
    g_assert_cmpuint(capture_vcpus_threads(v), ==, 2);
    assert_time(v, 10, 20, 15, 5, 0);
    look(v, 2, 20, 9, 9, 0); /* plugged in */
    look(v, 2, 30, 19, 9, 0);
    assert_time(v, 20, 30, 10, 0, 20);
    capture_vcpus_free(v);
}

/* Whatever a file says: no number wraps around, and time does not go back. */
static void test_nonsense(void)
{
    CaptureVcpus *v = capture_vcpus_new();
    CaptureVcpuTime t;

    look(v, 0, 50, 100, 100, 50);
    look(v, 0, 40, 90, 80, 10);
    look(v, 0, 60, 101, 100, 20);
    assert_time(v, 50, 60, 1, 0, 9);
    for (unsigned i = 0; i < 1000; i++) {
        look(v, i, 60 + i, UINT64_MAX / MS, UINT64_MAX / MS, UINT64_MAX / MS);
    }
    g_assert_cmpuint(capture_vcpus_threads(v), <=, 1000);
    t = capture_vcpus_between(v, 0, UINT64_MAX);
    g_assert_cmpuint(t.cpu, >, 0);
    capture_vcpus_free(v);
}

/* The sums stay, however many looks there were. */
static void test_bounded(void)
{
    CaptureVcpus *v = capture_vcpus_new();
    const uint64_t n = 100000;
    CaptureVcpuTime t;

    for (uint64_t i = 0; i <= n; i++) {
        look(v, 0, i * 5, i * 4, i, 0);
    }
    assert_time(v, 0, n * 5, n * 4, n, 0);
    t = capture_vcpus_between(v, 0, n / 2 * 5 * MS);
    g_assert_cmpuint(t.cpu, ==, n / 2 * 4 * MS);
    capture_vcpus_free(v);
}

/* ------------------------------------------------------------------ */
/* Exits                                                               */

static void name_kind(CaptureExitCounts *e, uint8_t id, const char *name)
{
    CaptureRecord rec = { .kind = CAPTURE_EXIT_KIND, .u.exit_kind.id = id };

    g_strlcpy(rec.u.exit_kind.name, name, sizeof(rec.u.exit_kind.name));
    capture_exits_record(e, &rec);
}

static void count(CaptureExitCounts *e, uint8_t id, uint64_t time,
                  uint64_t window, uint64_t n)
{
    capture_exits_record(e, &(CaptureRecord){
                                .kind = CAPTURE_EXITS,
                                .time = time * MS,
                                .u.exits = {
                                    .id = id,
                                    .window_us = window * 1000,
                                    .count = n,
                                },
                            });
}

static void test_exits(void)
{
    CaptureExitCounts *e = capture_exits_new();

    name_kind(e, 0, "exits");
    name_kind(e, 5, "io_exits");
    g_assert_cmpuint(capture_exits_kinds(e), ==, 6);
    g_assert_cmpstr(capture_exits_name(e, 5), ==, "io_exits");
    g_assert_null(capture_exits_name(e, 3));
    g_assert_null(capture_exits_name(e, 6));
    count(e, 5, 100, 0, 1000); /* before the capture */
    count(e, 5, 110, 10, 1100);
    count(e, 5, 200, 10, 1150);
    g_assert_cmpuint(capture_exits_between(e, 5, 0, UINT64_MAX), ==, 150);
    g_assert_cmpuint(capture_exits_between(e, 5, 0, 105 * MS), ==, 50);
    g_assert_cmpuint(capture_exits_between(e, 5, 110 * MS, 190 * MS), ==, 0);
    g_assert_cmpuint(capture_exits_between(e, 0, 0, UINT64_MAX), ==, 0);
    count(e, 5, 210, 10, 3); /* no count goes back: it says where it stands */
    count(e, 5, 220, 10, 5);
    g_assert_cmpuint(capture_exits_between(e, 5, 0, UINT64_MAX), ==, 152);
    count(e, 255, 220, 10, 5);
    g_assert_cmpuint(capture_exits_kinds(e), ==, 6);
    capture_exits_record(e, &(CaptureRecord){ .kind = CAPTURE_SESSION });
    g_assert_cmpuint(capture_exits_kinds(e), ==, 0);
    capture_exits_free(e);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vcpus/one-thread", test_one_thread);
    g_test_add_func("/vcpus/several-threads", test_several_threads);
    g_test_add_func("/vcpus/nonsense", test_nonsense);
    g_test_add_func("/vcpus/bounded", test_bounded);
    g_test_add_func("/exits/by-kind", test_exits);
    return g_test_run();
}
