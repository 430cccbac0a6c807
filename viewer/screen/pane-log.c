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
#include "guest-colours.h"
#include "pane.h"
#include "row-text.h"
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

/* No further than the longest row on the screen goes. */
static void scroll_sideways(View *v, int cells)
{
    LogState *log = &view_source(v)->log;

    if (v->settings.wrap) {
        view_say(v, "long lines are wrapped; W cuts them");
    } else if (cells > 0 && log->skip >= log->skip_max) {
        view_say(v, "no line goes on to the right");
    } else {
        log->skip = CLAMP(log->skip + cells, 0, log->skip_max);
    }
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
    const LogState *log = &view_source(v)->log;

    if (y > 0 && (guint)y <= log->lines->len) {
        log_goto(v, g_array_index(log->lines, uint64_t, y - 1), 1);
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
    digits += v->settings.time == TIME_DELTA || v->settings.time == TIME_MARK ||
              v->settings.time == TIME_BOOT;
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
    const Columns *columns;
    bool cursor, focus;
    int y, x, left; /* cells left */
    int lines; /* of the screen, that are left */
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
    int mark = log_mark_at(&d->s->log, d->row->pos);
    char text[2] = "m";

    if (mark >= 0) {
        if (mark < 9) {
            text[0] = '1' + mark;
        }
        put_text(d->y, d->x, 1, STYLE_MARK, text);
    } else if (d->row->milestone) {
        put_text(d->y, d->x, 1, row_style(d, STYLE_MILESTONE), glyph("◆", "*"));
    }
    advance(d, 1);
}

static void draw_times(RowDraw *d)
{
    const Columns *c = d->columns;
    uint64_t wait = row_delta_wait(d->row->delta);

    if (c->time) {
        g_autoptr(GString) text = g_string_new(NULL);

        log_append_time(text, d->s, d->v->settings.time, d->row, c->decimals);
        put_right(d->y, d->x, MIN(c->time, d->left),
                  row_style(d, d->v->settings.time == TIME_DELTA
                                   ? delta_style(wait)
                                   : STYLE_TIME),
                  text->str);
        advance(d, c->time + 1);
    }
    if (c->delta && !d->row->delta.first) {
        char text[32];

        format_delta(text, sizeof(text), d->row->delta);
        put_right(d->y, d->x, MIN(c->delta, d->left),
                  row_style(d, delta_style(wait)), text);
    }
    advance(d, c->delta ? c->delta + 1 : 0);
    if (c->bar && delta_weight(wait) > 0 && !d->cursor) {
        /* The cursor's row keeps its ground. */
        put_bar(d->y, d->x, c->bar, delta_weight(wait), delta_style(wait));
    }
    advance(d, c->bar ? c->bar + 1 : 0);
}

static void draw_tag(RowDraw *d)
{
    int width = d->columns->stream;

    if (width && d->row->kind == ROW_LINE) {
        g_autofree char *tag =
            stream_tag(model_streams(d->s->model), d->row->stream);

        put_text(d->y, d->x, MIN(width, d->left),
                 row_style(d, stream_style(d->row->stream)), tag);
    }
    advance(d, width ? width + 1 : 0);
}

/* Where a line of the screen shows the text from its cell @skip on. */
typedef struct Stretch {
    int y, x, width, skip;
} Stretch;

/* The text once more, but only where the pattern matches. */
static void draw_matches(const Stretch *at, const char *text,
                         const GRegex *regex, Style style)
{
    GMatchInfo *info = NULL;

    g_regex_match(regex, text, 0, &info);
    while (g_match_info_matches(info)) {
        int from, to, x;
        g_autofree char *before = NULL;

        g_match_info_fetch_pos(info, 0, &from, &to);
        before = g_strndup(text, from);
        x = text_width(before) - at->skip;
        if (to > from && x < at->width) {
            put_text_skip(at->y, at->x + MAX(x, 0), at->width - MAX(x, 0),
                          style_attributes(style), text + from, to - from,
                          MAX(-x, 0));
        }
        g_match_info_next(info, NULL);
    }
    g_match_info_free(info);
}

/* Where the row's byte @to stands in the text as it is shown. */
static size_t shown_up_to(const Row *row, size_t to)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Row part = *row;

    part.len = MIN(part.len, to);
    row_append_text(text, &part);
    return text->len;
}

