/*
 * What stamping a byte costs beside a bare reading of the clock: both in one
 * process, by turns, the quickest of many rounds of each.
 *
 *   append FILE
 *
 * Prints "clock NS append NS append_event NS", each per call.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

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
    return EXIT_SUCCESS;
}
