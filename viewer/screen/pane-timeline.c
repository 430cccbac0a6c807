/*
 * The boot timeline: phases to scale.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "cursor.h"
#include "pane.h"
#include "widgets.h"

#define PHASES_MAX 64

/* A phase lasts from its milestone to the next one. */
typedef struct Segment {
    const CapturePhase *phase;
    uint64_t from, to; /* ns */
    int x, width; /* cells */
    bool cut; /* longer than it is drawn */
} Segment;

typedef struct Timeline {
    Segment segments[PHASES_MAX];
    int n;
    uint64_t from, to; /* ns, what is drawn */
    guint boot, boots;
} Timeline;

/* The boot that the cursor of the log is in. */
static guint boot_at(const CapturePhases *phases, uint64_t pos)
{
    guint boot = 0;

    for (guint i = 0; i < capture_phases_count(phases); i++) {
        const CapturePhase *p = capture_phases_get(phases, i);

        if (p->pos <= pos && p->boot > boot) {
            boot = p->boot;
        }
    }
    return boot;
}

/* Where the last phase of @t ends. */
static uint64_t end_of(const Source *s, const Timeline *t)
{
    const CapturePhases *phases = model_phases(s->model);
    uint64_t end = MAX(model_end_time(s->model), source_elapsed(s));

    for (guint i = 0; i < capture_phases_count(phases); i++) {
        const CapturePhase *p = capture_phases_get(phases, i);

        if (p->boot == t->boot + 1) {
            return p->time;
        }
    }
    if (t->segments[t->n - 1].phase->milestone == CAPTURE_MS_STOP) {
        end = t->segments[t->n - 1].from;
    }
    return MAX(end, t->segments[t->n - 1].from);
}

static void collect(const Source *s, Timeline *t)
{
    const CapturePhases *phases = model_phases(s->model);
    guint n = capture_phases_count(phases);

    memset(t, 0, sizeof(*t));
    t->boot = boot_at(phases, s->log.has_row ? s->log.cursor : MODEL_END);
    for (guint i = 0; i < n; i++) {
        const CapturePhase *p = capture_phases_get(phases, i);

        t->boots = MAX(t->boots, p->boot + 1);
        if (p->boot == t->boot && t->n < PHASES_MAX &&
            !model_is_pending(s->model, p)) {
            t->segments[t->n++] = (Segment){ .phase = p, .from = p->time };
        }
    }
    if (!t->n) {
        return;
    }
    for (int i = 0; i < t->n; i++) {
        t->segments[i].to =
            i + 1 < t->n ? t->segments[i + 1].from : end_of(s, t);
    }
    t->from = t->segments[0].from;
    t->to = t->segments[t->n - 1].to;
}

/*
 * The phase that still runs would press the others together in the end: from
 * the moment on when it is as long as all of them it is drawn no longer.
 */
static void cut_running(const Source *s, Timeline *t)
{
    Segment *last = &t->segments[t->n - 1];
    uint64_t others = last->from - t->from;

    if (model_state(s->model) == CAPTURE_LIVE && others > 0 &&
        t->boot + 1 == t->boots && last->to - last->from > others) {
        last->cut = true;
        t->to = last->from + others;
    }
}

static int cell_of(const Timeline *t, uint64_t time, int width)
{
    double span = t->to - t->from;

    if (time <= t->from || span <= 0) {
        return 0;
    }
    /* A record may be of any time: only within the boot it is a cell. */
    return time >= t->to ? width : (int)((time - t->from) / span * width + 0.5);
}

/* Every phase that takes time gets a cell, as long as there are enough. */
static void lay_out(Timeline *t, int width)
{
    int x = 0;

    for (int i = 0; i < t->n; i++) {
        Segment *seg = &t->segments[i];
        int end = cell_of(t, seg->to, width);
        int after = 0;

        for (int j = i + 1; j < t->n; j++) {
            after += t->segments[j].to > t->segments[j].from;
        }
        if (seg->to > seg->from) {
            end = MAX(end, x + 1);
            end = MAX(MIN(end, width - after), x);
        }
        seg->x = x;
        seg->width = i + 1 < t->n ? MAX(MIN(end, width) - x, 0) : width - x;
        x += seg->width;
    }
}

/* "LinuxBoot copy kernel" is long for a place of a few cells. */
static const char *short_name(const CapturePhase *p)
{
    if (p->milestone == CAPTURE_MS_COPY_KERNEL ||
        p->milestone == CAPTURE_MS_COPY_INITRD) {
        return p->name + strlen("LinuxBoot ");
    }
    return p->name;
}

static double share(const Timeline *t, const Segment *seg)
{
    uint64_t total = t->to - t->from;

    return total ? (double)(MIN(seg->to, t->to) - seg->from) / total : 0;
}

static char *share_text(const Timeline *t, const Segment *seg)
{
    double percent = share(t, seg) * 100;

    if (seg->cut) {
        return g_strdup(glyph("…", "..."));
    }
    if (percent > 0 && percent < 0.01) {
        return g_strdup("<0.01%");
    }
    return g_strdup_printf(percent >= 9.95                    ? "%.0f%%"
                           : percent >= 0.095 || percent <= 0 ? "%.1f%%"
                                                              : "%.2f%%",
                           percent);
}

static Style phase_style(int i)
{
    return STYLE_PHASE_1 + i % 8;
}

