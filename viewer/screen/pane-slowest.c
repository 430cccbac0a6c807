/*
 * The rows that came longest after the one before.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "cursor.h"
#include "pane.h"
#include "row-text.h"
#include "slowest.h"
#include "widgets.h"

static int count(View *v)
{
    const SlowState *slow = &view_source(v)->slow;

    return slow->rows ? (int)slow->rows->len : 0;
}

static const SlowRow *get(View *v, int i)
{
    return &g_array_index(view_source(v)->slow.rows, SlowRow, i);
}

/* False: its block is not in memory, and there was no time to read it. */
static bool find_row(View *v, int i, Row *row)
{
    return model_find(view_source(v)->model, get(v, i)->pos, 1, row,
                      view_deadline()) == MODEL_FOUND &&
           row->pos == get(v, i)->pos;
}

static void text(View *v, int i, GString *out)
{
    Row row;

    if (find_row(v, i, &row)) {
        row_append_text(out, &row);
        if (row.milestone) {
            g_string_append_printf(out, " %s", row.milestone);
        }
    }
}

static int selected(View *v)
{
    return view_source(v)->slow.selected;
}

static void select_row(View *v, int i)
{
    view_source(v)->slow.selected = i;
}

/* Cells for what the vCPUs did; 0: the pane is narrow, or nobody knows. */
static int host_width(const View *v, const Box *box)
{
    return box->width > 100 &&
                   capture_vcpus_threads(model_vcpus(view_source(v)->model))
               ? 16
               : 0;
}

/* Shares of the time before the row: on a CPU, waiting for one, idle. */
static void draw_host(const View *v, int y, int x, Style style,
                      const SlowRow *slow, uint64_t time)
{
    uint64_t from = time - MIN(slow->delta, time);
    CaptureVcpuTime t =
        capture_vcpus_between(model_vcpus(view_source(v)->model), from, time);
    double all = MAX(t.cpu + t.wait + t.idle, 1);
    const uint64_t shares[] = { t.cpu, t.wait, t.idle };

    for (size_t i = 0; i < G_N_ELEMENTS(shares); i++) {
        g_autofree char *text =
            g_strdup_printf("%.0f%%", 100.0 * shares[i] / all);

        put_right(y, x + 5 * i, 5, style, text);
    }
}

static void draw_slow(View *v, const Box *box, int y, int i, double scale)
{
    const SlowRow *slow = get(v, i);
    bool here = i == selected(v);
    g_autoptr(GString) line = g_string_new(NULL);
    char span[32];
    int x = box->x + 1;
    int left = box->width - 1, host = host_width(v, box);
    Style style = here ? STYLE_CURSOR : STYLE_NORMAL;
    Row row;

    if (here) {
        put_blank(y, box->x, box->width, STYLE_CURSOR);
    }
    format_span(span, sizeof(span), slow->delta);
    put_right(y, x, 8, style, span);
    if (left > 70) {
        put_bar(y, x + 9, 12, slow->delta / scale, STYLE_DELTA_LARGE);
        x += 13;
        left -= 13;
    }
    x += 9;
    left -= 9;
    if (left > 12 && find_row(v, i, &row)) {
        append_seconds(line, row.time, 6);
        put_right(y, x, 11, style, line->str);
        g_string_truncate(line, 0);
        row.len = MIN(row.len, 4096);
        row.n_bytes = MIN(row.n_bytes, 4096);
        row_append_text(line, &row);
        if (row.milestone && row.kind == ROW_LINE) {
            g_string_append_printf(line, "  %s %s", glyph("◂", "<"),
                                   row.milestone);
        }
        if (host) {
            draw_host(v, y, x + 11, style, slow, row.time);
        }
        put_cut(y, x + 13 + host, left - 13 - host, style, line->str);
    }
}

static void draw(View *v, const Box *box, bool focus)
{
    const Source *s = view_source(v);
    SlowState *slow = &view_source(v)->slow;
    int n = count(v);
    int page = MAX(box->height - 2, 1);
    g_autofree char *title = g_strdup_printf(
        "Slowest lines%s%s", slow->at_end ? "" : " (still looking)",
        model_shows_all(s->model) ? ""
                                  : ", of those that are shown: some are "
                                    "hidden or filtered");
    double scale;

    put_title(box, title, focus);
    if (!n) {
        put_text(box->y + 2, box->x + 2, box->width - 3, STYLE_HINT,
                 "no two lines to compare");
        return;
    }
    put_text(box->y + 1, box->x + 1, box->width - 1, STYLE_HINT, "   after");
    put_text(box->y + 1, box->x + (box->width - 1 > 70 ? 30 : 17),
             MAX(box->width - 31, 0), STYLE_HINT,
             host_width(v, box) ? "at  cpu wait idle     the line that came"
                                : "at   the line that came");
    scale = MAX(get(v, 0)->delta, 1);
    slow->selected = CLAMP(slow->selected, 0, n - 1);
    list_scroll(slow->selected, n, page, &slow->top);
    for (int i = 0; i < page && slow->top + i < n; i++) {
        draw_slow(v, box, box->y + 2 + i, slow->top + i, scale);
    }
}

static bool act(View *v, Action action)
{
    SlowState *slow = &view_source(v)->slow;
    int n = count(v);
    Row row;

    v->dirty = true;
    if (action == ACTION_ENTER) {
        if (n) {
            log_jump(v, get(v, MIN(slow->selected, n - 1))->pos, 1);
            v->open = PANE_LOG;
            v->focus = PANE_LOG;
        }
        return true;
    }
    if (action == ACTION_MARK) {
        if (n && find_row(v, MIN(slow->selected, n - 1), &row)) {
            log_toggle_mark(v, &row);
        }
        return true;
    }
    return list_move(action, n, MAX(v->boxes[PANE_SLOWEST].height - 2, 1),
                     &slow->selected);
}

static void click(View *v, const Box *box, int y, int x)
{
    SlowState *slow = &view_source(v)->slow;

    if (y >= 2 && slow->top + y - 2 < count(v)) {
        /* A second click on the same goes there. */
        if (slow->selected == slow->top + y - 2) {
            act(v, ACTION_ENTER);
        } else {
            slow->selected = slow->top + y - 2;
        }
        v->dirty = true;
    }
}

static void wheel(View *v, int rows)
{
    SlowState *slow = &view_source(v)->slow;

    slow->selected = CLAMP(slow->selected + rows, 0, MAX(count(v) - 1, 0));
    v->dirty = true;
}

static const PaneHint hints[] = {
    { ACTION_ENTER, "go there" }, { ACTION_SEARCH, "search" },
    { ACTION_NEXT, "next" },      { ACTION_MARK, "mark" },
    { ACTION_NONE, NULL },
};

const PaneOps pane_slowest = {
    .draw = draw,
    .act = act,
    .click = click,
    .wheel = wheel,
    .hints = hints,
    .work = slowest_work,
    .count = count,
    .text = text,
    .selected = selected,
    .select = select_row,
};
