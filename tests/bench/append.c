/*
 * What stamping a byte costs beside a bare reading of the clock: both in one
 * process, by turns, the quickest of many rounds of each.
 *
 *   append FILE
 *
 * Prints "clock NS append NS append_event NS", each per call.  Then, for the
 * bare counter, the clock and the clock that may be early, "KIND NS inversions
 * N of N, NS at most": what a call takes, and how many stamps were earlier than
 * one of the other CPU's thread that had been looked at before.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "capture/writer.h"

#define ROUNDS 60
#define CALLS 20000

static volatile uint64_t sink;

/* What a program that stamps would call. */
static uint64_t bare_clock(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static double per_call(uint64_t begin)
{
    return (double)(bare_clock() - begin) / CALLS;
}

static double time_clock(void)
{
    uint64_t begin = bare_clock();

    for (int i = 0; i < CALLS; i++) {
        sink = bare_clock();
    }
    return per_call(begin);
}

static double time_append(CaptureWriter *w)
{
    uint64_t begin = bare_clock();

    for (int i = 0; i < CALLS; i++) {
        capture_append(w, 0, i);
    }
    return per_call(begin);
}

static double time_event(CaptureWriter *w)
{
    CapturePio pio = { .key = 0x11 };
    uint64_t begin = bare_clock();

    for (int i = 0; i < CALLS; i++) {
        pio.offset = i;
        capture_append_event(w, capture_writer_now(w), CAPTURE_PIO, &pio,
                             sizeof(pio));
    }
    return per_call(begin);
}

/* ------------------------------------------------------------------ */
/* The order of two threads' stamps                                    */

#define LOOKS 20000000

/* The bare counter is in ticks: their length is nobody's business here. */
static uint64_t bare_counter(void)
{
#ifdef __x86_64__
    return __builtin_ia32_rdtsc();
#else
    return bare_clock();
#endif
}

typedef uint64_t ClockFunc(void);

typedef struct Seen {
    _Alignas(64) uint64_t stamp; /* the last that this thread has shown */
    _Alignas(64) struct Seen *other;
    ClockFunc *clock;
    int cpu;
    uint64_t earlier, most;
} Seen;

static void *look_and_stamp(void *opaque)
{
    Seen *s = opaque;
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET(s->cpu, &one);
    sched_setaffinity(0, sizeof(one), &one);
    for (int i = 0; i < LOOKS; i++) {
        uint64_t seen = __atomic_load_n(&s->other->stamp, __ATOMIC_ACQUIRE);
        uint64_t now = s->clock();

        if (now < seen) {
            s->earlier++;
            s->most = MAX(s->most, seen - now);
        }
        __atomic_store_n(&s->stamp, now, __ATOMIC_RELEASE);
    }
    return NULL;
}

static void count_inversions(const char *name, ClockFunc *clock)
{
    Seen a = { .clock = clock }, b = { .clock = clock, .cpu = 1 };
    uint64_t begin = bare_clock();
    double each;
    GThread *threads[2];

    for (int i = 0; i < CALLS; i++) {
        sink = clock();
    }
    each = per_call(begin);
    a.other = &b;
    b.other = &a;
    threads[0] = g_thread_new("a", look_and_stamp, &a);
    threads[1] = g_thread_new("b", look_and_stamp, &b);
    g_thread_join(threads[0]);
    g_thread_join(threads[1]);
    printf("%s %.2f inversions %" G_GUINT64_FORMAT " of %d, "
           "%" G_GUINT64_FORMAT " at most\n",
           name, each, a.earlier + b.earlier, 2 * LOOKS, MAX(a.most, b.most));
}

int main(int argc, char **argv)
{
    CaptureWriterOptions options = { .path = argc > 1 ? argv[1] : NULL };
    g_autoptr(GError) error = NULL;
    CaptureWriter *w = capture_writer_open(&options, &error);
    double clock = 1e9, append = 1e9, event = 1e9;
    struct rusage before, after;
    uint64_t bytes, events;

    if (!w) {
        fprintf(stderr, "bootstamp: append: %s\n", error->message);
        return EXIT_FAILURE;
    }
    g_usleep(100000);
    getrusage(RUSAGE_THREAD, &before);
    for (int i = 0; i < ROUNDS; i++) {
        clock = MIN(clock, time_clock());
        append = MIN(append, time_append(w));
        event = MIN(event, time_event(w));
        /* A guest is slower than this loop: let the helper map ahead. */
        g_usleep(20000);
    }
    getrusage(RUSAGE_THREAD, &after);
    capture_writer_lost(w, &bytes, &events);
    printf(
        "clock %.2f append %.2f append_event %.2f faults %ld lost %" G_GUINT64_FORMAT
        "\n",
        clock, append, event, after.ru_minflt - before.ru_minflt,
        bytes + events);
    capture_writer_close(w);
    count_inversions("counter", bare_counter);
    count_inversions("early", capture_mono_ns_early);
    count_inversions("ordered", capture_mono_ns);
    return EXIT_SUCCESS;
}