/* The text once more, in the colours that the guest gave it. */
static void draw_colours(RowDraw *d, const Stretch *at, const GString *text)
{
    g_autoptr(GArray) runs = guest_colours(d->row);

    for (guint i = 0; runs && i < runs->len; i++) {
        const ColourRun *run = &g_array_index(runs, ColourRun, i);
        size_t from = shown_up_to(d->row, run->from);
        size_t to = MIN(shown_up_to(d->row, run->to), text->len);
        g_autofree char *before = g_strndup(text->str, MIN(from, to));
        int x = text_width(before) - at->skip;

        if (x >= at->width) {
            break;
        }
        if (to > from) {
            put_text_skip(at->y, at->x + MAX(x, 0), at->width - MAX(x, 0),
                          run->attributes, text->str + from, to - from,
                          MAX(-x, 0));
        }
    }
}

static Style text_style(const RowDraw *d)
{
    switch (d->row->kind) {
    case ROW_LINE:
        return row_style(d, d->row->milestone ? STYLE_MILESTONE : STYLE_NORMAL);
    case ROW_MILESTONE:
        return row_style(d, STYLE_MILESTONE);
    case ROW_LOST:
        return row_style(d, STYLE_LOST);
    case ROW_EVENT:
        break;
    }
    return row_style(d, STYLE_EVENT);
}

static void draw_stretch(RowDraw *d, const Stretch *at, const GString *text)
{
    const Settings *settings = &d->v->settings;

    put_text_skip(at->y, at->x, at->width, style_attributes(text_style(d)),
                  text->str, text->len, at->skip);
    if (settings->guest_colours && !d->cursor && !d->v->controls) {
        draw_colours(d, at, text);
    }
    for (int i = 0; i < settings->n_highlights; i++) {
        draw_matches(at, text->str, settings->highlights[i], STYLE_OWN_1 + i);
    }
    if (d->v->search.regex && d->v->search.highlight) {
        draw_matches(at, text->str, d->v->search.regex, STYLE_MATCH);
    }
}

/* At the right end of a line that is a milestone; NULL: it is none. */
static char *milestone_name(const Row *row, int left)
{
    return row->kind == ROW_LINE && row->milestone && left > 40
               ? g_strdup_printf(" %s %s", glyph("◂", "<"), row->milestone)
               : NULL;
}

/* Cells for the text, of those that are left in a row. */
static int room_for(const Row *row, int left)
{
    g_autofree char *name = milestone_name(row, left);

    return MAX(left - (name ? text_width(name) : 0), 1);
}

static void draw_milestone(RowDraw *d)
{
    const Search *search = &d->v->search;
    g_autofree char *name = milestone_name(d->row, d->left);
    bool match = name && search->regex && search->highlight &&
                 g_regex_match(search->regex, d->row->milestone, 0, NULL);

    if (name) {
        put_right(d->y, d->x, d->left,
                  match ? STYLE_MATCH : row_style(d, STYLE_EVENT), name);
    }
}

/*
 * One line of the screen, with a sign at an edge beyond which the text goes
 * on.  Signs have cells of their own: half a wide character would be left
 * under them.
 */
static void draw_cut(RowDraw *d, const GString *text)
{
    LogState *log = &d->s->log;
    int room = room_for(d->row, d->left);
    int width = text_width(text->str);
    bool event = d->row->kind != ROW_LINE;
    /* A milestone's name stays in sight. */
    int skip = d->v->settings.wrap || (event && width <= room) ? 0 : log->skip;
    bool before = skip > 0 && width > 0;
    bool behind = width - skip > room;
    const Stretch at = { d->y, d->x + before, room - before - behind,
                         skip + before };

    log->skip_max = MAX(log->skip_max, width - room);
    draw_stretch(d, &at, text);
    if (before) {
        put_text(d->y, d->x, 1, STYLE_KEY, "<");
    }
    if (behind) {
        put_text(d->y, d->x + room - 1, 1, STYLE_KEY, ">");
    }
    if (d->row->kind == ROW_MILESTONE && !before && width + 1 < room) {
        put_rule(d->y, d->x + width + 1, room - width - 1,
                 row_style(d, STYLE_FRAME));
    }
}

/* Returns how many lines of the screen it took. */
static int draw_wrapped(RowDraw *d, const GString *text)
{
    int room = room_for(d->row, d->left);
    g_autoptr(GArray) starts = text_wrap(text->str, room, d->lines);

    for (guint i = 0; i < starts->len; i++) {
        int skip = g_array_index(starts, int, i);
        int next = i + 1 < starts->len ? g_array_index(starts, int, i + 1)
                                       : skip + room;
        const Stretch at = { d->y + i, d->x, next - skip, skip };

        if (i > 0 && d->cursor) {
            put_blank(at.y, d->x, d->left, row_style(d, STYLE_NORMAL));
        }
        draw_stretch(d, &at, text);
    }
    return starts->len;
}

