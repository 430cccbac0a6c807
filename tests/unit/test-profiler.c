/*
 * The thread that gathers samples for the viewer.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "util.h"
#include "viewer/screen/profiler.h"

#define MS UINT64_C(1000000)

static void put_samples(CaptureWriter *w, guint from, guint n)
{
    const CaptureSample sample = { .ticks = 1, .pc = 0xf0000, .mode = 1 };

    for (guint i = from; i < from + n; i++) {
        g_assert_true(capture_append_event(w, (i + 1) * MS, CAPTURE_SAMPLE,
                                           &sample, sizeof(sample)));
    }
}

static CaptureWriter *begin(const char *path)
{
    const CaptureProfile profile = { .hz = 1000 };
    CaptureWriter *w = test_open_new(path);

    capture_append_event(w, 0, CAPTURE_PROFILE, &profile, sizeof(profile));
    return w;
}

/* Until the answer is whole; as the viewer's loop asks. */
static const ProfilerAnswer *wait_for(Profiler *p, const ProfileRange *range,
                                      guint samples)
{
    const ProfilerAnswer *a = NULL;

    for (int i = 0; i < 3000; i++) {
        profiler_ask(p, range);
        a = profiler_answer(p, 1000);
        if (a && a->range.from == range->from && a->range.to == range->to &&
            a->final && a->samples == samples) {
            return a;
        }
        g_usleep(10000);
    }
    g_error("no answer with %u samples, but %u", samples, a ? a->samples : 0);
}

/* Ranges of a capture that is written meanwhile, and of what has ended. */
static void test_live(void)
{
    g_autofree char *path = test_path("live.bst");
    const ProfileRange all = { 0, UINT64_MAX };
    CaptureWriter *w = begin(path);
    Profiler *p;

    put_samples(w, 0, 1000);
    p = profiler_start(path, NULL);
    wait_for(p, &all, 1000);
    g_assert_false(profiler_is_busy(p));
    for (guint i = 1; i < 5; i++) {
        put_samples(w, i * 1000, 1000);
        wait_for(p, &all, (i + 1) * 1000);
        wait_for(p, &(ProfileRange){ 500 * MS, 700 * MS }, 200);
    }
    capture_writer_close(w);
    wait_for(p, &all, 5000);
    g_assert_cmpuint(wait_for(p, &(ProfileRange){ 0, 0 }, 0)->rows->len, ==, 0);
    profiler_stop(p);
}

/* The rows of an earlier session have its samples. */
static void test_sessions(void)
{
    g_autofree char *path = test_path("sessions.bst");
    const CaptureWriterOptions append = { .path = path, .append = true };
    CaptureWriter *w = begin(path);
    Profiler *p;

    put_samples(w, 0, 100);
    capture_writer_close(w);
    w = test_open(&append);
    put_samples(w, 1000000, 50);
    capture_writer_close(w);
    p = profiler_start(path, NULL);
    wait_for(p, &(ProfileRange){ 0, 200 * MS }, 100);
    wait_for(p, &(ProfileRange){ 200 * MS, UINT64_MAX }, 50);
    profiler_stop(p);
}

/* Whatever it is doing when it is stopped. */
static void test_stop(void)
{
    g_autofree char *path = test_path("stop.bst");
    g_autofree char *none = test_path("none.bst");
    CaptureWriter *w = begin(path);

    put_samples(w, 0, 2000);
    capture_writer_close(w);
    for (guint i = 0; i < 50; i++) {
        Profiler *p = profiler_start(i % 2 ? path : none, NULL);

        for (guint j = 0; j < i % 5; j++) {
            profiler_ask(p, &(ProfileRange){ j * MS, UINT64_MAX });
            profiler_answer(p, 100);
        }
        profiler_stop(p);
    }
    g_usleep(200000); /* the last thread ends */
}

static void test_wrong_symbols(void)
{
    g_autofree char *path = test_path("wrong.bst");
    char *const files[] = { (char *)"/nowhere/\033[2Jrom.o", NULL };
    const ProfilerAnswer *a;
    CaptureWriter *w = begin(path);
    Profiler *p;

    put_samples(w, 0, 10);
    capture_writer_close(w);
    p = profiler_start(path, files);
    a = wait_for(p, &(ProfileRange){ 0, UINT64_MAX }, 10);
    g_assert_nonnull(strstr(a->problem, "rom.o: cannot open"));
    g_assert_null(strchr(a->problem, '\033'));
    profiler_stop(p);
}

int main(int argc, char **argv)
{
    test_begin(&argc, &argv);
    g_test_add_func("/profiler/live", test_live);
    g_test_add_func("/profiler/sessions", test_sessions);
    g_test_add_func("/profiler/stop", test_stop);
    g_test_add_func("/profiler/wrong_symbols", test_wrong_symbols);
    return g_test_run();
}
