/*
 * Going through a capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "walk.h"

/* Guest bytes taken at a time. */
#define RUN_BYTES 512

struct Walk {
    CaptureReader *reader;
    CaptureLines *lines;
    WalkOps ops;
    void *data;
    bool virtual_clock;
};

Walk *walk_new(CaptureReader *r, bool virtual_clock, const WalkOps *ops,
               void *data)
{
    Walk *w = g_new0(Walk, 1);

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

/* Guest bytes that stand next to each other; false: none are there. */
static bool handle_run(Walk *w)
{
    uint64_t times[RUN_BYTES];
    uint8_t bytes[RUN_BYTES];
    CaptureLine line;
    CaptureCursor at;
    uint8_t stream;
    size_t n;

    capture_reader_tell(w->reader, &at);
    n = capture_reader_next_bytes(w->reader, &stream, times, bytes, RUN_BYTES);
    if (!n || w->ops.run(w->data, stream) != WALK_ON) {
        return n;
    }
    for (size_t i = 0; w->virtual_clock && i < n; i++) {
        times[i] = virtual_time(capture_cursor_vtime(&at, times[i]));
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
    return true;
}

static void flush_lines(Walk *w)
{
    CaptureLine line;

    while (capture_lines_flush(w->lines, &line)) {
        w->ops.line(w->data, &line);
    }
}

static WalkNext handle_record(Walk *w, const CaptureRecord *rec)
{
    if (w->ops.run && rec->kind == CAPTURE_BYTE) {
        return w->ops.run(w->data, rec->stream); /* behind a hole */
    }
    return w->ops.record ? w->ops.record(w->data, rec) : WALK_ON;
}

bool walk_on(Walk *w)
{
    CaptureRecord rec;
    CaptureLine line;

    while (true) {
        WalkNext next;

        while (w->ops.run && handle_run(w)) {
            /* all that are there */
        }
        if (!capture_reader_next(w->reader, &rec)) {
            return true;
        }
        if (w->virtual_clock) {
            rec.time = virtual_time(rec.vtime);
        }
        if (w->ops.line && capture_lines_is_break(&rec)) {
            flush_lines(w); /* they are of what was before it */
        }
        next = handle_record(w, &rec);
        if (next == WALK_STOP) {
            return false;
        }
        if (next == WALK_ON && w->ops.line &&
            capture_lines_feed(w->lines, &rec, &line)) {
            w->ops.line(w->data, &line);
        }
    }
}

CaptureLines *walk_lines(const Walk *w)
{
    return w->lines;
}

bool walk_peek(const Walk *w, uint8_t stream, CaptureLine *line)
{
    return capture_lines_peek(w->lines, stream, line);
}

void walk_end(Walk *w)
{
    flush_lines(w);
    capture_lines_free(w->lines);
    g_free(w);
}

void walk_capture(CaptureReader *r, bool virtual_clock, const WalkOps *ops,
                  void *data)
{
    Walk *w = walk_new(r, virtual_clock, ops, data);

    walk_on(w);
    walk_end(w);
}
