/*
 * Where the log stands, and moving it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cursor.h"

#define SECOND UINT64_C(1000000000)

void log_goto(View *v, uint64_t pos, int step)
{
    LogState *log = &view_source(v)->log;

    log->cursor = pos;
    log->want = step;
    log->follow = false;
    v->dirty = true;
}

void log_goto_time(View *v, uint64_t time)
{
    Model *m = view_source(v)->model;
    uint64_t pos = model_pos_at(m, time);
    int64_t deadline = view_deadline();
    Row row;

    while (model_find(m, pos, 1, &row, deadline) == MODEL_FOUND &&
           row.time < time) {
        pos = row.pos + 1;
    }
    log_goto(v, pos, 1);
}

void log_follow(View *v)
{
    view_source(v)->log.follow = true;
    v->dirty = true;
}

void log_settle(View *v)
{
    Source *s = view_source(v);
    LogState *log = &s->log;
    uint64_t pos = log->follow ? MODEL_END : log->cursor;
    int step = log->follow ? -1 : log->want;
    Row row;
    ModelFound found = model_find(s->model, pos, step, &row, view_deadline());

    if (found == MODEL_NONE && !log->follow) {
        found = model_find(s->model, pos, -step, &row, view_deadline());
    }
    log->unsettled = found == MODEL_BUSY;
    if (found != MODEL_BUSY) {
        log->has_row = found == MODEL_FOUND;
    }
    if (found == MODEL_FOUND) {
        log->cursor = row.pos;
        log->want = 1;
        log->row = row;
        log->row.text = NULL;
    }
}

uint64_t log_walk(Source *s, uint64_t pos, int n, int *walked)
{
    int step = n < 0 ? -1 : 1;
    int64_t deadline = view_deadline();
    int i;

    for (i = 0; i < abs(n); i++) {
        Row row;
        ModelFound found;

        if (step < 0 && pos == 0) {
            break;
        }
        found = model_find(s->model, pos + step, step, &row, deadline);
        if (found != MODEL_FOUND) {
            s->log.unsettled |= found == MODEL_BUSY;
            break;
        }
        pos = row.pos;
    }
    if (walked) {
        *walked = i;
    }
    return pos;
}

void log_goto_milestone(View *v, int step)
{
    Source *s = view_source(v);
    const CapturePhases *phases = model_phases(s->model);
    uint64_t here = s->log.cursor;
    uint64_t best = MODEL_END;

    for (guint i = 0; i < capture_phases_count(phases); i++) {
        const CapturePhase *p = capture_phases_get(phases, i);
        uint64_t pos = p->pos;

        if (model_is_pending(s->model, p)) {
            continue;
        }
        if (step > 0 ? pos > here && (best == MODEL_END || pos < best)
                     : pos < here && (best == MODEL_END || pos > best)) {
            best = pos;
        }
    }
    if (best == MODEL_END) {
        view_say(v, step > 0 ? "no milestone behind this line"
                             : "no milestone before this line");
    } else {
        log_goto(v, best, step);
    }
}

void log_set_mark(View *v)
{
    LogState *log = &view_source(v)->log;

    /* Keys may have moved it since the last picture. */
    log_settle(v);
    if (!log->has_row) {
        return;
    }
    if (log->has_mark && log->mark.pos == log->row.pos) {
        log->has_mark = false;
        view_say(v, "mark taken away");
    } else {
        log->has_mark = true;
        log->mark = log->row;
        view_say(v, "marked; the time from here to the cursor is shown "
                    "below");
    }
}

/* ------------------------------------------------------------------ */
/* Time                                                                */

static void append_signed(GString *out, uint64_t from, uint64_t to,
                          int decimals)
{
    g_string_append_c(out, to < from ? '-' : '+');
    append_seconds(out, to < from ? from - to : to - from, decimals);
}

static void append_wall(GString *out, const Row *row, int decimals)
{
    uint64_t wall = row->wall_zero + row->time;
    time_t seconds = wall / SECOND;
    uint64_t rest = wall % SECOND;
    struct tm tm;
    char text[32] = "";

    if (row->wall_zero == CAPTURE_NO_TIME) {
        g_string_append_c(out, '-');
        return;
    }
    if (localtime_r(&seconds, &tm)) {
        strftime(text, sizeof(text), "%H:%M:%S", &tm);
    }
    for (int i = decimals; i < 9; i++) {
        rest /= 10;
    }
    g_string_append_printf(out, "%s.%0*" G_GUINT64_FORMAT, text, decimals,
                           rest);
}

void log_append_time(GString *out, const Source *s, TimeMode mode,
                     const Row *row, uint64_t delta, int decimals)
{
    const LogState *log = &s->log;

    switch (mode) {
    case TIME_DELTA:
        if (delta != CAPTURE_NO_TIME) {
            append_signed(out, 0, delta, decimals);
        }
        break;
    case TIME_WALL:
        append_wall(out, row, decimals);
        break;
    case TIME_MARK:
        append_signed(out, log->has_mark ? log->mark.time : 0, row->time,
                      decimals);
        break;
    case TIME_VIRTUAL:
        if (row->vtime == CAPTURE_NO_TIME) {
            g_string_append(out, "-");
        } else {
            append_seconds(out, row->vtime, decimals);
        }
        break;
    default:
        append_seconds(out, row->time, decimals);
        break;
    }
}
