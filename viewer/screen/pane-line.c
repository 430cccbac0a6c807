/*
 * A line in full: all of its text, and all that is known of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "cursor.h"
#include "pane.h"
#include "row-text.h"
#include "widgets.h"

#define NAME_WIDTH 11 /* cells */

typedef struct Lines {
    GPtrArray *names, *texts; /* char *: a line each; names may be empty */
} Lines;

static void add(Lines *l, const char *name, const char *text)
{
    g_ptr_array_add(l->names, g_strdup(name));
    g_ptr_array_add(l->texts, g_strdup(text));
}

static void add_times(Lines *l, const Source *s, const Row *row)
{
    for (TimeMode mode = 0; mode < TIME_MODES; mode++) {
        g_autoptr(GString) text = g_string_new(NULL);

        if (mode == TIME_MARK && !log_mark(&s->log)) {
            g_string_append(text, "-");
        } else {
            log_append_time(text, s, mode, row, 9);
        }
        while (text->len < 20) {
            g_string_prepend_c(text, ' ');
        }
        g_string_append_printf(text, "  %s", time_mode_text(mode));
        add(l, time_mode_name(mode), text->str);
    }
}

static void add_origin(Lines *l, const Source *s, const Row *row)
{
    const StreamNames *names = model_streams(s->model);
    g_autoptr(GString) text = g_string_new(NULL);

    if (row->kind == ROW_LINE) {
        g_autofree char *tag = stream_tag(names, row->stream);
        const char *frontend =
            names->frontend[row->stream % CAPTURE_STREAMS_MAX];

        g_string_append_printf(text, "%s (%d)", tag, row->stream);
        if (frontend[0]) {
            g_string_append(text, ", ");
            append_visible(text, frontend, strlen(frontend), false);
        }
        add(l, "stream", text->str);
        g_string_printf(text, "%u%s%s", row->len,
                        row->continued ? ", a further piece of a long line"
                                       : "",
                        row->overwritten ? ", written over by the next row"
                        : row->complete  ? ""
                                         : ", no end of line so far");
        add(l, "bytes", text->str);
    }
    if (row->milestone) {
        add(l, "milestone", row->milestone);
    }
}

/* The text in lines of @width cells. */
static void add_text(Lines *l, const Row *row, int width)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const char *from, *p;
    int used = 0;

    row_append_text(text, row);
    add(l, "", "");
    for (from = p = text->str; *p; p = g_utf8_next_char(p)) {
        g_autofree char *one = g_strndup(p, g_utf8_next_char(p) - p);
        int cells = text_width(one);

        if (used + cells > width && p > from) {
            g_autofree char *line = g_strndup(from, p - from);

            add(l, "", line);
            from = p;
            used = 0;
        }
        used += cells;
    }
    add(l, "", from);
}

static Lines lines_new(View *v, int width)
{
    Source *s = view_source(v);
    Lines l = { g_ptr_array_new_with_free_func(g_free),
                g_ptr_array_new_with_free_func(g_free) };
    Row row;

    log_settle(v);
    if (s->log.has_row && model_find(s->model, s->log.cursor, 1, &row,
                                     view_deadline()) == MODEL_FOUND) {
        add_times(&l, s, &row);
        add_origin(&l, s, &row);
        add_text(&l, &row, MAX(width - 2, 1));
    } else {
        add(&l, "", "no line is here");
    }
    return l;
}

static void lines_free(Lines *l)
{
    g_ptr_array_unref(l->names);
    g_ptr_array_unref(l->texts);
}

static void draw(View *v, const Box *box, bool focus)
{
    Lines l = lines_new(v, box->width);
    int n = l.texts->len;
    int page = MAX(box->height - 1, 1);
    ListState *list = &v->lists[PANE_LINE];

    put_title(box, "Line", focus);
    list->selected = n; /* for scrolling, which has no other way to know */
    list->top = CLAMP(list->top, 0, MAX(n - page, 0));
    for (int i = 0; i < page && list->top + i < n; i++) {
        const char *name = g_ptr_array_index(l.names, list->top + i);
        const char *text = g_ptr_array_index(l.texts, list->top + i);
        int y = box->y + 1 + i;

        if (name[0]) {
            put_right(y, box->x, NAME_WIDTH, STYLE_HINT, name);
            put_text(y, box->x + NAME_WIDTH + 2, box->width - NAME_WIDTH - 2,
                     STYLE_NORMAL, text);
        } else {
            put_text(y, box->x + 1, box->width - 1, STYLE_NORMAL, text);
        }
    }
    if (list->top + page < n) {
        put_right(box->y, box->x + 8, box->width - 8, title_style(focus),
                  "more below ");
    }
    lines_free(&l);
}

static bool act(View *v, Action action)
{
    ListState *list = &v->lists[PANE_LINE];
    Source *s = view_source(v);

    v->dirty = true;
    switch (action) {
    case ACTION_ENTER:
        v->open = PANE_LOG;
        return true;
    case ACTION_LEFT:
    case ACTION_RIGHT:
        log_goto(
            v, log_walk(s, s->log.cursor, action == ACTION_LEFT ? -1 : 1, NULL),
            1);
        list->top = 0;
        return true;
    default:
        return text_scroll(action, list->selected,
                           MAX(v->boxes[PANE_LINE].height - 1, 1), &list->top);
    }
}

static void click(View *v, const Box *box, int y, int x)
{
}

static void wheel(View *v, int rows)
{
    v->lists[PANE_LINE].top += rows;
    v->dirty = true;
}

static const PaneHint hints[] = {
    { ACTION_LEFT, "" },     { ACTION_RIGHT, "line before, after" },
    { ACTION_COPY, "copy" }, { ACTION_MARK, "mark" },
    { ACTION_NONE, NULL },
};

const PaneOps pane_line = {
    .draw = draw,
    .act = act,
    .click = click,
    .wheel = wheel,
    .hints = hints,
};
