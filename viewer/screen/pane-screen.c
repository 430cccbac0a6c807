/*
 * The terminal of a stream as it stood at the log's cursor: menus, installers
 * and memtest86+ are screens, not lines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <curses.h>
#include <string.h>

#include "cursor.h"
#include "pane.h"
#include "viewer/common/screen-at.h"
#include "widgets.h"

/* The stream of the cursor's line; else the console. */
static int wanted_stream(const Source *s)
{
    CaptureReader *r;
    int stream = s->screen ? s->screen_stream : 0;

    if (s->log.has_row && s->log.row.kind == ROW_LINE) {
        return s->log.row.stream;
    }
    r = s->screen ? NULL : capture_reader_open(model_path(s->model), NULL);
    if (r) {
        stream = screen_choose_stream(r);
        capture_reader_close(r);
    }
    return stream;
}

/* With the whole of the cursor's line written. */
static uint64_t wanted_time(const Source *s)
{
    const Row *row = &s->log.row;

    if (s->log.follow || !s->log.has_row) {
        return model_end_time(s->model);
    }
    return row->kind == ROW_LINE ? row->end_time : row->time;
}

/* False: there is more to do. */
static bool seek(Source *s, int64_t deadline)
{
    int stream = wanted_stream(s);

    if (s->screen && s->screen_stream != stream) {
        g_clear_pointer(&s->screen, screen_at_free);
    }
    if (!s->screen) {
        s->screen = screen_at_new(
            model_path(s->model), stream,
            model_clock(s->model) == CAPTURE_CLOCK_MODE_VIRTUAL, NULL);
        s->screen_stream = stream;
    }
    return !s->screen || screen_at_seek(s->screen, wanted_time(s), deadline);
}

static bool work(View *v, int64_t deadline)
{
    bool done = seek(view_source(v), deadline);

    v->dirty |= done;
    return !done;
}

static uint32_t attributes_of(const ScreenCell *cell, bool cursor, bool colours)
{
    uint32_t attributes = style_attributes(STYLE_NORMAL);

    if (colours && (cell->fg >= 0 || cell->bg >= 0)) {
        attributes = terminal_colours(cell->fg, cell->bg);
    }
    attributes |= cell->bold ? A_BOLD : 0;
    attributes |= cell->underline ? A_UNDERLINE : 0;
    return cell->reverse != cursor ? attributes | A_REVERSE : attributes;
}

static void draw_row(const View *v, int row, int y, int x, int width)
{
    const Source *s = view_source(v);
    int cursor_row, cursor_column;
    bool shown = screen_at_cursor(s->screen, &cursor_row, &cursor_column);

    for (int column = 0; column < MIN(SCREEN_COLUMNS, width); column++) {
        ScreenCell cell;
        bool cursor = shown && row == cursor_row && column == cursor_column;
        const char *text;

        screen_at_cell(s->screen, row, column, &cell);
        if (cell.width) {
            text = cell.text[0] ? cell.text : " ";
            put_text_skip(
                y, x + column, MIN(cell.width, width - column),
                attributes_of(&cell, cursor, v->settings.guest_colours), text,
                strlen(text), 0);
        }
    }
}

static void draw_title(const Source *s, const Box *box, bool focus)
{
    g_autofree char *tag =
        stream_tag(model_streams(s->model), wanted_stream(s));
    g_autoptr(GString) title = g_string_new("Screen of ");

    g_string_append_printf(title, "%s at ", tag);
    append_seconds(title, wanted_time(s), 6);
    g_string_append(title, " s");
    if (box->width < SCREEN_COLUMNS) {
        g_string_append_printf(title, ", columns 1-%d", box->width);
    }
    put_title(box, title->str, focus);
}

/* Where there is no room for all rows, those around the cursor. */
static int first_row(const Source *s, int page)
{
    int row, column;

    screen_at_cursor(s->screen, &row, &column);
    return CLAMP(row + 2 - page, 0, MAX(SCREEN_ROWS - page, 0));
}

static void draw(View *v, const Box *box, bool focus)
{
    Source *s = view_source(v);
    int page = box->height - 1;
    int top;

    draw_title(s, box, focus);
    if (!seek(s, view_deadline())) {
        put_text(box->y + 2, box->x + 2, box->width - 3, STYLE_HINT,
                 "reading ...");
        v->working = true;
        return;
    }
    if (!s->screen) {
        put_text(box->y + 2, box->x + 2, box->width - 3, STYLE_HINT,
                 "the capture cannot be read");
        return;
    }
    top = first_row(s, page);
    for (int i = 0; i < page && top + i < SCREEN_ROWS; i++) {
        draw_row(v, top + i, box->y + 1 + i, box->x, box->width);
    }
}

static bool move_log(View *v, Action action)
{
    switch (action) {
    case ACTION_FIRST:
        log_jump(v, 0, 1);
        return true;
    case ACTION_LAST:
    case ACTION_FOLLOW:
        log_follow(v);
        return true;
    case ACTION_MILESTONE_NEXT:
    case ACTION_MILESTONE_PREVIOUS:
        log_goto_milestone(v, action == ACTION_MILESTONE_NEXT ? 1 : -1);
        return true;
    default:
        return pane_log.act(v, action);
    }
}

/* The log's cursor moves under the screen, which stays open. */
static bool act(View *v, Action action)
{
    PaneId focus = v->focus;
    bool done = move_log(v, action);

    if (done) {
        v->open = PANE_SCREEN;
        v->focus = focus;
    }
    v->dirty = true;
    return done;
}

static void click(View *v, const Box *box, int y, int x)
{
}

static void wheel(View *v, int rows)
{
    pane_log.wheel(v, rows);
    v->dirty = true;
}

static const PaneHint hints[] = {
    { ACTION_DOWN, "" },
    { ACTION_UP, "the screen at another line" },
    { ACTION_MILESTONE_NEXT, "next milestone" },
    { ACTION_NONE, NULL },
};

const PaneOps pane_screen = {
    .draw = draw,
    .act = act,
    .click = click,
    .wheel = wheel,
    .hints = hints,
    .work = work,
};
