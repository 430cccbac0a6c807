/*
 * Two boots side by side: timelines on one scale, milestones in a table.
 *
 * They are two captures, or two boots of one: that of the cursor, and the next.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "cursor.h"
#include "pane.h"
#include "timeline.h"
#include "widgets.h"

/* Lines before the table: title, two bars with their names, the head. */
#define HEAD_LINES 6

typedef struct Side {
    guint source;
    Timeline t;
    char *name;
} Side;

/* A milestone; -1: the side has none of that name. */
typedef struct Pair {
    int a, b; /* segments */
} Pair;

typedef struct Compare {
    Side a, b;
    GArray *pairs; /* Pair */
} Compare;

static void begin_side(View *v, Side *side, guint source, guint boot)
{
    const Source *s = g_ptr_array_index(v->sources, source);
    g_autofree char *base = g_path_get_basename(model_path(s->model));
    g_autoptr(GString) name = g_string_new(NULL);

    append_visible(name, base, strlen(base), false);
    side->source = source;
    side->t.log_scale = v->log_scale;
    timeline_collect(&side->t, s, boot, false);
    side->name = side->t.boots > 1
                     ? g_strdup_printf("%s, boot %u", name->str, boot + 1)
                     : g_strdup(name->str);
}

/* The first milestone of that name that has no partner yet, or -1. */
static int find(const Timeline *t, const char *name, const bool *taken)
{
    for (int i = 0; i < t->n; i++) {
        if (!taken[i] && !strcmp(t->segments[i].phase->name, name)) {
            return i;
        }
    }
    return -1;
}

/* In the order of A; what is in B alone stands before what it came before. */
static void pair_up(Compare *c)
{
    bool taken[TIMELINE_PHASES_MAX] = { false };
    int partner[TIMELINE_PHASES_MAX];
    int b = 0;

    for (int a = 0; a < c->a.t.n; a++) {
        partner[a] = find(&c->b.t, c->a.t.segments[a].phase->name, taken);
        if (partner[a] >= 0) {
            taken[partner[a]] = true;
        }
    }
    for (int a = 0; a <= c->a.t.n; a++) {
        int to = a == c->a.t.n ? c->b.t.n : partner[a];

        for (; b < to; b++) {
            Pair alone = { -1, b };

            if (!taken[b]) {
                g_array_append_val(c->pairs, alone);
            }
        }
        if (a < c->a.t.n) {
            Pair pair = { a, partner[a] };

            g_array_append_val(c->pairs, pair);
        }
    }
}

/* What is the same has the same letter and colour. */
static void paint(Compare *c)
{
    for (guint i = 0; i < c->pairs->len; i++) {
        const Pair *pair = &g_array_index(c->pairs, Pair, i);

        if (pair->a >= 0) {
            c->a.t.segments[pair->a].id = i;
        }
        if (pair->b >= 0) {
            c->b.t.segments[pair->b].id = i;
        }
    }
}

static Compare *compare_new(View *v)
{
    Compare *c = g_new0(Compare, 1);
    const Source *s = view_source(v);
    guint n = v->sources->len;
    guint boot = source_boot_at(s, s->log.has_row ? s->log.cursor : 0);

    if (n > 1) {
        begin_side(v, &c->a, v->current, 0);
        begin_side(v, &c->b, (v->current + 1) % n, 0);
    } else {
        boot = MIN(boot, source_boots(s) - MIN(source_boots(s), 2));
        begin_side(v, &c->a, 0, boot);
        begin_side(v, &c->b, 0, boot + 1);
    }
    c->pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
    pair_up(c);
    paint(c);
    return c;
}

static void compare_free(Compare *c)
{
    g_free(c->a.name);
    g_free(c->b.name);
    g_array_unref(c->pairs);
    g_free(c);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Compare, compare_free)

/* ------------------------------------------------------------------ */
/* Drawing                                                             */

static uint64_t length(const Timeline *t)
{
    return t->end - t->start;
}

