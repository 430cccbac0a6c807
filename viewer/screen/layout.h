/*
 * Where the panes are, and drawing them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_LAYOUT_H
#define VIEWER_SCREEN_LAYOUT_H

#include "pane.h"

/* Too small a screen shows nothing but that it is. */
#define SCREEN_WIDTH_MIN 40
#define SCREEN_HEIGHT_MIN 10

const PaneOps *pane_ops(PaneId id);
PaneKind pane_kind(PaneId id);

/* Draws all of it. */
void screen_draw(View *v);

/* Draws a line of text alone, for when there is no capture yet. */
void screen_draw_message(const char *text);

#endif
