/*
 * The marks, with the time from each to the next.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "cursor.h"
#include "pane.h"
#include "row-text.h"
#include "widgets.h"

static const GArray *marks_of(View *v)
{
    return view_source(v)->log.marks;
}

static int count(View *v)
{
    return marks_of(v)->len;
}

static const Row *get(View *v, int i)
{
    return &g_array_index(marks_of(v), Row, i);
}

static void text(View *v, int i, GString *out)
{
    Row row;

    if (model_find(view_source(v)->model, get(v, i)->pos, 1, &row,
                   view_deadline()) == MODEL_FOUND &&
        row.pos == get(v, i)->pos) {
        row.len = MIN(row.len, 4096);
        row.n_bytes = MIN(row.n_bytes, 4096);
        row_append_text(out, &row);
    } else {
        g_string_append(out, "(hidden or filtered)");
    }
}

static int selected(View *v)
{
    return v->lists[PANE_MARKS].selected;
}

static void select_row(View *v, int i)
{
    v->lists[PANE_MARKS].selected = i;
}

static void draw_mark(View *v, const Box *box, int y, int i)
{
    bool here = i == selected(v);
    Style style = here ? STYLE_CURSOR : STYLE_NORMAL;
    const Row *row = get(v, i);
    g_autoptr(GString) line = g_string_new(NULL);
    char span[32] = "";
    int x = box->x + 1;

    if (here) {
        put_blank(y, box->x, box->width, STYLE_CURSOR);
    }
    if (i < 9) {
        put_format(y, x, 2, here ? STYLE_CURSOR : STYLE_MARK, "%d", i + 1);
    }
    append_seconds(line, row->time, 6);
    put_right(y, x + 2, 12, style, line->str);
    if (i > 0) {
        format_span(span, sizeof(span),
                    row->time - MIN(row->time, get(v, i - 1)->time));
    }
    put_right(y, x + 15, 8, style, span);
    g_string_truncate(line, 0);
    text(v, i, line);
    put_cut(y, x + 25, box->width - 26, style, line->str);
}

static void draw(View *v, const Box *box, bool focus)
{
    ListState *list = &v->lists[PANE_MARKS];
    int n = count(v);
    int page = MAX(box->height - 2, 1);

    put_title(box, "Marks", focus);
    if (!n) {
        put_text(box->y + 2, box->x + 2, box->width - 3, STYLE_HINT,
                 "no mark yet; m in the log sets one");
        return;
    }
    put_text(box->y + 1, box->x + 1, box->width - 1, STYLE_HINT,
             "        start    after   the line");
    list->selected = CLAMP(list->selected, 0, n - 1);
    list_scroll(list->selected, n, page, &list->top);
    for (int i = 0; i < page && list->top + i < n; i++) {
        draw_mark(v, box, box->y + 2 + i, list->top + i);
    }
}

static void go(View *v, int i)
{
    if (i >= 0 && i < count(v)) {
        log_jump(v, get(v, i)->pos, 1);
        v->open = PANE_LOG;
        v->focus = PANE_LOG;
    }
}

static bool act(View *v, Action action)
{
    ListState *list = &v->lists[PANE_MARKS];
    int n = count(v);

    v->dirty = true;
    list->selected = CLAMP(list->selected, 0, MAX(n - 1, 0));
    if (action == ACTION_ENTER) {
        go(v, list->selected);
        return true;
    }
    if (action == ACTION_MARK) {
        if (n) {
            Row row = *get(v, list->selected);

            log_toggle_mark(v, &row);
        }
        return true;
    }
    return list_move(action, n, MAX(v->boxes[PANE_MARKS].height - 2, 1),
                     &list->selected);
}

/* Its digit goes to a mark. */
static bool key(View *v, int k)
{
    if (k < '1' || k > '9') {
        return false;
    }
    if (k - '1' < count(v)) {
        go(v, k - '1');
    } else {
        view_complain(v, "there is no mark %c", k);
    }
    return true;
}

static void click(View *v, const Box *box, int y, int x)
{
    ListState *list = &v->lists[PANE_MARKS];
    int row = list->top + y - 2;

    if (y >= 2 && row < count(v)) {
        if (list->selected == row) {
            go(v, row);
        }
        list->selected = row;
        v->dirty = true;
    }
}

static void wheel(View *v, int rows)
{
    v->lists[PANE_MARKS].selected += rows;
    v->dirty = true;
}

static const PaneHint hints[] = {
    { ACTION_ENTER, "go there (1 to 9 too)" },
    { ACTION_MARK, "remove" },
    { ACTION_SEARCH, "search" },
    { ACTION_NONE, NULL },
};

const PaneOps pane_marks = {
    .draw = draw,
    .act = act,
    .click = click,
    .wheel = wheel,
    .hints = hints,
    .key = key,
    .count = count,
    .text = text,
    .selected = selected,
    .select = select_row,
};
