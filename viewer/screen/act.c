/*
 * What actions do everywhere, where the pane has no other use for them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <curses.h>

#include "act.h"
#include "cursor.h"
#include "layout.h"
#include "pane-table.h"
#include "prompt.h"
#include "write.h"
#include "zoom.h"

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
    } else if (v->was_covered) {
        /* The key before left a list: this one may be meant for that. */
        view_say(v, "once more quits");
    } else {
        v->quit = true;
    }
}

/* An overlay opens, or closes; a pane beside the log gets the keys. */
static void open_pane(View *v, PaneId id)
{
    if (pane_kind(id) == PANE_TILED) {
        v->focus = view_has_pane(v, id) ? id : v->focus;
        return;
    }
    v->open = v->open == id ? PANE_LOG : id;
    v->lists[id] = (ListState){ 0, 0 };
}

static void open_compare(View *v)
{
    if (v->sources->len < 2 && source_boots(view_source(v)) < 2) {
        view_complain(v, "one boot alone: name a second capture, as in "
                         "bootstamp view A.bst B.bst");
    } else {
        open_pane(v, PANE_COMPARE);
    }
}

static void step_time(View *v, int step)
{
    v->settings.time = (v->settings.time + step + TIME_MODES) % TIME_MODES;
    view_say(v, "time: %s", time_mode_text(v->settings.time));
}

static void cancel(View *v)
{
    if (v->open != PANE_LOG) {
        v->open = PANE_LOG;
    } else {
        v->focus = PANE_LOG;
        /* The pattern stays, for n. */
        v->search.highlight = false;
    }
}

/* Over a list or on the copies the prompt is for those. */
static void act_search(View *v, PromptKind kind)
{
    if (!pane_ops(pane_with_keys(v))->count) {
        v->open = PANE_LOG;
        v->focus = PANE_LOG;
    }
    prompt_open(v, kind);
}

static void act_prompt(View *v, PromptKind kind)
{
    v->open = PANE_LOG;
    v->focus = PANE_LOG;
    prompt_open(v, kind);
}

/* Ctrl-I, which terminals send for Tab, is Ctrl-O's other half. */
static bool is_forward(const View *v)
{
    return (v->last_action == ACTION_BACK ||
            v->last_action == ACTION_FORWARD) &&
           log_can_go_forward(v);
}

static void act_tab(View *v)
{
    if (is_forward(v)) {
        log_go_back(v, 1);
        v->last_action = ACTION_FORWARD;
    } else {
        next_pane(v, 1);
    }
}

static void act_wrap(View *v)
{
    v->settings.wrap = !v->settings.wrap;
    view_source(v)->log.skip = 0;
    view_say(v, v->settings.wrap ? "long lines are wrapped"
                                 : "long lines are cut");
}

static void act_colours(View *v)
{
    v->settings.guest_colours = !v->settings.guest_colours;
    for (guint i = 0; i < v->sources->len; i++) {
        Source *s = g_ptr_array_index(v->sources, i);

        model_show_controls(s->model, v->controls, v->settings.guest_colours);
    }
    view_say(v, v->settings.guest_colours ? "the guest's own colours"
                                          : "without the guest's colours");
}

static void act_items(View *v)
{
    v->all_items = !v->all_items;
    view_source(v)->copy = -1;
    view_say(v, v->all_items ? "each fw_cfg item has a row"
                             : "fw_cfg items under 64 KiB are one row");
}

static void act_reset(View *v)
{
    view_source(v)->log.skip = 0;
    zoom_out(v, true);
}

/* Shown where it was not; else hidden. */
static void act_profile(View *v)
{
    if (!model_profile_hz(view_source(v)->model)) {
        view_complain(v, "no samples are in this capture; boot with bootstamp "
                         "run --profile");
    } else if (v->profile != PROFILE_HIDDEN && view_has_pane(v, PANE_PROFILE)) {
        v->profile = PROFILE_HIDDEN;
    } else {
        v->open = PANE_LOG;
        v->profile = PROFILE_SHOWN;
        screen_lay_out(v);
        if (!view_has_pane(v, PANE_PROFILE)) {
            view_complain(v, "the terminal is too small for the functions");
        }
    }
}

