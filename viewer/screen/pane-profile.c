/*
 * The functions that the time before the cursor's line went to, from the
 * samples of run --profile.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "cursor.h"
#include "pane.h"
#include "profiler.h"
#include "widgets.h"

/* A line that came after fewer samples than these says too little. */
#define TICKS_MIN 10

/* A drawing waits so long for an answer, us: it is there at once, mostly. */
#define ANSWER_WAIT 4000

/* Lines above the rows: title, sum, heads of columns. */
#define HEAD_LINES 3

/* Room for a bar, and for the error of the share. */
#define BAR_WIDTH 56
#define ERROR_WIDTH 50
#define BAR_CELLS 8

/* ------------------------------------------------------------------ */
/* Which time                                                          */

/* What the functions are of, and what the title says. */
typedef struct Stretch {
    ProfileRange range;
    char *title;
} Stretch;

static Stretch stretch_of(uint64_t from, uint64_t to, char *title)
{
    return (Stretch){ { from, to }, title };
}

/* Of phase names of a guest's, what can be shown. */
static char *phase_title(const PhaseTime *t)
{
    g_autoptr(GString) name = g_string_new("Functions: ");

    if (*t->name) {
        g_string_append(name, "phase ");
        append_visible(name, t->name, strlen(t->name), false);
    } else {
        g_string_append(name, "before the first phase");
    }
    return g_string_free(g_steal_pointer(&name), FALSE);
}

/* The phase that the row is in; the last one goes on while the guest runs. */
static Stretch phase_stretch(const Source *s, uint64_t time)
{
    g_autoptr(GArray) times =
        phase_times(model_phases(s->model), model_end_time(s->model) + 1);
    guint at = 0;

    for (guint i = 1; i < times->len; i++) {
        if (g_array_index(times, PhaseTime, i).start <= time) {
            at = i;
        }
    }
    const PhaseTime *t = &g_array_index(times, PhaseTime, at);

    return stretch_of(t->start, at + 1 < times->len ? t->end : UINT64_MAX,
                      phase_title(t));
}

/* The guest runs, and has not written anything for a while. */
static bool is_silent(const Source *s, uint64_t least)
{
    return s->log.follow && model_state(s->model) == CAPTURE_LIVE &&
           source_elapsed(s) > s->log.row.time + least;
}

static Stretch line_stretch(const Source *s)
{
    const Row *row = &s->log.row;
    uint64_t least =
        UINT64_C(1000000000) * TICKS_MIN / MAX(model_profile_hz(s->model), 1);
    uint64_t wait = row_delta_wait(row->delta);

    if (is_silent(s, least)) {
        return stretch_of(row->time, UINT64_MAX,
                          g_strdup("Functions: since this line"));
    }
    if (wait >= least) {
        return stretch_of(row->time - MIN(wait, row->time), row->time,
                          g_strdup("Functions: before this line"));
    }
    return phase_stretch(s, row->time);
}

static Stretch wanted_stretch(const View *v)
{
    const Source *s = view_source(v);
    const Row *mark = log_mark(&s->log);
    uint64_t time = s->log.row.time;

    if (v->profile_of == PROFILE_OF_MARK && mark) {
        return stretch_of(MIN(mark->time, time), MAX(mark->time, time),
                          g_strdup("Functions: from the mark to here"));
    }
    return v->profile_of == PROFILE_OF_LINE ? line_stretch(s)
                                            : phase_stretch(s, time);
}

/* ------------------------------------------------------------------ */
/* The answer                                                          */

/* NULL: there is none yet. */
static const ProfilerAnswer *newest(const View *v)
{
    Source *s = view_source(v);

    return s->profiler ? profiler_answer(s->profiler, 0) : NULL;
}

static gint by_total(gconstpointer a, gconstpointer b)
{
    const ProfilerRow *x = *(const ProfilerRow *const *)a;
    const ProfilerRow *y = *(const ProfilerRow *const *)b;

    return x->total != y->total ? (x->total > y->total ? -1 : 1)
           : x < y              ? -1
                                : x > y;
}

/* ProfilerRow *, in the order in which they are shown. */
static GPtrArray *rows_of(const View *v, const ProfilerAnswer *a)
{
    GPtrArray *rows = g_ptr_array_new();

    for (guint i = 0; a && i < a->rows->len; i++) {
        g_ptr_array_add(rows, &g_array_index(a->rows, ProfilerRow, i));
    }
    if (v->profile_total) {
        g_ptr_array_sort(rows, by_total);
    }
    return rows;
}

