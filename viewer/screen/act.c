/*
 * What actions do everywhere, where the pane has no other use for them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <curses.h>

#include "act.h"
#include "cursor.h"
#include "jobs.h"
#include "layout.h"
#include "prompt.h"

static void next_pane(View *v, int step)
{
    int at = v->focus;

    do {
        at = (at + step + PANE_COUNT) % PANE_COUNT;
    } while (pane_kind(at) != PANE_TILED ||
             (!view_has_pane(v, at) && at != PANE_LOG));
    v->focus = at;
}

static void leave(View *v)
{
    if (v->open != PANE_LOG) {
        v->open = PANE_LOG;
    } else {
        v->quit = true;
    }
}

static void open_pane(View *v, PaneId id)
{
    v->open = v->open == id ? PANE_LOG : id;
}

static void next_time(View *v)
{
    static const char *const texts[TIME_MODES] = {
        "since the start", "since the row above",  "wall clock",
        "since the mark",  "QEMU's virtual clock",
    };

    v->settings.time = (v->settings.time + 1) % TIME_MODES;
    view_say(v, "time: %s", texts[v->settings.time]);
}

static void cancel(View *v)
{
    if (v->open != PANE_LOG) {
        v->open = PANE_LOG;
    } else {
        v->focus = PANE_LOG;
        /* The highlights go. */
        g_clear_pointer(&v->search.regex, g_regex_unref);
    }
}

static void act_prompt(View *v, PromptKind kind)
{
    v->open = PANE_LOG;
    v->focus = PANE_LOG;
    prompt_open(v, kind);
}

/* What works everywhere. */
void act_global(View *v, Action action)
{
    switch (action) {
    case ACTION_FOLLOW:
        v->open = PANE_LOG;
        log_follow(v);
        break;
    case ACTION_SEARCH:
        act_prompt(v, PROMPT_SEARCH);
        break;
    case ACTION_SEARCH_BACK:
        act_prompt(v, PROMPT_SEARCH_BACK);
        break;
    case ACTION_NEXT:
        search_start(v, v->search.step);
        break;
    case ACTION_PREVIOUS:
        search_start(v, -v->search.step);
        break;
    case ACTION_FILTER:
        act_prompt(v, PROMPT_FILTER);
        break;
    case ACTION_STREAM:
        act_prompt(v, PROMPT_STREAM);
        break;
    case ACTION_WRITE:
        act_prompt(v, PROMPT_WRITE);
        break;
    case ACTION_MARK:
        log_set_mark(v);
        break;
    case ACTION_TIME:
        next_time(v);
        break;
    case ACTION_SLOWEST:
        open_pane(v, PANE_SLOWEST);
        break;
    case ACTION_HELP:
        open_pane(v, PANE_HELP);
        break;
    case ACTION_MILESTONE_NEXT:
        log_goto_milestone(v, 1);
        break;
    case ACTION_MILESTONE_PREVIOUS:
        log_goto_milestone(v, -1);
        break;
    case ACTION_PANE:
        next_pane(v, 1);
        break;
    case ACTION_PANE_BACK:
        next_pane(v, -1);
        break;
    case ACTION_CAPTURE:
        v->current = (v->current + 1) % v->sources->len;
        break;
    case ACTION_REDRAW:
        clearok(curscr, TRUE);
        break;
    case ACTION_CANCEL:
        cancel(v);
        break;
    case ACTION_QUIT:
        leave(v);
        break;
    default:
        break;
    }
}
