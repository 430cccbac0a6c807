/*
 * What making rows of a capture's bytes costs: reading alone, and with the
 * line parser.  Prints the processor time of both in seconds, the quickest of
 * a few rounds.
 *
 *   lines FILE
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdio.h>
#include <time.h>

#include "capture/lines.h"
#include "capture/reader.h"

#define ROUNDS 5
#define RUN_BYTES 512

static double cpu_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

/* One run of bytes; returns the rows that ended in it. */
static uint64_t feed_run(CaptureLines *lines, uint8_t stream,
                         const uint8_t *bytes, const uint64_t *times, size_t n,
                         CaptureCursor *at)
{
    uint64_t rows = 0;

    for (size_t i = 0; i < n;) {
        CaptureLine line;
        bool over;
        size_t used = capture_lines_feed_bytes(
            lines, stream, bytes + i, times + i, n - i, at, &line, &over);

        rows += over;
        i += used;
        at->pos += used;
    }
    return rows;
}

/* From one end of the capture to the other; @lines NULL: no rows. */
static uint64_t read_all(CaptureReader *r, CaptureLines *lines)
{
    uint64_t times[RUN_BYTES], rows = 0;
    uint8_t bytes[RUN_BYTES], stream;
    CaptureRecord rec;
    CaptureLine line;
    size_t n;

    do {
        CaptureCursor at;

        capture_reader_tell(r, &at);
        while ((n = capture_reader_next_bytes(r, &stream, times, bytes,
                                              RUN_BYTES))) {
            if (lines) {
                rows += feed_run(lines, stream, bytes, times, n, &at);
            }
            capture_reader_tell(r, &at);
        }
        if (!capture_reader_next(r, &rec)) {
            return rows;
        }
        rows += lines && capture_lines_feed(lines, &rec, &line);
    } while (true);
}

static double quickest(CaptureReader *r, bool parse, uint64_t *rows)
{
    CaptureCursor start;
    double best = 1e9;

    capture_reader_tell(r, &start);
    for (int i = 0; i < ROUNDS; i++) {
        CaptureLines *lines = parse ? capture_lines_new() : NULL;
        double begin = cpu_seconds();

        *rows = read_all(r, lines);
        best = MIN(best, cpu_seconds() - begin);
        capture_lines_free(lines);
        capture_reader_seek(r, &start);
    }
    return best;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    CaptureReader *r = argc == 2 ? capture_reader_open(argv[1], &error) : NULL;
    uint64_t rows;
    double read, parse;

    if (!r) {
        fprintf(stderr, "usage: lines FILE (%s)\n",
                error ? error->message : "one capture");
        return 1;
    }
    read = quickest(r, false, &rows);
    parse = quickest(r, true, &rows);
    printf("read %.4f parse %.4f rows %" G_GUINT64_FORMAT "\n", read, parse,
           rows);
    capture_reader_close(r);
    return 0;
}