static bool look(View *v)
{
    Source *s = view_source(v);

    if (!s->profiler) {
        return false;
    }
    v->dirty |= profiler_has_news(s->profiler);
    return profiler_is_busy(s->profiler);
}

/* ------------------------------------------------------------------ */
/* Drawing                                                             */

static double share(uint64_t part, uint64_t all)
{
    return all ? (double)part / all : 0;
}

static void put_share(int y, int x, Style style, double part)
{
    g_autofree char *text = g_strdup_printf("%.1f%%", 100 * part);

    put_right(y, x, 6, style, text);
}

static void draw_heads(const View *v, const Box *box)
{
    int y = box->y + 2, x = box->x + 1;
    bool error = box->width >= ERROR_WIDTH;
    int name =
        22 + (error ? 7 : 0) + (box->width >= BAR_WIDTH ? BAR_CELLS + 1 : 0);

    put_right(y, x, 6, v->profile_total ? STYLE_HINT : STYLE_KEY, "self");
    put_right(y, x + 7, 6, v->profile_total ? STYLE_KEY : STYLE_HINT, "total");
    put_right(y, x + 14, 7, STYLE_HINT, "samples");
    if (error) {
        put_right(y, x + 22, 6, STYLE_HINT, "error");
    }
    put_text(y, x + name, box->width - 1 - name, STYLE_HINT, " function");
}

static void draw_row(const Box *box, int y, const ProfilerAnswer *a,
                     const ProfilerRow *row, Style style, bool bar)
{
    g_autofree char *samples = g_strdup_printf("%u", row->samples);
    int x = box->x + 1, left = box->width - 1;

    put_share(y, x, style, share(row->self, a->ticks));
    put_share(y, x + 7, style, share(row->total, a->ticks));
    put_right(y, x + 14, 7, style, samples);
    x += 22;
    left -= 22;
    if (box->width >= ERROR_WIDTH) {
        put_share(y, x, style, row->error);
        x += 7;
        left -= 7;
    }
    if (bar) {
        put_bar(y, x + 1, BAR_CELLS, share(row->self, a->ticks),
                STYLE_DELTA_LARGE);
        x += BAR_CELLS + 1;
        left -= BAR_CELLS + 1;
    }
    put_text(y, x + 1, left - 1, style, row->name);
}

static void draw_rows(View *v, const Box *box, int page,
                      const ProfilerAnswer *a, bool focus)
{
    g_autoptr(GPtrArray) rows = rows_of(v, a);
    ListState *list = &v->lists[PANE_PROFILE];

    list->selected = CLAMP(list->selected, 0, MAX((int)rows->len - 1, 0));
    list_scroll(list->selected, rows->len, page, &list->top);
    for (int i = 0; i < page && list->top + i < (int)rows->len; i++) {
        bool here = focus && list->top + i == list->selected;
        int y = box->y + HEAD_LINES + i;

        if (here) {
            put_blank(y, box->x + 1, box->width - 1, STYLE_CURSOR);
        }
        draw_row(box, y, a, g_ptr_array_index(rows, list->top + i),
                 here ? STYLE_CURSOR : STYLE_NORMAL, box->width >= BAR_WIDTH);
    }
}

/* "780 ms, 771 samples, idle 1.2%"; or how far the thread is. */
static void draw_sum(const View *v, const Box *box, const Stretch *stretch,
                     const ProfilerAnswer *a)
{
    const ProfileRange *r = &stretch->range;
    uint64_t end = r->to == UINT64_MAX ? source_elapsed(view_source(v)) : r->to;
    char span[32];
    int used;

    format_span(span, sizeof(span), end - MIN(r->from, end));
    used = put_format(box->y + 1, box->x + 1, box->width - 1, STYLE_NORMAL,
                      "%s, %u sample%s", span, a->samples,
                      a->samples == 1 ? "" : "s");
    if (a->progress < 1) {
        put_format(box->y + 1, box->x + 1 + used, box->width - 1 - used,
                   STYLE_HINT, ", %d%% read", (int)(100 * a->progress));
    } else if (a->ticks) {
        put_format(box->y + 1, box->x + 1 + used, box->width - 1 - used,
                   STYLE_HINT, ", idle %.1f%%", 100 * share(a->idle, a->ticks));
    }
}

