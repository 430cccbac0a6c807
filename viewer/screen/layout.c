/*
 * The layout of the screen.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <curses.h>
#include <string.h>

#include "copies-text.h"
#include "cursor.h"
#include "layout.h"
#include "pane-table.h"
#include "status.h"

/* The copies are beside the log where that leaves it this many cells. */
#define LOG_WIDTH 80
#define COPIES_WIDTH 44
#define COPIES_WIDTH_MAX 64

/* What the log and the copies take together, for those to be a pane. */
#define TALL 24

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
 * Lines for the copies below the log: a line that tells the largest, or, on a
 * high screen and while they have the keys, no more than there are rows.
 */
static int copies_height(const View *v, int height)
{
    g_autoptr(GArray) shown = copies_sorted(v, SORT_ORDER);
    int rows = shown->len;

    if (!rows || height < 10) {
        return 0;
    }
    if (height < 18 || (height < TALL && v->focus != PANE_COPIES)) {
        return 1;
    }
    return CLAMP(rows + 4, 6, MAX(height / 4 + 1, 6));
}

/* Lines for the functions where they are below the log. */
static int profile_height(int height)
{
    return height < 12 ? 0 : CLAMP(height * 2 / 5, 5, 16);
}

/* Cells at the right end of @rest, with a rule before them. */
static Box cut_right(Box *rest)
{
    Box box = *rest;

    box.width =
        CLAMP(rest->width - LOG_WIDTH - 1, COPIES_WIDTH, COPIES_WIDTH_MAX);
    box.x = rest->x + rest->width - box.width;
    rest->width -= box.width + 1;
    return box;
}

/* The lower @lines of @rest. */
static Box cut_below(Box *rest, int lines)
{
    Box box = *rest;

    box.height = lines;
    box.y = rest->y + rest->height - lines;
    rest->height -= lines;
    return box;
}

static bool wants_profile(const View *v)
{
    return v->profile != PROFILE_HIDDEN &&
           model_profile_hz(view_source(v)->model);
}

/* The copies above, the functions below; either may be alone. */
static void share_column(View *v, Box column, bool copies, bool profile)
{
    g_autoptr(GArray) rows = copies_sorted(v, SORT_ORDER);

    if (copies && profile) {
        v->boxes[PANE_PROFILE] = cut_below(
            &column, column.height - CLAMP((int)rows->len + 6, 4,
                                           MAX(column.height / 2, 4)));
    } else if (profile) {
        v->boxes[PANE_PROFILE] = column;
    }
    if (copies) {
        v->boxes[PANE_COPIES] = column;
    }
}

static void place_beside(View *v, Box *rest)
{
    CopiesPlace place = v->settings.copies;
    bool room = rest->width >= LOG_WIDTH + 1 + COPIES_WIDTH;
    bool profile = wants_profile(v);
    bool copies, below;

    if (place == COPIES_AUTO) {
        place = room ? COPIES_BESIDE : COPIES_BELOW;
    }
    copies = place == COPIES_BESIDE && rest->width >= 80;
    room &= rest->height >= 12;
    if (copies || (profile && room)) {
        share_column(v, cut_right(rest), copies, profile && room);
    }
    below = profile && !room && v->profile == PROFILE_SHOWN;
    if (!copies && place != COPIES_OFF) {
        int lines = copies_height(v, rest->height);

        /* Who asks for the functions wants them, and the log. */
        v->boxes[PANE_COPIES] = cut_below(rest, below ? MIN(lines, 1) : lines);
    }
    if (below) {
        v->boxes[PANE_PROFILE] = cut_below(rest, profile_height(rest->height));
    }
}

void screen_lay_out(View *v)
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
    if (pane_kind(v->open) == PANE_OVERLAY) {
        v->boxes[v->open] = rest;
        return;
    }
    place_beside(v, &rest);
    v->boxes[PANE_LOG] = rest;
    if (!view_has_pane(v, v->focus)) {
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

/* The rule between the log and what is beside it. */
static void draw_frame(const View *v)
{
    static const PaneId beside[] = { PANE_COPIES, PANE_PROFILE };

    for (size_t i = 0; i < G_N_ELEMENTS(beside); i++) {
        const Box *box = &v->boxes[beside[i]];

        for (int y = 0; box->x > 0 && y < box->height; y++) {
            put_text(box->y + y, box->x - 1, 1, STYLE_FRAME, glyph("│", "|"));
        }
    }
}

static void draw_panes(View *v)
{
    screen_lay_out(v);
    draw_frame(v);
    if (!view_has_pane(v, PANE_LOG)) {
        log_settle(v);
    }
    for (PaneId id = 0; id < PANE_COUNT; id++) {
        if (view_has_pane(v, id)) {
            pane_ops(id)->draw(v, &v->boxes[id], pane_with_keys(v) == id);
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