/* The bar, as long as @longest would be in @width cells. */
static void draw_side(Side *side, const char *letter, const Box *box, int y,
                      uint64_t longest)
{
    g_autoptr(GString) text = g_string_new(NULL);
    int width =
        longest ? (int)((double)length(&side->t) / longest * (box->width - 2))
                : 0;

    append_seconds(text, length(&side->t), 3);
    put_format(y, box->x + 1, box->width - 1, STYLE_NORMAL, "%s  %s s  %s",
               letter, text->str, side->name);
    if (side->t.n) {
        timeline_lay_out(&side->t, MAX(width, 1));
        timeline_draw_bar(&side->t, y + 1, box->x + 1);
    }
}

/* The table's columns: where each is, and its cells. */
typedef struct Columns {
    int decimals;
    int name, time, delta, percent; /* percent 0: there is no room for it */
    int a, b, difference, share; /* the first cell of each */
} Columns;

static Columns choose_columns(const Box *box)
{
    bool wide = box->width >= 68;
    Columns c = {
        .decimals = wide ? 6 : 3,
        .time = wide ? 12 : 9,
        .delta = wide ? 12 : 9,
        .percent = box->width >= 48 ? 10 : 0,
    };
    int all = 2 * c.time + c.delta + c.percent + (wide ? 10 : 0);

    c.a = box->x + MAX(box->width - all, 10);
    c.name = c.a - box->x - 2;
    c.b = c.a + c.time + (wide ? 2 : 0);
    c.difference = c.b + c.time + (wide ? 2 : 0);
    c.share = c.difference + c.delta + wide;
    return c;
}

/* Since its boot's start; "-" where there is none. */
static void put_time(int y, int x, const Columns *columns, Style style,
                     const Side *side, int i)
{
    g_autoptr(GString) text = g_string_new(NULL);

    if (i >= 0) {
        append_seconds(text, side->t.segments[i].from - side->t.start,
                       columns->decimals);
    }
    put_right(y, x, columns->time, style, i >= 0 ? text->str : "-");
}

static const char *pair_name(const Compare *c, const Pair *pair)
{
    return pair->a >= 0 ? c->a.t.segments[pair->a].phase->name
                        : c->b.t.segments[pair->b].phase->name;
}

static void draw_pair(const Compare *c, const Pair *pair, const Box *box, int y,
                      bool here)
{
    Style style = here ? STYLE_CURSOR : STYLE_NORMAL;
    Columns columns = choose_columns(box);
    g_autoptr(GString) text = g_string_new(NULL);

    if (here) {
        put_blank(y, box->x, box->width, STYLE_CURSOR);
    }
    put_cut(y, box->x + 1, columns.name, style, pair_name(c, pair));
    put_time(y, columns.a, &columns, style, &c->a, pair->a);
    put_time(y, columns.b, &columns, style, &c->b, pair->b);
    if (pair->a >= 0 && pair->b >= 0) {
        uint64_t a = c->a.t.segments[pair->a].from - c->a.t.start;
        uint64_t b = c->b.t.segments[pair->b].from - c->b.t.start;
        RowDelta d = { .ns = a < b ? b - a : a - b, .back = b < a };
        Style colour = here             ? style
                       : d.ns < 1000000 ? STYLE_DELTA_TINY
                       : d.back         ? STYLE_DELTA_SMALL
                                        : STYLE_DELTA_LARGE;

        append_delta(text, d, columns.decimals);
        put_right(y, columns.difference, columns.delta, colour, text->str);
        if (a && columns.percent) {
            g_string_printf(text, "%+.1f%%", ((double)b - a) / a * 100);
            put_right(y, columns.share, columns.percent, colour, text->str);
        }
    }
}