/* What is before the text: an event's rule, or that a row is not whole. */
static const char *sign_of(const Row *row)
{
    return row->kind != ROW_LINE ? glyph("── ", "-- ")
           : row->continued      ? glyph("↪ ", "> ")
           : row->overwritten    ? glyph("⇤ ", "< ")
                                 : "";
}

/* The row's text, no more of it than can be seen. */
static GString *text_of(const Row *row, uint64_t cells)
{
    GString *text = g_string_new(NULL);
    Row part = *row;

    part.len = MIN(part.len, cells * BYTES_PER_CELL);
    part.n_bytes = MIN(part.n_bytes, cells * BYTES_PER_CELL);
    row_append_text(text, &part);
    return text;
}

/* Cells before the text. */
static int text_at(const Columns *c, const Row *row)
{
    return 1 + (c->time ? c->time + 1 : 0) + (c->delta ? c->delta + 1 : 0) +
           (c->bar ? c->bar + 1 : 0) + (c->stream ? c->stream + 1 : 0) +
           text_width(sign_of(row));
}

static void draw_sign(RowDraw *d)
{
    const char *sign = sign_of(d->row);

    put_text(d->y, d->x, d->left,
             d->row->kind == ROW_LINE ? row_style(d, STYLE_HINT)
                                      : text_style(d),
             sign);
    advance(d, text_width(sign));
}

static int draw_row(RowDraw *d)
{
    bool wrap = d->v->settings.wrap;
    g_autoptr(GString) text = NULL;

    if (d->cursor) {
        put_blank(d->y, d->x, d->left, row_style(d, STYLE_NORMAL));
    }
    draw_gutter(d);
    draw_times(d);
    draw_tag(d);
    draw_sign(d);
    if (d->left <= 0) {
        return 1;
    }
    text = text_of(d->row, (uint64_t)d->left * (wrap ? d->lines : 1) +
                               d->s->log.skip + 64);
    draw_milestone(d);
    if (wrap && text_width(text->str) > room_for(d->row, d->left)) {
        return draw_wrapped(d, text);
    }
    draw_cut(d, text);
    return 1;
}

