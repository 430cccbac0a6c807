/*
 * Where the log stands: its cursor, and moving it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_CURSOR_H
#define VIEWER_SCREEN_CURSOR_H

#include "state.h"

/* Puts the cursor on the row at @pos, or on the next one in @step. */
void log_goto(View *v, uint64_t pos, int step);

/* The same for a time, ns. */
void log_goto_time(View *v, uint64_t time);

void log_follow(View *v);

/* Finds the cursor's row again after anything changed. */
void log_settle(View *v);

/*
 * The position of the shown row @n rows away from @pos, or of the outmost;
 * @walked (may be NULL) is how many it was.
 */
uint64_t log_walk(Source *s, uint64_t pos, int n, int *walked);

void log_set_mark(View *v);

/* To the milestone before (-1) or after (1) the cursor. */
void log_goto_milestone(View *v, int step);

/* "1.234567", or whatever the time column shows for @row. */
void log_append_time(GString *out, const Source *s, TimeMode mode,
                     const Row *row, uint64_t delta, int decimals);

#endif
