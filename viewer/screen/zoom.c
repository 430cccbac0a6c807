/*
 * Which part of the boot the timeline shows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "zoom.h"

#define SPAN_MIN 1000 /* ns */

uint64_t zoom_end(const Source *s, guint boot)
{
    const CaptureMilestones *phases = model_phases(s->model);
    uint64_t last = 0;

    for (guint i = 0; i < capture_milestones_count(phases); i++) {
        const CaptureMilestone *p = capture_milestones_get(phases, i);

        if (p->boot == boot + 1) {
            return p->time;
        }
        if (p->boot == boot) {
            last = MAX(last, p->time);
            if (p->milestone == CAPTURE_MS_STOP) {
                return last;
            }
        }
    }
    return MAX(last, MAX(model_end_time(s->model), source_elapsed(s)));
}

void zoom_bounds(const Source *s, uint64_t *from, uint64_t *to)
{
    guint boot = source_boot_at(s, s->log.has_row ? s->log.cursor : MODEL_END);

    *from = source_boot_start(s, boot, NULL);
    *to = MAX(zoom_end(s, boot), *from);
}

void zoom_to(View *v, uint64_t from, uint64_t to)
{
    Source *s = view_source(v);
    uint64_t first, last;

    zoom_bounds(s, &first, &last);
    s->zoom_from = CLAMP(from, first, last);
    s->zoom_to = CLAMP(to, first, last);
    if (s->zoom_from == first && s->zoom_to == last) {
        s->zoom_from = s->zoom_to = 0;
    }
    v->dirty = true;
}

/* What is shown becomes @factor times as much, with the cursor in it. */
static void zoom(View *v, double factor)
{
    Source *s = view_source(v);
    uint64_t from = s->zoom_from, to = s->zoom_to, first, last;
    uint64_t here = s->log.has_row ? s->log.row.time : from;
    double span, left;

    zoom_bounds(s, &first, &last);
    if (from >= to) {
        from = first;
        to = last;
    }
    here = CLAMP(here, first, last);
    span = MAX((to - from) * factor, SPAN_MIN);
    if (span >= (double)(last - first)) {
        zoom_out(v, true);
        return;
    }
    /* The cursor keeps its place, where it is in what is shown. */
    left = here >= from && here <= to && to > from
               ? (double)(here - from) / (to - from)
               : 0.5;
    from = here - MIN((uint64_t)(left * span), here - first);
    to = MIN(from + (uint64_t)span, last);
    from = MAX(MIN(from, to - MIN((uint64_t)span, to)), first);
    zoom_to(v, from, to);
}

void zoom_in(View *v)
{
    zoom(v, 0.5);
}

void zoom_out(View *v, bool all)
{
    Source *s = view_source(v);

    if (all || s->zoom_from >= s->zoom_to) {
        s->zoom_from = s->zoom_to = 0;
        v->dirty = true;
    } else {
        zoom(v, 2);
    }
}
