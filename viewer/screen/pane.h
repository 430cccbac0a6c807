/*
 * What a pane is: a file pane-NAME.c with these operations, and a row in the
 * table of panes.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_PANE_H
#define VIEWER_SCREEN_PANE_H

#include "keys.h"
#include "state.h"

typedef struct PaneOps {
    /* Draws into @box; @focus: it has the keys. */
    void (*draw)(View *v, const Box *box, bool focus);
    /* False: the action is not for this pane. */
    bool (*act)(View *v, Action action);
    /* A click; @y and @x count from the box' corner. */
    void (*click)(View *v, const Box *box, int y, int x);
    /* The wheel, in rows. */
    void (*wheel)(View *v, int rows);
} PaneOps;

#define DECLARE_PANE(id, name, kind) extern const PaneOps pane_##name;
PANES(DECLARE_PANE)
#undef DECLARE_PANE

#endif
