/*
 * The table of panes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_PANE_TABLE_H
#define VIEWER_SCREEN_PANE_TABLE_H

#include "pane.h"

const PaneOps *pane_ops(PaneId id);
PaneKind pane_kind(PaneId id);

/* The overlay that is open, or the pane that has the focus. */
PaneId pane_with_keys(const View *v);

#endif
