/*
 * The help: keys as they are set, out of the table of actions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "pane.h"
#include "widgets.h"

static const char *const tail[] = {
    "",
    "The mouse: the wheel scrolls, a click puts the cursor there. On the",
    "timeline a click goes to that time, and dragging zooms. The keys in the",
    "last line can be clicked.",
    "",
    "Patterns are regular expressions. Case counts only where one has a",
    "capital letter. At a prompt Up and Down bring back what was typed before.",
    "",
    "Several conditions of & have \" & \" between them, as in",
    "    >10ms & stream:ser & !audit",
    "",
    "Colours, highlights, columns and keys: docs/viewer.md and",
    "$XDG_CONFIG_HOME/bootstamp/view.conf",
};

/* A line of the help: an action, a title, or a text. */
typedef struct HelpLine {
    Action action; /* ACTION_NONE: a title or text */
    const char *title;
    const char *text;
} HelpLine;

/* A title has an empty line before it, but for the first. */
static int lines_before(Action action)
{
    return !action_section(action) ? 0 : action > 1 ? 2 : 1;
}

static int count(View *v)
{
    int n = ACTION_COUNT - 1 + (int)G_N_ELEMENTS(tail);

    for (Action action = 1; action < ACTION_COUNT; action++) {
        n += lines_before(action);
    }
    return n;
}

static HelpLine get(int i)
{
    for (Action action = 1; action < ACTION_COUNT; action++) {
        int before = lines_before(action);

        if (i < before) {
            return (HelpLine){ .title = i == before - 1 ? action_section(action)
                                                        : "" };
        }
        if (i == before) {
            return (HelpLine){ .action = action };
        }
        i -= before + 1;
    }
    return (HelpLine){ .text = i < (int)G_N_ELEMENTS(tail) ? tail[i] : "" };
}

static void text(View *v, int i, GString *out)
{
    HelpLine line = get(i);

    if (line.action) {
        g_autofree char *keys = action_keys(line.action, 4);

        g_string_append_printf(out, "%s %s %s", keys, action_name(line.action),
                               action_help(line.action));
    } else {
        g_string_append(out, line.title ? line.title : line.text);
    }
}

static void draw(View *v, const Box *box, bool focus)
{
    ListState *list = &v->lists[PANE_HELP];
    int page = MAX(box->height - 1, 1);
    int keys = MIN(20, box->width / 2);
    int n = count(v);

    put_title(box, "Help", focus);
    list->top = CLAMP(list->top, 0, MAX(n - page, 0));
    for (int i = 0; i < page && list->top + i < n; i++) {
        HelpLine line = get(list->top + i);
        int y = box->y + 1 + i;

        if (line.action) {
            g_autofree char *names = action_keys(line.action, 4);

            put_right(y, box->x, keys, STYLE_KEY, names);
            put_text(y, box->x + keys + 2, box->width - keys - 2, STYLE_NORMAL,
                     action_help(line.action));
        } else if (line.title) {
            put_text(y, box->x + 1, box->width - 1, STYLE_MILESTONE,
                     line.title);
        } else {
            put_text(y, box->x + 3, box->width - 3, STYLE_HINT, line.text);
        }
    }
    if (list->top + page < n) {
        put_right(box->y, box->x + 8, box->width - 8, title_style(focus),
                  "more below ");
    }
}

static bool act(View *v, Action action)
{
    v->dirty = true;
    if (action == ACTION_ENTER) {
        v->open = PANE_LOG;
        return true;
    }
    return text_scroll(action, count(v), MAX(v->boxes[PANE_HELP].height - 1, 1),
                       &v->lists[PANE_HELP].top);
}

static void click(View *v, const Box *box, int y, int x)
{
}

static void wheel(View *v, int rows)
{
    v->lists[PANE_HELP].top += rows;
    v->dirty = true;
}

static int selected(View *v)
{
    return v->lists[PANE_HELP].selected;
}

static void select_row(View *v, int i)
{
    v->lists[PANE_HELP].selected = i;
    v->lists[PANE_HELP].top = i;
}

static const PaneHint hints[] = {
    { ACTION_DOWN, "" },
    { ACTION_PAGE_DOWN, "more" },
    { ACTION_SEARCH, "search" },
    { ACTION_NONE, NULL },
};

const PaneOps pane_help = {
    .draw = draw,
    .act = act,
    .click = click,
    .wheel = wheel,
    .hints = hints,
    .count = count,
    .text = text,
    .selected = selected,
    .select = select_row,
};
