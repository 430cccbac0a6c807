/*
 * The layout of the screen.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <curses.h>
#include <string.h>

#include "layout.h"

/* Beside the log from this width on. */
#define BESIDE_WIDTH 108

static const PaneOps *const ops[PANE_COUNT] = {
    [PANE_LOG] = &pane_log,           [PANE_COPIES] = &pane_copies,
    [PANE_TIMELINE] = &pane_timeline, [PANE_SLOWEST] = &pane_slowest,
    [PANE_HELP] = &pane_help,
};

const PaneOps *pane_ops(PaneId id)
{
    return ops[id];
}

bool pane_is_visible(const View *v, PaneId id)
{
    return v->boxes[id].height > 0;
}

/* ------------------------------------------------------------------ */
/* Layout                                                              */

/* Lines for the timeline; it gives way before the log does. */
static int timeline_height(const View *v, int height)
{
    if (!v->settings.timeline || height < 12) {
        return 0;
    }
    return height < 16 ? 1 : height < 20 ? 2 : height < 32 ? 4 : 5;
}

/*
 * Lines for the copies below the log: no more than there are rows, but at
 * least two rows.  They fold away on a small screen.
 */
static int copies_height(const View *v, int height)
{
    int rows = capture_copies_count(model_copies(view_source(v)->model));

    if (height < 18 || !rows) {
        return 0;
    }
    return CLAMP(rows + 4, 6, MAX(height / 4 + 1, 6));
}

static void place_copies(View *v, Box *rest)
{
    CopiesPlace place = v->settings.copies;
    Box *box = &v->boxes[PANE_COPIES];

    if (place == COPIES_AUTO) {
        place = rest->width >= BESIDE_WIDTH ? COPIES_BESIDE : COPIES_BELOW;
    }
    if (place == COPIES_BESIDE && rest->width >= 80) {
        *box = *rest;
        box->width = CLAMP(rest->width * 2 / 5, 44, 64);
        box->x = rest->x + rest->width - box->width;
        rest->width -= box->width + 1;
    } else if (place == COPIES_BELOW || place == COPIES_BESIDE) {
        *box = *rest;
        box->height = copies_height(v, rest->height);
        box->y = rest->y + rest->height - box->height;
        rest->height -= box->height;
    }
    v->copies_line = place != COPIES_OFF && box->height == 0;
}

static void lay_out(View *v)
{
    Box rest = { 0, 0, LINES, COLS };
    int lines = timeline_height(v, LINES);

    memset(v->boxes, 0, sizeof(v->boxes));
    v->hints = (Box){ rest.height - 1, 0, 1, rest.width };
    v->status = (Box){ rest.height - 2, 0, 1, rest.width };
    rest.height -= 2;
    v->boxes[PANE_TIMELINE] = (Box){ 0, 0, lines, rest.width };
    rest.y += lines;
    rest.height -= lines;
    if (v->open == PANE_HELP || v->open == PANE_SLOWEST) {
        v->boxes[v->open] = rest;
        v->copies_line = true;
        return;
    }
    place_copies(v, &rest);
    v->boxes[PANE_LOG] = rest;
    if (!pane_is_visible(v, v->focus)) {
        v->focus = PANE_LOG;
    }
}

/* ------------------------------------------------------------------ */
/* Drawing                                                             */

static void draw_too_small(void)
{
    char text[64];

    g_snprintf(text, sizeof(text), "%dx%d is too small", COLS, LINES);
    put_text(LINES / 2, 0, COLS, STYLE_ERROR, text);
    if (LINES > 2) {
        g_snprintf(text, sizeof(text), "%dx%d is needed", SCREEN_WIDTH_MIN,
                   SCREEN_HEIGHT_MIN);
        put_text(LINES / 2 + 1, 0, COLS, STYLE_NORMAL, text);
    }
}

static void draw_frame(const View *v)
{
    const Box *copies = &v->boxes[PANE_COPIES];

    if (copies->height && copies->x > 0) {
        for (int y = 0; y < copies->height; y++) {
            put_text(copies->y + y, copies->x - 1, 1, STYLE_FRAME,
                     glyph("│", "|"));
        }
    }
}

static void draw_panes(View *v)
{
    /* The log first: it finds the row that others point at. */
    static const PaneId order[] = { PANE_LOG, PANE_COPIES, PANE_TIMELINE,
                                    PANE_SLOWEST, PANE_HELP };

    lay_out(v);
    draw_frame(v);
    if (!pane_is_visible(v, PANE_LOG)) {
        log_settle(v);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
        PaneId id = order[i];

        if (pane_is_visible(v, id)) {
            ops[id]->draw(v, &v->boxes[id],
                          v->open == PANE_LOG ? v->focus == id : v->open == id);
        }
    }
    status_draw(v);
}

void screen_draw(View *v)
{
    erase();
    v->too_small = COLS < SCREEN_WIDTH_MIN || LINES < SCREEN_HEIGHT_MIN;
    if (v->too_small) {
        draw_too_small();
    } else {
        draw_panes(v);
    }
    /* Where the cursor cannot be hidden it is out of the way there. */
    move(LINES - 1, 0);
    refresh();
}

void screen_draw_message(const char *text)
{
    erase();
    put_text(LINES / 2, MAX((COLS - text_width(text)) / 2, 0), COLS,
             STYLE_NORMAL, text);
    move(LINES - 1, 0);
    refresh();
}

int put_title(const Box *box, const char *title, bool focus)
{
    put_blank(box->y, box->x, box->width, STYLE_TITLE);
    return put_format(box->y, box->x, box->width,
                      focus ? STYLE_TITLE_FOCUS : STYLE_TITLE, " %s ", title);
}

bool list_move(Action action, int rows, int page, int *selected)
{
    switch (action) {
    case ACTION_DOWN:
        ++*selected;
        break;
    case ACTION_UP:
        --*selected;
        break;
    case ACTION_PAGE_DOWN:
        *selected += page;
        break;
    case ACTION_PAGE_UP:
        *selected -= page;
        break;
    case ACTION_HALF_DOWN:
        *selected += (page + 1) / 2;
        break;
    case ACTION_HALF_UP:
        *selected -= (page + 1) / 2;
        break;
    case ACTION_FIRST:
        *selected = 0;
        break;
    case ACTION_LAST:
        *selected = rows - 1;
        break;
    default:
        return false;
    }
    *selected = CLAMP(*selected, 0, MAX(rows - 1, 0));
    return true;
}

void list_scroll(int selected, int rows, int page, int *top)
{
    if (selected < *top) {
        *top = selected;
    }
    if (selected >= *top + page) {
        *top = selected - page + 1;
    }
    *top = CLAMP(*top, 0, MAX(rows - page, 0));
}
