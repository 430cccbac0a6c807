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
    "The mouse: the wheel scrolls, a click puts the cursor there; a click on",
    "the timeline goes to that time.",
    "",
    "Patterns are regular expressions. Case counts only where one has a",
    "capital letter.",
    "",
    "Colours, columns and keys: $XDG_CONFIG_HOME/bootstamp/view.conf, see",
    "docs/viewer.md.",
};

/* Each action, and the lines behind them. */
static int count(void)
{
    return ACTION_COUNT - 1 + (int)G_N_ELEMENTS(tail);
}

static void draw(View *v, const Box *box, bool focus)
{
    int page = MAX(box->height - 2, 1);
    int keys = MIN(24, box->width / 2);

    put_title(box, "Help", focus);
    v->help_top = CLAMP(v->help_top, 0, MAX(count() - page, 0));
    for (int i = 0; i < page && v->help_top + i < count(); i++) {
        int line = v->help_top + i + 1;
        int y = box->y + 1 + i;

        if (line < ACTION_COUNT) {
            g_autofree char *names = action_keys(line, 4);

            put_right(y, box->x, keys, STYLE_KEY, names);
            put_text(y, box->x + keys + 2, box->width - keys - 2, STYLE_NORMAL,
                     action_help(line));
        } else {
            put_text(y, box->x + 3, box->width - 3, STYLE_HINT,
                     tail[line - ACTION_COUNT]);
        }
    }
    if (v->help_top + page < count()) {
        put_text(box->y + box->height - 1, box->x, box->width, STYLE_HINT,
                 "  more below: down, page down");
    }
}

static bool act(View *v, Action action)
{
    int page = MAX(v->boxes[PANE_HELP].height - 2, 1);

    v->dirty = true;
    if (action == ACTION_ENTER) {
        v->open = PANE_LOG;
        return true;
    }
    switch (action) {
    case ACTION_DOWN:
        v->help_top++;
        return true;
    case ACTION_UP:
        v->help_top--;
        return true;
    case ACTION_PAGE_DOWN:
        v->help_top += page;
        return true;
    case ACTION_PAGE_UP:
        v->help_top -= page;
        return true;
    case ACTION_FIRST:
        v->help_top = 0;
        return true;
    case ACTION_LAST:
        v->help_top = count();
        return true;
    default:
        return false;
    }
}

static void click(View *v, const Box *box, int y, int x)
{
}

static void wheel(View *v, int rows)
{
    v->help_top += rows;
    v->dirty = true;
}

const PaneOps pane_help = { draw, act, click, wheel };
