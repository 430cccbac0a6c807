/*
 * Going through a capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "walk.h"

/* Guest bytes taken at a time. */
#define RUN_BYTES 512

struct CaptureWalk {
    CaptureReader *reader;
    CaptureLines *lines;
    CaptureWalkOps ops;
    void *data;
    bool virtual_clock;
};

CaptureWalk *capture_walk_new(CaptureReader *r, bool virtual_clock,
                              const CaptureWalkOps *ops, void *data)
{
    CaptureWalk *w = g_new0(CaptureWalk, 1);

    w->reader = r;
    w->lines = capture_lines_new();
    if (ops->bytes) {
        capture_lines_keep_bytes(w->lines);
    }
    w->ops = *ops;
    w->data = data;
    w->virtual_clock = virtual_clock;
    return w;
}

static uint64_t virtual_time(uint64_t vtime)
{
    return vtime == CAPTURE_NO_TIME ? 0 : vtime;
}

/* At most @max guest bytes that stand next to each other; how many. */
static size_t handle_run(CaptureWalk *w, size_t max)
{
    uint64_t times[RUN_BYTES];
    uint8_t bytes[RUN_BYTES];
    CaptureLine line;
    CaptureCursor at;
    uint8_t stream;
    size_t n;

    capture_reader_tell(w->reader, &at);
    n = capture_reader_next_bytes(w->reader, &stream, times, bytes, max);
    if (!n || (w->ops.run && w->ops.run(w->data, stream) != CAPTURE_WALK_ON)) {
        return n;
    }
    for (size_t i = 0; w->virtual_clock && i < n; i++) {
        times[i] = virtual_time(capture_cursor_vtime(&at, times[i]));
    }
    if (w->ops.stamped) {
        w->ops.stamped(w->data, stream, bytes, times, n);
    }
    for (size_t i = 0; i < n;) {
        size_t used;
        bool over;

        used = capture_lines_feed_bytes(w->lines, stream, bytes + i, times + i,
                                        n - i, &at, &line, &over);
        if (over) {
            w->ops.line(w->data, &line);
        }
        i += used;
        at.pos += used;
    }
    return n;
}

static void flush_lines(CaptureWalk *w)
{
    CaptureLine line;

    while (capture_lines_flush(w->lines, &line)) {
        w->ops.line(w->data, &line);
    }
}

static CaptureWalkNext handle_record(CaptureWalk *w, const CaptureRecord *rec)
{
    if (w->ops.run && rec->kind == CAPTURE_BYTE) {
        return w->ops.run(w->data, rec->stream); /* behind a hole */
    }
    if (w->ops.stamped && rec->kind == CAPTURE_BYTE) {
        w->ops.stamped(w->data, rec->stream, &rec->byte, &rec->time, 1);
        return CAPTURE_WALK_ON;
    }
    return w->ops.record ? w->ops.record(w->data, rec) : CAPTURE_WALK_ON;
}

/* One record; false: a callback said stop. */
static bool handle_one(CaptureWalk *w, CaptureRecord *rec)
{
    CaptureLine line;
    CaptureWalkNext next;

    if (w->virtual_clock) {
        rec->time = virtual_time(rec->vtime);
    }
    if (w->ops.line && capture_lines_is_break(rec)) {
        flush_lines(w); /* they are of what was before it */
    }
    next = handle_record(w, rec);
    if (next == CAPTURE_WALK_ON && w->ops.line &&
        capture_lines_feed(w->lines, rec, &line)) {
        w->ops.line(w->data, &line);
    }
    return next != CAPTURE_WALK_STOP;
}

static uint64_t place(const CaptureWalk *w)
{
    CaptureCursor at;

    capture_reader_tell(w->reader, &at);
    return at.pos;
}

/* Up to @records of them; how many there were, 0 at the end; @stopped. */
static uint64_t step(CaptureWalk *w, uint64_t end, uint64_t records,
                     bool *stopped)
{
    uint64_t left = end == UINT64_MAX ? end : end - MIN(end, place(w));
    CaptureRecord rec;
    size_t n;

    if (!left) {
        return 0;
    }
    if (w->ops.run || w->ops.stamped) {
        n = handle_run(w, MIN(RUN_BYTES, MIN(left, records)));
        if (n) {
            return n;
        }
    }
    if (!capture_reader_next(w->reader, &rec)) {
        return 0;
    }
    *stopped = !handle_one(w, &rec);
    return 1;
}

bool capture_walk_some(CaptureWalk *w, uint64_t end, uint64_t records)
{
    bool stopped = false;

    while (records && !stopped) {
        uint64_t n = step(w, end, records, &stopped);

        if (!n) {
            return false;
        }
        records -= n;
    }
    return !stopped;
}

bool capture_walk_on(CaptureWalk *w)
{
    bool stopped = false;

    while (!stopped && step(w, UINT64_MAX, UINT64_MAX, &stopped)) {
        /* all that are there */
    }
    return !stopped;
}

CaptureLines *capture_walk_lines(const CaptureWalk *w)
{
    return w->lines;
}

bool capture_walk_peek(const CaptureWalk *w, uint8_t stream, CaptureLine *line)
{
    return capture_lines_peek(w->lines, stream, line);
}

void capture_walk_end(CaptureWalk *w)
{
    flush_lines(w);
    capture_lines_free(w->lines);
    g_free(w);
}

void capture_walk_all(CaptureReader *r, bool virtual_clock,
                      const CaptureWalkOps *ops, void *data)
{
    CaptureWalk *w = capture_walk_new(r, virtual_clock, ops, data);

    capture_walk_on(w);
    capture_walk_end(w);
}
