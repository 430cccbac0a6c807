/*
 * The log: lines and events of all streams on one clock.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cursor.h"
#include "pane.h"
#include "widgets.h"

#define SECOND UINT64_C(1000000000)

/*
 * Bytes of a line that are looked at for each cell on the screen: a character
 * of four and its accents.
 */
#define BYTES_PER_CELL 16

/* Cells that the columns take in a log of a certain width; 0: none. */
typedef struct Columns {
    int time, decimals, delta, bar, stream;
} Columns;

/* ------------------------------------------------------------------ */
/* Moving                                                              */

static void move(View *v, int rows, bool page)
{
    Source *s = view_source(v);
    uint64_t pos = log_walk(s, s->log.cursor, rows, NULL);

    if (page) {
        s->log.top = log_walk(s, s->log.top, rows, NULL);
    }
    log_goto(v, pos, 1);
}

/* Chooses the first row so that the cursor is on the screen. */
static void scroll_to_cursor(Source *s, int height)
{
    LogState *log = &s->log;
    uint64_t pos, last;
    int n;

    if (log->follow || log->cursor == MODEL_END) {
        log->top = log_walk(s, log->cursor, 1 - height, NULL);
        return;
    }
    if (log->cursor < log->top) {
        log->top = log->cursor;
    }
    pos = log->top;
    last = log_walk(s, pos, height - 1, &n);
    if (last < log->cursor) {
        log->top = log_walk(s, log->cursor, 1 - height, NULL);
    } else if (n < height - 1) {
        /* The end came before the screen was full. */
        log->top = log_walk(s, MAX(last, log->cursor), 1 - height, NULL);
    }
}

static void scroll_sideways(View *v, int cells)
{
    LogState *log = &view_source(v)->log;

    log->skip = CLAMP(log->skip + cells, 0, 4 * CAPTURE_LINE_MAX);
    v->dirty = true;
}

static bool act(View *v, Action action)
{
    int page = MAX(v->boxes[PANE_LOG].height - 2, 1);

    switch (action) {
    case ACTION_DOWN:
        move(v, 1, false);
        return true;
    case ACTION_UP:
        move(v, -1, false);
        return true;
    case ACTION_PAGE_DOWN:
        move(v, page, true);
        return true;
    case ACTION_PAGE_UP:
        move(v, -page, true);
        return true;
    case ACTION_HALF_DOWN:
        move(v, (page + 1) / 2, true);
        return true;
    case ACTION_HALF_UP:
        move(v, -(page + 1) / 2, true);
        return true;
    case ACTION_FIRST:
        log_goto(v, 0, 1);
        return true;
    case ACTION_LAST:
        log_goto(v, MODEL_END, -1);
        return true;
    case ACTION_LEFT:
        scroll_sideways(v, -16);
        return true;
    case ACTION_RIGHT:
        scroll_sideways(v, 16);
        return true;
    default:
        return false;
    }
}

static void wheel(View *v, int rows)
{
    move(v, rows, true);
}

static void click(View *v, const Box *box, int y, int x)
{
    Source *s = view_source(v);

    if (y > 0) {
        log_goto(v, log_walk(s, s->log.top, y - 1, NULL), 1);
    }
}

/* ------------------------------------------------------------------ */
/* Columns                                                             */

static int time_width(const View *v, const Source *s, int decimals)
{
    uint64_t seconds = model_end_time(s->model) / SECOND;
    int digits = 1;

    if (v->settings.time == TIME_WALL) {
        return 9 + decimals;
    }
    while (seconds >= 10) {
        seconds /= 10;
        digits++;
    }
    digits += v->settings.time == TIME_DELTA || v->settings.time == TIME_MARK;
    return MAX(digits, 3) + 1 + decimals;
}

/* ------------------------------------------------------------------ */
/* Drawing                                                             */

static Style delta_style(uint64_t delta)
{
    return delta < 1000000     ? STYLE_DELTA_TINY
           : delta < 10000000  ? STYLE_DELTA_SMALL
           : delta < 100000000 ? STYLE_DELTA_MEDIUM
           : delta < SECOND    ? STYLE_DELTA_LARGE
                               : STYLE_DELTA_HUGE;
}

/* Five decades, 10 us to 1 s: what is ten times as long has a cell more. */
static double delta_weight(uint64_t delta)
{
    return delta < 10000 ? 0 : CLAMP(log10(delta / 1e4) / 5, 0.03, 1);
}

static Style stream_style(uint8_t stream)
{
    return STYLE_STREAM_1 + stream % 6;
}