static void draw_bar(const Timeline *t, int y, int x)
{
    for (int i = 0; i < t->n; i++) {
        const Segment *seg = &t->segments[i];
        g_autofree char *part = share_text(t, seg);
        g_autofree char *text =
            g_strdup_printf("%s %s", short_name(seg->phase), part);
        int inner = MAX(seg->width - 1, 0);

        put_blank(y, x + seg->x, seg->width, phase_style(i));
        if (inner >= text_width(text)) {
            put_text(y, x + seg->x, inner, phase_style(i), text);
        } else if (inner >= text_width(short_name(seg->phase))) {
            put_text(y, x + seg->x, inner, phase_style(i),
                     short_name(seg->phase));
        }
    }
}

/* Names and shares of all, in at most @lines lines. */
static void draw_legend(const Timeline *t, const Box *box, int y, int lines)
{
    int x = 0, line = 0;

    for (int i = 0; i < t->n; i++) {
        const Segment *seg = &t->segments[i];
        g_autofree char *part = share_text(t, seg);
        g_autofree char *text =
            g_strdup_printf(" %s %s", short_name(seg->phase), part);
        int need = text_width(text) + 3;

        if (x + need > box->width && x) {
            x = 0;
            line++;
        }
        if (line >= lines) {
            return;
        }
        put_blank(y + line, box->x + x, 1, phase_style(i));
        put_text(y + line, box->x + x + 1, box->width - x - 1, STYLE_HINT,
                 text);
        x += need;
    }
}

/* Which phase @time is in; -1: before all. */
static int phase_at(const Timeline *t, uint64_t time)
{
    int at = -1;

    for (int i = 0; i < t->n; i++) {
        if (t->segments[i].from <= time) {
            at = i;
        }
    }
    return at;
}

static void draw_pointer(View *v, const Timeline *t, const Box *box, int y)
{
    const Source *s = view_source(v);
    GString *text = g_string_new(NULL);
    uint64_t time = s->log.row.time;
    int at = phase_at(t, time);
    int x = MIN(cell_of(t, time, box->width), box->width - 1);
    char span[32];

    append_seconds(text, time, 6);
    g_string_append(text, " s");
    if (at >= 0) {
        const Segment *seg = &t->segments[at];

        /* The layout may have moved a short one aside. */
        x = CLAMP(x, seg->x, MAX(seg->x + seg->width - 1, seg->x));
        x = MIN(x, box->width - 1);
        format_span(span, sizeof(span), seg->to - seg->from);
        g_string_append_printf(text, "  %s, %s", seg->phase->name, span);
    }
    put_text(y, box->x + x, 1, STYLE_MARK, glyph("▲", "^"));
    if (x + 2 + text_width(text->str) <= box->width) {
        put_text(y, box->x + x + 2, box->width - x - 2, STYLE_NORMAL,
                 text->str);
    } else if (x > text_width(text->str) + 1) {
        put_right(y, box->x, x - 1, STYLE_NORMAL, text->str);
    }
    g_string_free(text, TRUE);
}

static void draw(View *v, const Box *box, bool focus)
{
    Source *s = view_source(v);
    Timeline t;
    int y = box->y;
    int bar_at = 0;

    collect(s, &t);
    if (box->height >= 3) {
        GString *span = g_string_new(NULL);

        append_seconds(span, t.n ? t.segments[t.n - 1].to - t.from : 0, 3);
        put_title(box, "Boot", focus);
        g_string_append(span, " s ");
        if (t.boots > 1) {
            g_string_append_printf(span, " boot %u of %u ", t.boot + 1,
                                   t.boots);
        }
        put_right(y, box->x + 10, box->width - 10, STYLE_TITLE, span->str);
        g_string_free(span, TRUE);
        bar_at = 1;
    }
    y += bar_at;
    if (!t.n) {
        put_text(y, box->x + 1, box->width - 1, STYLE_HINT, "no milestone yet");
        return;
    }
    cut_running(s, &t);
    lay_out(&t, box->width);
    draw_bar(&t, y, box->x);
    if (box->height >= 2 && s->log.has_row) {
        draw_pointer(v, &t, box, y + 1);
    }
    if (box->height > bar_at + 2) {
        draw_legend(&t, box, y + 2, box->height - bar_at - 2);
    }
}

static bool act(View *v, Action action)
{
    switch (action) {
    case ACTION_LEFT:
    case ACTION_UP:
        log_goto_milestone(v, -1);
        return true;
    case ACTION_RIGHT:
    case ACTION_DOWN:
        log_goto_milestone(v, 1);
        return true;
    case ACTION_ENTER:
        v->focus = PANE_LOG;
        v->dirty = true;
        return true;
    default:
        return false;
    }
}

static void click(View *v, const Box *box, int y, int x)
{
    Source *s = view_source(v);
    Timeline t;

    collect(s, &t);
    if (!t.n || box->width < 1) {
        return;
    }
    cut_running(s, &t);
    lay_out(&t, box->width);
    for (int i = 0; i < t.n; i++) {
        const Segment *seg = &t.segments[i];

        if (x >= seg->x && x < seg->x + seg->width) {
            double part = (double)(x - seg->x) / seg->width;
            uint64_t span = MIN(seg->to, t.to) - seg->from;

            log_goto_time(v, seg->from + (uint64_t)(part * span));
            return;
        }
    }
}

static void wheel(View *v, int rows)
{
    log_goto_milestone(v, rows < 0 ? -1 : 1);
}

const PaneOps pane_timeline = { draw, act, click, wheel };
