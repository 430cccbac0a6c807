/*
 * The panes: a row each in this table, in the order in which they are drawn.
 *
 * The log comes first: it finds the row that others point at.  An overlay
 * takes the place of the log and of what is beside it while it is open.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_PANES_H
#define VIEWER_SCREEN_PANES_H

/* PANE_ID, pane_NAME in pane-NAME.c, its kind. */
#define PANES(PANE)                                                            \
    PANE(LOG, log, TILED)                                                      \
    PANE(COPIES, copies, TILED)                                                \
    PANE(PROFILE, profile, TILED)                                              \
    PANE(TIMELINE, timeline, TILED)                                            \
    PANE(SLOWEST, slowest, OVERLAY)                                            \
    PANE(MARKS, marks, OVERLAY)                                                \
    PANE(LINE, line, OVERLAY)                                                  \
    PANE(COMPARE, compare, OVERLAY)                                            \
    PANE(SCREEN, screen, OVERLAY)                                              \
    PANE(HELP, help, OVERLAY)

typedef enum PaneKind {
    PANE_TILED, /* has a place of its own; Tab goes there */
    PANE_OVERLAY,
} PaneKind;

#define PANE_ID(id, name, kind) PANE_##id,
typedef enum PaneId { PANES(PANE_ID) PANE_COUNT } PaneId;
#undef PANE_ID

#endif
