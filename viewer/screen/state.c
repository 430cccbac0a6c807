/*
 * What everything in the viewer uses of its state.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdarg.h>

#include "state.h"

/* Of work within a drawing, us. */
#define SLICE 8000

Source *view_source(const View *v)
{
    return g_ptr_array_index(v->sources, v->current);
}

static void set_message(View *v, bool is_error, const char *format, va_list ap)
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
    uint64_t now, zero = model_mono_zero(s->model);

    if (model_state(s->model) != CAPTURE_LIVE ||
        model_clock(s->model) == CAPTURE_CLOCK_MODE_VIRTUAL) {
        return model_end_time(s->model);
    }
    now = (uint64_t)g_get_monotonic_time() * 1000;
    return now > zero ? now - zero : 0;
}
