/*
 * The two lines at the bottom: how things are, and what can be done.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_STATUS_H
#define VIEWER_SCREEN_STATUS_H

#include "state.h"

/* Draws the status line and the one with hints, prompt or message. */
void status_draw(View *v);

#endif
