/*
 * What panes have in common.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "widgets.h"

Style title_style(bool focus)
{
    return focus ? STYLE_TITLE_FOCUS : STYLE_TITLE;
}

int put_title(const Box *box, const char *title, bool focus)
{
    Style style = title_style(focus);
    g_autofree char *text =
        g_strdup_printf("%s%s", focus ? glyph("▌", ">") : " ", title);

    put_blank(box->y, box->x, box->width, style);
    put_cut(box->y, box->x, box->width, style, text);
    return MIN(text_width(text) + 1, box->width);
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

bool text_scroll(Action action, int rows, int page, int *top)
{
    return list_move(action, MAX(rows - page, 0) + 1, page, top);
}