static Columns choose_columns(const View *v, const Source *s, int width)
{
    const StreamNames *names = model_streams(s->model);
    unsigned want = v->settings.columns;
    Columns c = { .decimals = width >= 60 ? 6 : 3 };

    if (want & COLUMN_TIME) {
        c.time = time_width(v, s, c.decimals);
    }
    if (want & COLUMN_DELTA && v->settings.time != TIME_DELTA && width >= 50) {
        c.delta = 7;
    }
    if (want & COLUMN_BAR && width >= 64) {
        c.bar = 5;
    }
    for (int i = 0; want & COLUMN_STREAM && width >= 36 && i < names->count;
         i++) {
        g_autofree char *tag = stream_tag(names, i);

        c.stream = MIN(MAX(c.stream, text_width(tag)), width >= 60 ? 8 : 3);
    }
    return c;
}

typedef struct RowDraw {
    View *v;
    Source *s;
    const Row *row;
    uint64_t delta; /* ns to the row above, or CAPTURE_NO_TIME */
    bool cursor, focus;
    int y, x, left; /* cells left */
} RowDraw;

/* On the cursor's row everything has its colour. */
static Style row_style(const RowDraw *d, Style style)
{
    return !d->cursor ? style : d->focus ? STYLE_CURSOR : STYLE_CURSOR_IDLE;
}

static void advance(RowDraw *d, int cells)
{
    d->x += cells;
    d->left -= cells;
}

static void draw_gutter(RowDraw *d)
{
    const LogState *log = &d->s->log;

    if (log->has_mark && log->mark.pos == d->row->pos) {
        put_text(d->y, d->x, 1, STYLE_MARK, "m");
    } else if (d->row->milestone) {
        put_text(d->y, d->x, 1, row_style(d, STYLE_MILESTONE), glyph("◆", "*"));
    }
    advance(d, 1);
}

static void draw_times(RowDraw *d, const Columns *c)
{
    if (c->time) {
        GString *text = g_string_new(NULL);

        log_append_time(text, d->s, d->v->settings.time, d->row, d->delta,
                        c->decimals);
        put_right(d->y, d->x, MIN(c->time, d->left),
                  row_style(d, d->v->settings.time == TIME_DELTA
                                   ? delta_style(d->delta)
                                   : STYLE_TIME),
                  text->str);
        g_string_free(text, TRUE);
        advance(d, c->time + 1);
    }
    if (c->delta && d->delta != CAPTURE_NO_TIME) {
        char text[32];

        format_span(text, sizeof(text), d->delta);
        put_right(d->y, d->x, c->delta, row_style(d, delta_style(d->delta)),
                  text);
    }
    advance(d, c->delta ? c->delta + 1 : 0);
    if (c->bar && d->delta != CAPTURE_NO_TIME) {
        double weight = delta_weight(d->delta);

        /* The cursor's row keeps its ground. */
        if (weight > 0 && !d->cursor) {
            put_bar(d->y, d->x, c->bar, weight, delta_style(d->delta));
        }
    }
    advance(d, c->bar ? c->bar + 1 : 0);
}

static void draw_tag(RowDraw *d, const Columns *c)
{
    if (c->stream && d->row->kind == ROW_LINE) {
        g_autofree char *tag =
            stream_tag(model_streams(d->s->model), d->row->stream);

        put_text(d->y, d->x, MIN(c->stream, d->left),
                 row_style(d, stream_style(d->row->stream)), tag);
    }
    advance(d, c->stream ? c->stream + 1 : 0);
}

/* A milestone or another event: a rule with its name. */
static void draw_event(RowDraw *d, const char *text)
{
    Style style = row_style(d, d->row->kind == ROW_MILESTONE ? STYLE_MILESTONE
                               : d->row->kind == ROW_LOST    ? STYLE_LOST
                                                             : STYLE_EVENT);
    int used = put_format(d->y, d->x, d->left, style, "%s%s",
                          glyph("── ", "-- "), text);

    advance(d, used + 1);
    if (d->row->kind == ROW_MILESTONE && d->left > 0) {
        put_rule(d->y, d->x, d->left, row_style(d, STYLE_FRAME));
    }
}

/* The text once more, but only where the pattern matches. */
static void draw_matches(RowDraw *d, const GString *text)
{
    GMatchInfo *info = NULL;
    GRegex *regex = d->v->search.regex;
    int skip = d->s->log.skip;

    if (!regex) {
        return;
    }
    g_regex_match(regex, text->str, 0, &info);
    while (g_match_info_matches(info)) {
        int from, to, x;
        char *before;

        g_match_info_fetch_pos(info, 0, &from, &to);
        before = g_strndup(text->str, from);
        x = text_width(before) - skip;
        if (to > from && x < d->left) {
            put_text_skip(d->y, d->x + MAX(x, 0), d->left - MAX(x, 0),
                          style_attributes(STYLE_MATCH), text->str + from,
                          to - from, MAX(-x, 0));
        }
        g_free(before);
        g_match_info_next(info, NULL);
    }
    g_match_info_free(info);
}

