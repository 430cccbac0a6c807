/*
 * What everything in the viewer uses of its state.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdarg.h>

#include "profiler.h"
#include "state.h"
#include "viewer/common/screen-at.h"

/* Of work within a drawing, us. */
#define SLICE 8000

Source *view_source(const View *v)
{
    return g_ptr_array_index(v->sources, v->current);
}

static G_GNUC_PRINTF(3, 0) void set_message(View *v, bool is_error,
                                            const char *format, va_list ap)
{
    g_free(v->message);
    v->message = g_strdup_vprintf(format, ap);
    v->message_is_error = is_error;
    v->dirty = true;
}

void view_say(View *v, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    set_message(v, false, format, ap);
    va_end(ap);
}

void view_complain(View *v, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    set_message(v, true, format, ap);
    va_end(ap);
}

int64_t view_deadline(void)
{
    return g_get_monotonic_time() + SLICE;
}

bool view_has_pane(const View *v, PaneId id)
{
    return v->boxes[id].height > 0;
}

uint64_t source_elapsed(const Source *s)
{
    if (model_state(s->model) != CAPTURE_LIVE ||
        model_clock(s->model) == CAPTURE_CLOCK_MODE_VIRTUAL) {
        return model_end_time(s->model);
    }
    return model_elapsed(s->model);
}

guint source_boot_at(const Source *s, uint64_t pos)
{
    const CaptureMilestones *phases = model_phases(s->model);
    guint boot = 0;

    for (guint i = 0; i < capture_milestones_count(phases); i++) {
        const CaptureMilestone *p = capture_milestones_get(phases, i);

        if (p->pos <= pos && p->boot > boot) {
            boot = p->boot;
        }
    }
    return boot;
}

guint source_boots(const Source *s)
{
    const CaptureMilestones *phases = model_phases(s->model);
    guint boots = 1;

    for (guint i = 0; i < capture_milestones_count(phases); i++) {
        boots = MAX(boots, capture_milestones_get(phases, i)->boot + 1);
    }
    return boots;
}

uint64_t source_boot_start(const Source *s, guint boot, uint64_t *pos)
{
    const CaptureMilestones *phases = model_phases(s->model);

    for (guint i = 0; i < capture_milestones_count(phases); i++) {
        const CaptureMilestone *p = capture_milestones_get(phases, i);

        if (p->boot == boot) {
            if (pos) {
                *pos = p->pos;
            }
            return p->time;
        }
    }
    return 0;
}

void source_begin(Source *s)
{
    LogState *log = &s->log;

    if (!log->marks) {
        log->marks = g_array_new(FALSE, FALSE, sizeof(Row));
        log->jumps = g_array_new(FALSE, FALSE, sizeof(uint64_t));
        log->lines = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    }
    g_clear_pointer(&s->screen, screen_at_free);
    g_clear_pointer(&s->profiler, profiler_stop);
    g_array_set_size(log->marks, 0);
    g_array_set_size(log->jumps, 0);
    g_array_set_size(log->lines, 0);
    *log = (LogState){
        .want = 1,
        .follow = model_state(s->model) == CAPTURE_LIVE,
        .show_match = MODEL_END,
        .mark = MODEL_END,
        .marks = log->marks,
        .jumps = log->jumps,
        .lines = log->lines,
    };
    s->copy = -1;
    s->zoom_from = s->zoom_to = 0;
}

void source_free(gpointer data)
{
    Source *s = data;

    if (s->slow.rows) {
        g_array_unref(s->slow.rows);
    }
    g_array_unref(s->log.marks);
    g_array_unref(s->log.jumps);
    g_array_unref(s->log.lines);
    screen_at_free(s->screen);
    profiler_stop(s->profiler);
    model_close(s->model);
    g_free(s);
}
