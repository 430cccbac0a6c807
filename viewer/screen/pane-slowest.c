/*
 * The rows that came longest after the one before.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "cursor.h"
#include "pane.h"
#include "widgets.h"

static void draw_slow(View *v, const Box *box, int y, const SlowRow *slow,
                      double scale, bool here)
{
    Source *s = view_source(v);
    GString *text = g_string_new(NULL);
    char span[32];
    int x = box->x + 1;
    int left = box->width - 1;
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
    if (left > 12 &&
        model_find(s->model, slow->pos, 1, &row, view_deadline()) ==
            MODEL_FOUND &&
        row.pos == slow->pos) {
        append_seconds(text, row.time, 6);
        put_right(y, x, 11, style, text->str);
        g_string_truncate(text, 0);
        row.len = MIN(row.len, 4096);
        row.n_bytes = MIN(row.n_bytes, 4096);
        model_append_text(text, s->model, &row);
        text = expand_tabs(text);
        put_text_skip(y, x + 13, left - 13, style_attributes(style), text->str,
                      text->len, 0);
    }
    g_string_free(text, TRUE);
}

static void draw(View *v, const Box *box, bool focus)
{
    Source *s = view_source(v);
    SlowState *slow = &s->slow;
    int n = slow->rows ? (int)slow->rows->len : 0;
    int page = MAX(box->height - 2, 1);
    double scale;

    put_title(box,
              slow->at_end ? "Slowest lines" : "Slowest lines (still looking)",
              focus);
    if (!n) {
        put_text(box->y + 2, box->x + 2, box->width - 3, STYLE_HINT,
                 "no two lines to compare");
        return;
    }
    put_text(box->y + 1, box->x + 1, box->width - 1, STYLE_HINT, "   after");
    put_text(box->y + 1, box->x + (box->width - 1 > 70 ? 30 : 17),
             MAX(box->width - 31, 0), STYLE_HINT, "at   the line that came");
    scale = MAX(g_array_index(slow->rows, SlowRow, 0).delta, 1);
    slow->selected = CLAMP(slow->selected, 0, n - 1);
    list_scroll(slow->selected, n, page, &slow->top);
    for (int i = 0; i < page && slow->top + i < n; i++) {
        draw_slow(v, box, box->y + 2 + i,
                  &g_array_index(slow->rows, SlowRow, slow->top + i), scale,
                  slow->top + i == slow->selected);
    }
}

static bool act(View *v, Action action)
{
    SlowState *slow = &view_source(v)->slow;
    int n = slow->rows ? (int)slow->rows->len : 0;

    if (action == ACTION_ENTER && n) {
        log_goto(v, g_array_index(slow->rows, SlowRow, slow->selected).pos, 1);
        v->open = PANE_LOG;
        v->focus = PANE_LOG;
        return true;
    }
    v->dirty = true;
    return list_move(action, n, MAX(v->boxes[PANE_SLOWEST].height - 2, 1),
                     &slow->selected);
}

static void click(View *v, const Box *box, int y, int x)
{
    SlowState *slow = &view_source(v)->slow;
    int n = slow->rows ? (int)slow->rows->len : 0;

    if (y >= 2 && slow->top + y - 2 < n) {
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
    view_source(v)->slow.selected += rows;
    v->dirty = true;
}

const PaneOps pane_slowest = { draw, act, click, wheel };