static void draw_line(RowDraw *d, const GString *text)
{
    Style style =
        row_style(d, d->row->milestone ? STYLE_MILESTONE : STYLE_NORMAL);

    if (d->row->continued) {
        put_text(d->y, d->x, 2, row_style(d, STYLE_HINT), glyph("↪ ", "> "));
        advance(d, 2);
    }
    put_text_skip(d->y, d->x, d->left, style_attributes(style), text->str,
                  text->len, d->s->log.skip);
    draw_matches(d, text);
    if (d->row->milestone && d->left > 40) {
        g_autofree char *name =
            g_strdup_printf(" %s %s", glyph("◂", "<"), d->row->milestone);

        put_right(d->y, d->x, d->left, row_style(d, STYLE_EVENT), name);
    }
}

static void draw_row(RowDraw *d, const Columns *c)
{
    GString *text = g_string_new(NULL);
    Row part = *d->row;
    uint64_t cells = d->left + d->s->log.skip;

    if (d->cursor) {
        put_blank(d->y, d->x, d->left, row_style(d, STYLE_NORMAL));
    }
    draw_gutter(d);
    draw_times(d, c);
    draw_tag(d, c);
    if (d->left > 0) {
        if (part.len > cells * BYTES_PER_CELL) {
            part.len = cells * BYTES_PER_CELL;
            part.n_bytes = MIN(part.n_bytes, cells * BYTES_PER_CELL);
            part.complete = false;
        }
        model_append_text(text, d->s->model, &part);
        text = expand_tabs(text);
        if (d->row->kind == ROW_LINE) {
            draw_line(d, text);
        } else {
            draw_event(d, text->str);
        }
    }
    g_string_free(text, TRUE);
}

static void draw_title(View *v, const Box *box, bool focus)
{
    Source *s = view_source(v);
    const StreamNames *names = model_streams(s->model);
    int used = put_title(box, "Log", focus);
    int end = box->width;
    g_autofree char *time = g_strdup_printf(
        "%s ", v->settings.time == TIME_MARK && !s->log.has_mark
                   ? "time: start, no mark"
               : v->settings.time == TIME_START &&
                       model_clock(s->model) == CAPTURE_CLOCK_MODE_VIRTUAL
                   ? "time: virtual"
                   : (const char *[]){ "time: start", "time: delta",
                                       "time: wall", "time: from mark",
                                       "time: virtual" }[v->settings.time]);

    for (int i = 0; i < names->count && used < end - 12; i++) {
        g_autofree char *tag = stream_tag(names, i);
        bool hidden = model_is_hidden(s->model, i);

        if (!names->label[i][0] && !model_stream_bytes(s->model, i)) {
            continue;
        }
        used += put_format(box->y, box->x + used, end - used, STYLE_TITLE,
                           hidden ? " (%s hidden) " : " %s ", tag);
    }
    if (model_filter(s->model)) {
        used +=
            put_format(box->y, box->x + used, end - used, STYLE_MATCH, " & %s ",
                       g_regex_get_pattern(model_filter(s->model)));
    }
    if (end - used > text_width(time) + 1) {
        put_right(box->y, box->x + used, end - used, STYLE_TITLE, time);
    }
}

static void draw_empty(View *v, const Box *box)
{
    Source *s = view_source(v);
    const char *text = s->log.unsettled ? "looking for lines that match ..."
                       : model_filter(s->model) ? "no line matches"
                       : model_state(s->model) == CAPTURE_LIVE
                           ? "no line yet; the guest has not written any"
                           : "no line is in this capture";

    put_text(box->y + 2, box->x + 2, box->width - 3, STYLE_HINT, text);
}

static void draw(View *v, const Box *box, bool focus)
{
    Source *s = view_source(v);
    LogState *log = &s->log;
    int64_t deadline = view_deadline();
    Columns c = choose_columns(v, s, box->width);
    uint64_t before = CAPTURE_NO_TIME;
    uint64_t pos;
    Row row;

    draw_title(v, box, focus);
    log_settle(v);
    if (!log->has_row) {
        draw_empty(v, box);
        return;
    }
    scroll_to_cursor(s, box->height - 1);
    pos = log->top;
    if (pos > 0 &&
        model_find(s->model, pos - 1, -1, &row, deadline) == MODEL_FOUND) {
        before = row.time;
    }
    for (int y = 1; y < box->height; y++) {
        RowDraw d = { v,     s,          &row,   CAPTURE_NO_TIME, false,
                      focus, box->y + y, box->x, box->width };
        ModelFound found = model_find(s->model, pos, 1, &row, deadline);

        if (found != MODEL_FOUND) {
            log->unsettled |= found == MODEL_BUSY;
            break;
        }
        d.cursor = row.pos == log->cursor;
        if (before != CAPTURE_NO_TIME) {
            d.delta = row.time > before ? row.time - before : 0;
        }
        draw_row(&d, &c);
        before = row.time;
        pos = row.pos + 1;
    }
}

const PaneOps pane_log = { draw, act, click, wheel };