static void draw(View *v, const Box *box, bool focus)
{
    g_autoptr(Compare) c = compare_new(v);
    ListState *list = &v->lists[PANE_COMPARE];
    uint64_t longest = MAX(length(&c->a.t), length(&c->b.t));
    int n = c->pairs->len;
    int page = MAX(box->height - HEAD_LINES, 1);
    Columns columns = choose_columns(box);
    int y = box->y + HEAD_LINES - 1;

    put_title(box, "Two boots, since each one's start", focus);
    draw_side(&c->a, "A", box, box->y + 1, longest);
    draw_side(&c->b, "B", box, box->y + 3, longest);
    put_cut(y, box->x + 1, columns.name, STYLE_HINT, "milestone");
    put_right(y, columns.a, columns.time, STYLE_HINT, "A (s)");
    put_right(y, columns.b, columns.time, STYLE_HINT, "B (s)");
    put_right(y, columns.difference, columns.delta, STYLE_HINT,
              columns.decimals > 3 ? "B - A (s)" : "B-A (s)");
    put_right(y, columns.share, columns.percent, STYLE_HINT, "percent");
    list->selected = CLAMP(list->selected, 0, MAX(n - 1, 0));
    list_scroll(list->selected, n, page, &list->top);
    for (int i = 0; i < page && list->top + i < n; i++) {
        draw_pair(c, &g_array_index(c->pairs, Pair, list->top + i), box,
                  y + 1 + i, list->top + i == list->selected);
    }
}

/* ------------------------------------------------------------------ */
/* Keys                                                                */

static int count(View *v)
{
    g_autoptr(Compare) c = compare_new(v);

    return c->pairs->len;
}

static void text(View *v, int row, GString *out)
{
    g_autoptr(Compare) c = compare_new(v);

    if (row < (int)c->pairs->len) {
        g_string_append(out, pair_name(c, &g_array_index(c->pairs, Pair, row)));
    }
}

static int selected(View *v)
{
    return v->lists[PANE_COMPARE].selected;
}

static void select_row(View *v, int row)
{
    v->lists[PANE_COMPARE].selected = row;
}

/* The log of a side goes to a milestone. */
static void go_side(View *v, const Side *side, int i)
{
    guint current = v->current;

    if (i >= 0) {
        v->current = side->source;
        log_jump(v, side->t.segments[i].phase->pos, 1);
        v->current = current;
    }
}

/* Both logs go there; of one capture's two boots the second one is shown. */
static void go(View *v)
{
    g_autoptr(Compare) c = compare_new(v);
    int row = v->lists[PANE_COMPARE].selected;
    const Pair *pair;

    if (row < 0 || row >= (int)c->pairs->len) {
        return;
    }
    pair = &g_array_index(c->pairs, Pair, row);
    go_side(v, &c->a, pair->a);
    go_side(v, &c->b, pair->b);
    v->open = PANE_LOG;
    v->focus = PANE_LOG;
    view_say(v, "%s in both logs; %s", pair_name(c, pair),
             v->sources->len > 1 ? "o goes to the other one"
                                 : "Ctrl-O goes to that of the first boot");
}

static bool act(View *v, Action action)
{
    v->dirty = true;
    if (action == ACTION_ENTER) {
        go(v);
        return true;
    }
    if (action == ACTION_CAPTURE) {
        return false;
    }
    return list_move(action, count(v),
                     MAX(v->boxes[PANE_COMPARE].height - HEAD_LINES, 1),
                     &v->lists[PANE_COMPARE].selected);
}

static void click(View *v, const Box *box, int y, int x)
{
    ListState *list = &v->lists[PANE_COMPARE];
    int row = list->top + y - HEAD_LINES;

    if (y >= HEAD_LINES && row < count(v)) {
        if (list->selected == row) {
            go(v);
        }
        list->selected = row;
        v->dirty = true;
    }
}

static void wheel(View *v, int rows)
{
    v->lists[PANE_COMPARE].selected += rows;
    v->dirty = true;
}

static const PaneHint hints[] = {
    { ACTION_ENTER, "go there in both logs" },
    { ACTION_LOG_SCALE, "log scale" },
    { ACTION_SEARCH, "search" },
    { ACTION_CAPTURE, "the other way round" },
    { ACTION_NONE, NULL },
};

const PaneOps pane_compare = {
    .draw = draw,
    .act = act,
    .click = click,
    .wheel = wheel,
    .hints = hints,
    .count = count,
    .text = text,
    .selected = selected,
    .select = select_row,
};
