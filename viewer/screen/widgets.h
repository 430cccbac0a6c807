/*
 * What panes have in common: titles and lists.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_WIDGETS_H
#define VIEWER_SCREEN_WIDGETS_H

#include "keys.h"
#include "state.h"

/* A pane's title line over @box; returns the cells used. */
int put_title(const Box *box, const char *title, bool focus);

/* What the rest of that line is drawn in. */
Style title_style(bool focus);

/* Moves @selected by @action in a list; false: it is another action. */
bool list_move(Action action, int rows, int page, int *selected);

/* Sees to it that @selected is among the @page rows from *@top on. */
void list_scroll(int selected, int rows, int page, int *top);

/* Scrolls a text of @rows lines by @action; false: it is another action. */
bool text_scroll(Action action, int rows, int page, int *top);

#endif
