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
#define JUMPS_MAX 100
#define MARKS_MAX 200

void log_goto(View *v, uint64_t pos, int step)
{
    LogState *log = &view_source(v)->log;

    if (log->follow && model_state(view_source(v)->model) == CAPTURE_LIVE) {
        ModelPlace place;

        model_place(view_source(v)->model, MODEL_END, &place);
        log->left_at = place.lines;
    }
    log->cursor = pos;
    log->want = step;
    log->follow = false;
    v->dirty = true;
}

void log_jump(View *v, uint64_t pos, int step)
{
    LogState *log = &view_source(v)->log;

    if (log->has_row) {
        g_array_set_size(log->jumps, MIN(log->jump, log->jumps->len));
        if (log->jumps->len == JUMPS_MAX) {
            g_array_remove_index(log->jumps, 0);
        }
        g_array_append_val(log->jumps, log->cursor);
        log->jump = log->jumps->len;
    }
    log_goto(v, pos, step);
}

bool log_can_go_forward(const View *v)
{
    const LogState *log = &view_source(v)->log;

    return log->jump + 1 < log->jumps->len;
}

void log_go_back(View *v, int step)
{
    LogState *log = &view_source(v)->log;

    log_settle(v);
    if (step < 0 && log->jump == log->jumps->len && log->jump > 0 &&
        log->has_row) {
        /* Where to come forward to. */
        g_array_append_val(log->jumps, log->cursor);
    }
    if (step < 0 ? log->jump == 0 : !log_can_go_forward(v)) {
        view_say(v, step < 0 ? "no jump to go back from"
                             : "no jump to go forward to");
        return;
    }
    log->jump += step;
    log_goto(v, g_array_index(log->jumps, uint64_t, log->jump), 1);
    view_say(v, "jump %u of %u", log->jump + 1, log->jumps->len);
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
    log_jump(v, pos, 1);
}

void log_follow(View *v)
{
    Source *s = view_source(v);

    if (model_state(s->model) == CAPTURE_LIVE) {
        log_jump(v, MODEL_END, -1);
        s->log.follow = true;
        s->log.left_at = 0;
    } else {
        log_jump(v, MODEL_END, -1);
        view_say(v, "the last line; the boot has ended");
    }
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
    const CaptureMilestones *phases = model_phases(s->model);
    uint64_t here = s->log.cursor;
    uint64_t best = MODEL_END;

    for (guint i = 0; i < capture_milestones_count(phases); i++) {
        const CaptureMilestone *p = capture_milestones_get(phases, i);
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
        view_say(v, step > 0 ? "no milestone after this line"
                             : "no milestone before this line");
    } else {
        log_jump(v, best, step);
    }
}

void log_goto_boot(View *v, guint boot)
{
    Source *s = view_source(v);
    uint64_t pos = 0;

    source_boot_start(s, boot, &pos);
    log_jump(v, pos, 1);
    view_say(v, "boot %u of %u", boot + 1, source_boots(s));
}

void log_step_boot(View *v, int step)
{
    Source *s = view_source(v);
    guint boot, boots = source_boots(s);

    log_settle(v);
    boot = source_boot_at(s, s->log.cursor);
    if (step < 0 ? boot == 0 : boot + 1 >= boots) {
        view_say(v, "boot %u of %u: there is none %s it", boot + 1, boots,
                 step < 0 ? "before" : "after");
    } else {
        log_goto_boot(v, boot + step);
    }
}

/* ------------------------------------------------------------------ */
/* Marks                                                               */

int log_mark_at(const LogState *log, uint64_t pos)
{
    for (guint i = 0; i < log->marks->len; i++) {
        if (g_array_index(log->marks, Row, i).pos == pos) {
            return i;
        }
    }
    return -1;
}

const Row *log_mark(const LogState *log)
{
    int i = log_mark_at(log, log->mark);

    return i >= 0 ? &g_array_index(log->marks, Row, i) : NULL;
}

static void add_mark(LogState *log, const Row *row)
{
    guint at = 0;
    Row mark = *row;

    while (at < log->marks->len &&
           g_array_index(log->marks, Row, at).pos < row->pos) {
        at++;
    }
    mark.text = NULL;
    g_array_insert_val(log->marks, at, mark);
    log->mark = row->pos;
}

void log_toggle_mark(View *v, const Row *row)
{
    LogState *log = &view_source(v)->log;
    int at = log_mark_at(log, row->pos);

    if (at >= 0) {
        g_array_remove_index(log->marks, at);
        log->mark =
            log->marks->len
                ? g_array_index(log->marks, Row, log->marks->len - 1).pos
                : MODEL_END;
        view_say(v, "mark removed");
    } else if (log->marks->len == MARKS_MAX) {
        view_complain(v, "there are %d marks already", MARKS_MAX);
    } else {
        add_mark(log, row);
        view_say(v, "marked; the time from here to the cursor is shown "
                    "below");
    }
    v->dirty = true;
}

void log_set_mark(View *v)
{
    LogState *log = &view_source(v)->log;

    /* Keys may have moved it since the last picture. */
    log_settle(v);
    if (log->has_row) {
        log_toggle_mark(v, &log->row);
    }
}

bool log_range(View *v, uint64_t *from, uint64_t *to)
{
    LogState *log = &view_source(v)->log;

    log_settle(v);
    if (log->mark == MODEL_END || !log->has_row) {
        return false;
    }
    *from = MIN(log->mark, log->cursor);
    *to = MAX(log->mark, log->cursor);
    return true;
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
                     const Row *row, int decimals)
{
    const Row *mark = log_mark(&s->log);

    switch (mode) {
    case TIME_DELTA:
        append_delta(out, row->delta, decimals);
        break;
    case TIME_WALL:
        append_wall(out, row, decimals);
        break;
    case TIME_MARK:
        append_signed(out, mark ? mark->time : 0, row->time, decimals);
        break;
    case TIME_VIRTUAL:
        if (row->vtime == CAPTURE_NO_TIME) {
            g_string_append(out, "-");
        } else {
            append_seconds(out, row->vtime, decimals);
        }
        break;
    case TIME_BOOT:
        append_signed(out,
                      source_boot_start(s, source_boot_at(s, row->pos), NULL),
                      row->time, decimals);
        break;
    default:
        append_seconds(out, row->time, decimals);
        break;
    }
}