static void draw_title(View *v, const Box *box, bool focus)
{
    Source *s = view_source(v);
    const StreamNames *names = model_streams(s->model);
    int used = put_title(box, "Log", focus);
    int end = box->width;
    g_autofree char *time = g_strdup_printf(
        "time: %s ", v->settings.time == TIME_MARK && !log_mark(&s->log)
                         ? "start, no mark"
                     : v->settings.time == TIME_START &&
                             model_clock(s->model) == CAPTURE_CLOCK_MODE_VIRTUAL
                         ? "virtual"
                         : time_mode_name(v->settings.time));

    for (int i = 0; i < names->count && used < end - 12; i++) {
        g_autofree char *tag = stream_tag(names, i);
        bool hidden = model_is_hidden(s->model, i);

        if (!names->label[i][0] && !model_stream_bytes(s->model, i)) {
            continue;
        }
        used +=
            put_format(box->y, box->x + used, end - used, title_style(focus),
                       hidden ? " (%s hidden) " : " %s ", tag);
    }
    for (guint i = 0;
         model_filter(s->model) && filter_part(model_filter(s->model), i);
         i++) {
        used += put_format(box->y, box->x + used, end - used, STYLE_MATCH,
                           " & %s ", filter_part(model_filter(s->model), i));
    }
    if (end - used > text_width(time) + 1) {
        put_right(box->y, box->x + used, end - used, title_style(focus), time);
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

/* Lines of the screen that a row takes. */
static int height_of(const View *v, const Columns *c, const Box *box,
                     const Row *row)
{
    int left = room_for(row, box->width - text_at(c, row));
    int most = MAX(box->height - 1, 1);
    g_autoptr(GString) text = NULL;
    g_autoptr(GArray) starts = NULL;

    if (!v->settings.wrap) {
        return 1;
    }
    text = text_of(row, (uint64_t)left * most);
    starts = text_wrap(text->str, left, most);
    return starts->len;
}

/* The first row of a screen whose last one is at @pos. */
static uint64_t top_for(View *v, const Columns *c, const Box *box, uint64_t pos)
{
    Source *s = view_source(v);
    int64_t deadline = view_deadline();
    int left = box->height - 1;
    uint64_t top = pos;
    Row row;

    while (model_find(s->model, pos, -1, &row, deadline) == MODEL_FOUND) {
        left -= height_of(v, c, box, &row);
        if (left < 0) {
            break;
        }
        top = row.pos;
        if (left == 0 || row.pos == 0) {
            break;
        }
        pos = row.pos - 1;
    }
    return top;
}

/* Chooses the first row so that the cursor is on the screen. */
static void scroll_to_cursor(View *v, const Columns *c, const Box *box)
{
    Source *s = view_source(v);
    LogState *log = &s->log;
    int64_t deadline = view_deadline();
    int left = box->height - 1;
    uint64_t pos;
    bool seen = false;
    Row row;

    if (log->follow || log->cursor == MODEL_END) {
        log->top = top_for(v, c, box, log->cursor);
        return;
    }
    log->top = MIN(log->top, log->cursor);
    for (pos = log->top; left > 0; pos = row.pos + 1) {
        if (model_find(s->model, pos, 1, &row, deadline) != MODEL_FOUND) {
            break;
        }
        left -= height_of(v, c, box, &row);
        seen |= row.pos == log->cursor && (left >= 0 || row.pos == log->top);
    }
    if (!seen) {
        log->top = top_for(v, c, box, log->cursor);
    } else if (left > 0) {
        /* The end came before the screen was full. */
        log->top = MIN(log->top, top_for(v, c, box, MODEL_END));
    }
}

/* Sideways, until what was found is on the screen. */
static void show_match(View *v, const Columns *c, const Box *box)
{
    Source *s = view_source(v);
    LogState *log = &s->log;
    g_autoptr(GString) text = NULL;
    g_autoptr(GMatchInfo) info = NULL;
    int from, to, x, end, left;
    Row row;

    if (log->show_match == MODEL_END || v->settings.wrap ||
        model_find(s->model, log->show_match, 1, &row, view_deadline()) !=
            MODEL_FOUND) {
        return;
    }
    log->show_match = MODEL_END;
    left = room_for(&row, box->width - text_at(c, &row));
    text = g_string_new(NULL);
    row_append_text(text, &row);
    if (!v->search.regex ||
        !g_regex_match(v->search.regex, text->str, 0, &info)) {
        return;
    }
    g_match_info_fetch_pos(info, 0, &from, &to);
    g_string_truncate(text, to);
    end = text_width(text->str);
    g_string_truncate(text, from);
    x = text_width(text->str);
    if (x < log->skip || end > log->skip + left - 1) {
        log->skip = end < left ? 0 : MAX(MIN(x, end - left / 2), 0);
    }
}

static void draw(View *v, const Box *box, bool focus)
{
    Source *s = view_source(v);
    LogState *log = &s->log;
    int64_t deadline = view_deadline();
    Columns c = choose_columns(v, s, box->width);
    uint64_t pos;
    Row row;

    draw_title(v, box, focus);
    log_settle(v);
    g_array_set_size(log->lines, 0);
    log->skip_max = 0;
    if (!log->has_row) {
        draw_empty(v, box);
        return;
    }
    scroll_to_cursor(v, &c, box);
    show_match(v, &c, box);
    pos = log->top;
    for (int y = 1; y < box->height;) {
        RowDraw d = { v,     s,          &row,   &c,         false,
                      focus, box->y + y, box->x, box->width, box->height - y };
        ModelFound found = model_find(s->model, pos, 1, &row, deadline);
        int lines;

        if (found != MODEL_FOUND) {
            log->unsettled |= found == MODEL_BUSY;
            break;
        }
        d.cursor = row.pos == log->cursor;
        lines = draw_row(&d);
        for (int i = 0; i < lines; i++) {
            g_array_append_val(log->lines, row.pos);
        }
        y += lines;
        pos = row.pos + 1;
    }
    /* What was scrolled to may be gone by now. */
    if (log->skip > log->skip_max && !v->settings.wrap) {
        log->skip = log->skip_max;
        v->dirty = true;
    }
}

static const PaneHint hints[] = {
    { ACTION_SEARCH, "search" },
    { ACTION_FILTER, "filter" },
    { ACTION_SLOWEST, "slowest" },
    { ACTION_PROFILE, "" },
    { ACTION_PROFILE_OF, "functions" },
    { ACTION_COMPARE, "compare" },
    { ACTION_MILESTONE_PREVIOUS, "" },
    { ACTION_MILESTONE_NEXT, "milestone" },
    { ACTION_JUMP, "jump" },
    { ACTION_ENTER, "line" },
    { ACTION_MARK, "" },
    { ACTION_MARKS, "marks" },
    { ACTION_TIME, "time" },
    { ACTION_COPY, "copy" },
    { ACTION_WRITE, "write" },
    { ACTION_WRAP, "wrap" },
    { ACTION_STREAM, "stream" },
    { ACTION_BACK, "back" },
    { ACTION_FOLLOW, "follow" },
    { ACTION_NONE, NULL },
};

const PaneOps pane_log = {
    .draw = draw,
    .act = act,
    .click = click,
    .wheel = wheel,
    .hints = hints,
};