/* How far the call paths go, for Total is of those. */
static void draw_foot(const Box *box, const ProfilerAnswer *a)
{
    uint64_t busy = a->ticks - a->idle;
    int y = box->y + box->height - 1, x = box->x + 1, width = box->width - 1;

    if (a->problem) {
        put_text(y, x, width, STYLE_ERROR, a->problem);
    } else if (!a->files) {
        put_text(y, x, width, STYLE_HINT,
                 "no symbols; view has --symbols FILE");
    } else if (!a->can_unwind) {
        put_text(y, x, width, STYLE_HINT,
                 "no call paths: no call frame information");
    } else {
        put_format(y, x, width, STYLE_HINT,
                   "paths: whole %.0f%%, no rule %.0f%%, cut %.0f%%",
                   100 * share(a->whole + a->gap, busy),
                   100 * share(a->no_rule, busy),
                   100 * share(a->no_stack, busy));
    }
}

static void draw_table(View *v, const Box *box, const ProfilerAnswer *a,
                       bool focus)
{
    int foot = box->height > HEAD_LINES + 4;

    if (!a->ticks) {
        return;
    }
    draw_heads(v, box);
    draw_rows(v, box, MAX(box->height - HEAD_LINES - foot, 1), a, focus);
    if (foot) {
        draw_foot(box, a);
    }
}

static void ask(View *v, const Stretch *stretch)
{
    Source *s = view_source(v);

    if (!s->profiler) {
        s->profiler = profiler_start(model_path(s->model), v->symbols);
    }
    profiler_ask(s->profiler, &stretch->range);
}

static void draw(View *v, const Box *box, bool focus)
{
    Source *s = view_source(v);
    Stretch stretch;
    const ProfilerAnswer *a;

    if (!s->log.has_row) {
        put_title(box, "Functions", focus);
        return;
    }
    stretch = wanted_stretch(v);
    ask(v, &stretch);
    a = profiler_answer(s->profiler, ANSWER_WAIT);
    put_title(box, stretch.title, focus);
    if (!a || a->range.from != stretch.range.from ||
        a->range.to != stretch.range.to) {
        put_text(box->y + 1, box->x + 1, box->width - 1, STYLE_HINT,
                 "reading samples and symbols ...");
    } else {
        draw_sum(v, box, &stretch, a);
        draw_table(v, box, a, focus);
    }
    g_free(stretch.title);
}

/* ------------------------------------------------------------------ */
/* Keys                                                                */

static int count(View *v)
{
    const ProfilerAnswer *a = newest(v);

    return a ? (int)a->rows->len : 0;
}

static void text(View *v, int row, GString *out)
{
    g_autoptr(GPtrArray) rows = rows_of(v, newest(v));

    if (row < (int)rows->len) {
        const ProfilerRow *r = g_ptr_array_index(rows, row);

        g_string_append(out, r->name);
    }
}

static int selected(View *v)
{
    return v->lists[PANE_PROFILE].selected;
}

static void select_row(View *v, int row)
{
    v->lists[PANE_PROFILE].selected = row;
}

static bool act(View *v, Action action)
{
    v->dirty = true;
    if (action == ACTION_SORT) {
        v->profile_total = !v->profile_total;
        return true;
    }
    return list_move(action, count(v),
                     MAX(v->boxes[PANE_PROFILE].height - HEAD_LINES - 1, 1),
                     &v->lists[PANE_PROFILE].selected);
}

static void click(View *v, const Box *box, int y, int x)
{
    int row = v->lists[PANE_PROFILE].top + y - HEAD_LINES;

    if (y == HEAD_LINES - 1) {
        act(v, ACTION_SORT);
    } else if (y >= HEAD_LINES && row < count(v)) {
        select_row(v, row);
    }
}

static void wheel(View *v, int rows)
{
    select_row(v, CLAMP(selected(v) + rows, 0, MAX(count(v) - 1, 0)));
    v->dirty = true;
}

static const PaneHint hints[] = {
    { ACTION_PROFILE_OF, "line, phase, mark" },
    { ACTION_SORT, "sort" },
    { ACTION_SEARCH, "search" },
    { ACTION_NEXT, "next" },
    { ACTION_PROFILE, "hide" },
    { ACTION_NONE, NULL },
};

const PaneOps pane_profile = {
    .draw = draw,
    .act = act,
    .click = click,
    .wheel = wheel,
    .hints = hints,
    .look = look,
    .count = count,
    .text = text,
    .selected = selected,
    .select = select_row,
};
