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

/* What the line at the bottom says while the pane has the keys. */
typedef struct PaneHint {
    Action action; /* ACTION_NONE ends the list */
    const char *text; /* empty: the next one's says it for both */
} PaneHint;

typedef struct PaneOps {
    /* Draws into @box; @focus: it has the keys. */
    void (*draw)(View *v, const Box *box, bool focus);

    /* The rest may be NULL. */

    /* False: the action is not for this pane. */
    bool (*act)(View *v, Action action);
    /* A click; @y and @x count from the box' corner. */
    void (*click)(View *v, const Box *box, int y, int x);
    /* The wheel, in rows. */
    void (*wheel)(View *v, int rows);
    const PaneHint *hints;
    /* A key before it is looked up among the actions; false: not for us. */
    bool (*key)(View *v, int key);
    /* Work that a key has to wait for; true: there is more. */
    bool (*work)(View *v, int64_t deadline);
    /* While it is on the screen: what comes from elsewhere is drawn by setting
     * v->dirty; true: more is expected soon. */
    bool (*look)(View *v);
    /* For those that have rows of their own to search in, all four: how many,
     * what each reads as, and the one that is selected. */
    int (*count)(View *v);
    void (*text)(View *v, int row, GString *out);
    int (*selected)(View *v);
    void (*select)(View *v, int row);
} PaneOps;

#define DECLARE_PANE(id, name, kind) extern const PaneOps pane_##name;
PANES(DECLARE_PANE)
#undef DECLARE_PANE

#endif
