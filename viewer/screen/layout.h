/*
 * Where the panes are, and drawing them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_LAYOUT_H
#define VIEWER_SCREEN_LAYOUT_H

#include "state.h"

/* Too small a screen shows nothing but that it is. */
#define SCREEN_WIDTH_MIN 40
#define SCREEN_HEIGHT_MIN 10

/* Gives each pane its place. */
void screen_lay_out(View *v);

/* Draws all of it. */
void screen_draw(View *v);

/* Draws a line of text alone, for when there is no capture yet. */
void screen_draw_message(const char *text);

#endif
