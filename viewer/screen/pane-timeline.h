/*
 * Dragging on the timeline.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_PANE_TIMELINE_H
#define VIEWER_SCREEN_PANE_TIMELINE_H

#include "state.h"

/* Zooms to what is between two cells of the pane. */
void timeline_drag(View *v, int from, int to);

#endif