static void act_profile_of(View *v)
{
    static const char *const texts[PROFILE_OFS] = {
        "functions of the time before a slow line, else of its phase",
        "functions of the phase of the line",
        "functions of the time from the mark to the line",
    };

    v->profile_of = (v->profile_of + 1) % PROFILE_OFS;
    if (v->profile_of == PROFILE_OF_MARK && !log_mark(&view_source(v)->log)) {
        v->profile_of = PROFILE_OF_LINE;
    }
    view_say(v, "%s", texts[v->profile_of]);
}

static void act_log_scale(View *v)
{
    v->log_scale = !v->log_scale;
    view_say(v, v->log_scale ? "the timeline's scale is logarithmic"
                             : "the timeline is to scale");
}

void act_global(View *v, Action action)
{
    switch (action) {
    case ACTION_FIRST:
        log_jump(v, 0, 1);
        break;
    case ACTION_LAST:
    case ACTION_FOLLOW:
        v->open = PANE_LOG;
        log_follow(v);
        break;
    case ACTION_SEARCH:
        act_search(v, PROMPT_SEARCH);
        break;
    case ACTION_SEARCH_BACK:
        act_search(v, PROMPT_SEARCH_BACK);
        break;
    case ACTION_NEXT:
        prompt_search_on(v, v->search.step);
        break;
    case ACTION_PREVIOUS:
        prompt_search_on(v, -v->search.step);
        break;
    case ACTION_FILTER:
        act_prompt(v, PROMPT_FILTER);
        break;
    case ACTION_JUMP:
        act_prompt(v, PROMPT_JUMP);
        break;
    case ACTION_STREAM:
        act_prompt(v, PROMPT_STREAM);
        break;
    case ACTION_WRITE:
        act_prompt(v, PROMPT_WRITE);
        break;
    case ACTION_COPY:
        copy_row(v);
        break;
    case ACTION_COPY_RANGE:
        copy_range(v);
        break;
    case ACTION_MARK:
        log_set_mark(v);
        break;
    case ACTION_SCREEN:
        open_pane(v, PANE_SCREEN);
        break;
    case ACTION_MARKS:
        open_pane(v, PANE_MARKS);
        break;
    case ACTION_PROFILE:
        act_profile(v);
        break;
    case ACTION_PROFILE_OF:
        act_profile_of(v);
        break;
    case ACTION_TIME:
        step_time(v, 1);
        break;
    case ACTION_TIME_BACK:
        step_time(v, -1);
        break;
    case ACTION_SLOWEST:
        open_pane(v, PANE_SLOWEST);
        break;
    case ACTION_COMPARE:
        open_compare(v);
        break;
    case ACTION_HELP:
        open_pane(v, PANE_HELP);
        break;
    case ACTION_ENTER:
        open_pane(v, PANE_LINE);
        break;
    case ACTION_MILESTONE_NEXT:
        log_goto_milestone(v, 1);
        break;
    case ACTION_MILESTONE_PREVIOUS:
        log_goto_milestone(v, -1);
        break;
    case ACTION_BOOT_NEXT:
        log_step_boot(v, 1);
        break;
    case ACTION_BOOT_PREVIOUS:
        log_step_boot(v, -1);
        break;
    case ACTION_BACK:
        log_go_back(v, -1);
        break;
    case ACTION_FORWARD:
        log_go_back(v, 1);
        break;
    case ACTION_ZOOM_IN:
        zoom_in(v);
        break;
    case ACTION_ZOOM_OUT:
        zoom_out(v, false);
        break;
    case ACTION_RESET:
        act_reset(v);
        break;
    case ACTION_LOG_SCALE:
        act_log_scale(v);
        break;
    case ACTION_WRAP:
        act_wrap(v);
        break;
    case ACTION_COLOURS:
        act_colours(v);
        break;
    case ACTION_ITEMS:
        act_items(v);
        break;
    case ACTION_SORT:
        open_pane(v, PANE_COPIES);
        v->sort = (v->sort + 1) % SORTS;
        break;
    case ACTION_PANE:
        act_tab(v);
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
    case ACTION_NONE:
    case ACTION_COUNT:
        break;
    case ACTION_DOWN:
    case ACTION_UP:
    case ACTION_PAGE_DOWN:
    case ACTION_PAGE_UP:
    case ACTION_HALF_DOWN:
    case ACTION_HALF_UP:
    case ACTION_LEFT:
    case ACTION_RIGHT:
        /* Moving: a pane that has no other use for it leaves it to the log. */
        if (v->open == PANE_LOG) {
            pane_ops(PANE_LOG)->act(v, action);
        }
        break;
    }
}
