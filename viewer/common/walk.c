/*
 * Going through a capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "walk.h"

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

bool walk_on(Walk *w)
{
    CaptureRecord rec;
    CaptureLine line;

    while (capture_reader_next(w->reader, &rec)) {
        WalkNext next = WALK_ON;

        if (w->virtual_clock) {
            rec.time = rec.vtime == CAPTURE_NO_TIME ? 0 : rec.vtime;
        }
        if (w->ops.record) {
            next = w->ops.record(w->data, &rec);
        }
        if (next == WALK_STOP) {
            return false;
        }
        if (next == WALK_ON && w->ops.line &&
            capture_lines_feed(w->lines, &rec, &line)) {
            w->ops.line(w->data, &line);
        }
    }
    return true;
}

bool walk_peek(const Walk *w, uint8_t stream, CaptureLine *line)
{
    return capture_lines_peek(w->lines, stream, line);
}

void walk_end(Walk *w)
{
    CaptureLine line;

    while (capture_lines_flush(w->lines, &line)) {
        w->ops.line(w->data, &line);
    }
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
