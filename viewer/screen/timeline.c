/*
 * Phases of a boot to scale.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <string.h>

#include "timeline.h"
#include "zoom.h"

/* The logarithmic scale begins with this much, ns. */
#define LOG_UNIT 1e5

/* By what runs; two each, so that neighbours differ. */
static Style style_of(CaptureGroup group, bool other)
{
    static const uint8_t numbers[][2] = {
        [CAPTURE_GROUP_NONE] = { 3, 3 },
        [CAPTURE_GROUP_QEMU] = { 3, 3 },
        [CAPTURE_GROUP_FIRMWARE] = { 1, 7 },
        [CAPTURE_GROUP_LOADER] = { 4, 8 },
        [CAPTURE_GROUP_GUEST] = { 5, 2 },
        [CAPTURE_GROUP_SHUTDOWN] = { 6, 6 },
    };

    return STYLE_PHASE_1 + numbers[group][other] - 1;
}

static void collect_phases(Timeline *t, const Source *s)
{
    const CaptureMilestones *phases = model_phases(s->model);
    CaptureGroup group = CAPTURE_GROUP_NONE;

    for (guint i = 0; i < capture_milestones_count(phases); i++) {
        const CaptureMilestone *p = capture_milestones_get(phases, i);

        t->boots = MAX(t->boots, p->boot + 1);
        group = p->group ? p->group : group;
        if (p->boot == t->boot && t->n < TIMELINE_PHASES_MAX &&
            !model_is_pending(s->model, p)) {
            t->segments[t->n] = (Segment){
                .phase = p,
                .from = p->time,
                .id = t->n,
                .style = style_of(group, t->n % 2),
            };
            t->n++;
        }
    }
}

/*
 * The phase that still runs would press the others together in the end: from
 * the moment on when it is as long as all of them it is drawn no longer.
 */
static void cut_running(const Source *s, Timeline *t)
{
    Segment *last = &t->segments[t->n - 1];
    uint64_t others = last->from - t->from;

    if (model_state(s->model) == CAPTURE_LIVE && others > 0 && !t->zoomed &&
        !t->log_scale && t->boot + 1 == t->boots &&
        last->to - last->from > others) {
        last->cut = true;
        t->to = last->from + others;
    }
}

void timeline_collect(Timeline *t, const Source *s, guint boot, bool zoom)
{
    *t = (Timeline){ .boot = boot, .log_scale = t->log_scale };
    collect_phases(t, s);
    if (!t->n) {
        return;
    }
    t->start = t->segments[0].from;
    t->end = MAX(zoom_end(s, boot), t->segments[t->n - 1].from);
    for (int i = 0; i < t->n; i++) {
        t->segments[i].to = i + 1 < t->n ? t->segments[i + 1].from : t->end;
    }
    t->from = t->start;
    t->to = t->end;
    if (zoom && s->zoom_from < s->zoom_to && s->zoom_from >= t->start &&
        s->zoom_from < t->end) {
        t->zoomed = true;
        t->from = s->zoom_from;
        t->to = MIN(s->zoom_to, t->end);
    }
    cut_running(s, t);
}

/* 0 to 1: where @time is on the scale. */
static double place_of(const Timeline *t, uint64_t time)
{
    double span = t->to - t->from;

    if (time <= t->from || span <= 0) {
        return 0;
    }
    if (time >= t->to) {
        return 1;
    }
    return t->log_scale
               ? log1p((time - t->from) / LOG_UNIT) / log1p(span / LOG_UNIT)
               : (time - t->from) / span;
}

int timeline_cell(const Timeline *t, uint64_t time, int width)
{
    return (int)(place_of(t, time) * width + 0.5);
}

/* Is any of it in what is shown? */
static bool is_inside(const Timeline *t, const Segment *seg)
{
    return seg->to > seg->from && seg->to > t->from && seg->from < t->to;
}

/* Every phase that takes time gets a cell, as long as there are enough. */
void timeline_lay_out(Timeline *t, int width)
{
    int x = 0, after = 0, last = -1;

    for (int i = 0; i < t->n; i++) {
        if (is_inside(t, &t->segments[i])) {
            after++;
            last = i;
        }
    }
    for (int i = 0; i < t->n; i++) {
        Segment *seg = &t->segments[i];
        int end = timeline_cell(t, seg->to, width);

        seg->x = x;
        seg->width = 0;
        if (is_inside(t, seg)) {
            after--;
            end = MAX(end, x + 1);
            end = MAX(MIN(end, width - after), x);
            seg->width = i == last ? width - x : MAX(MIN(end, width) - x, 0);
            x += seg->width;
        }
    }
}

uint64_t timeline_time(const Timeline *t, int x)
{
    for (int i = 0; i < t->n; i++) {
        const Segment *seg = &t->segments[i];

        if (x >= seg->x && x < seg->x + seg->width) {
            uint64_t from = MAX(seg->from, t->from);
            uint64_t span = MIN(seg->to, t->to) - from;

            return from + (uint64_t)((double)(x - seg->x) / seg->width * span);
        }
    }
    return x <= 0 ? t->from : t->to;
}

int timeline_phase_at(const Timeline *t, uint64_t time, uint64_t pos)
{
    /* Rows of the first instant may stand before its milestone. */
    int at = t->n && time >= t->segments[0].from ? 0 : -1;

    for (int i = 0; i < t->n; i++) {
        const Segment *seg = &t->segments[i];

        if (seg->from < time || (seg->from == time && seg->phase->pos <= pos)) {
            at = i;
        }
    }
    return at;
}

double timeline_share(const Timeline *t, const Segment *seg)
{
    uint64_t total = t->end - t->start;

    return total ? (double)(seg->to - seg->from) / total : 0;
}

char *timeline_share_text(const Timeline *t, const Segment *seg)
{
    double percent = timeline_share(t, seg) * 100;

    if (percent > 0 && percent < 0.01) {
        return g_strdup("<0.01%");
    }
    return g_strdup_printf(percent >= 9.95                    ? "%.0f%%"
                           : percent >= 0.095 || percent <= 0 ? "%.1f%%"
                                                              : "%.2f%%",
                           percent);
}

const char *phase_short_name(const CaptureMilestone *p)
{
    if (p->milestone == CAPTURE_MS_COPY_KERNEL ||
        p->milestone == CAPTURE_MS_COPY_INITRD) {
        return p->name + strlen("LinuxBoot ");
    }
    return p->name;
}

char phase_letter(int i)
{
    return i < 26 ? 'a' + i : 'A' + i % 26;
}

void timeline_draw_bar(const Timeline *t, int y, int x)
{
    for (int i = 0; i < t->n; i++) {
        const Segment *seg = &t->segments[i];
        g_autofree char *part = timeline_share_text(t, seg);
        const char *name = phase_short_name(seg->phase);
        char letter[2] = { phase_letter(seg->id), '\0' };
        g_autofree char *text =
            g_strdup_printf("%s %s %s%s", letter, name, part,
                            seg->cut ? glyph(" …", " ...") : "");
        g_autofree char *shorter = g_strdup_printf("%s %s", letter, name);
        int inner = seg->width > 1 ? seg->width - 1 : seg->width;

        if (seg->width <= 0) {
            continue;
        }
        put_blank(y, x + seg->x, seg->width, seg->style);
        put_text(y, x + seg->x, inner, seg->style,
                 inner >= text_width(text)      ? text
                 : inner >= text_width(shorter) ? shorter
                                                : letter);
    }
}
