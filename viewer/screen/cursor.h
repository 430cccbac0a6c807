/*
 * Where the log stands: its cursor, its marks, and moving it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_CURSOR_H
#define VIEWER_SCREEN_CURSOR_H

#include "state.h"

/* Puts the cursor on the row at @pos, or on the next one in @step. */
void log_goto(View *v, uint64_t pos, int step);

/* The same, and log_go_back() comes back. */
void log_jump(View *v, uint64_t pos, int step);

/* To where the cursor was before (-1) a jump, or after (1) going back. */
void log_go_back(View *v, int step);
bool log_can_go_forward(const View *v);

/* A jump to a time, ns. */
void log_goto_time(View *v, uint64_t time);

/* Stays at the end; where nothing more can come, goes there. */
void log_follow(View *v);

/* Finds the cursor's row again after anything changed. */
void log_settle(View *v);

/*
 * The position of the shown row @n rows away from @pos, or of the outmost;
 * @walked (may be NULL) is how many it was.
 */
uint64_t log_walk(Source *s, uint64_t pos, int n, int *walked);

/* To the milestone before (-1) or after (1) the cursor. */
void log_goto_milestone(View *v, int step);

void log_goto_boot(View *v, guint boot);
void log_step_boot(View *v, int step);

/* Marks the cursor's row, or takes its mark away; any row. */
void log_set_mark(View *v);
void log_toggle_mark(View *v, const Row *row);

/* The number of the mark at @pos, from 0 on; -1: there is none. */
int log_mark_at(const LogState *log, uint64_t pos);

/* The newest mark, or NULL. */
const Row *log_mark(const LogState *log);

/* From the newest mark to the cursor, in order; false: there is no mark. */
bool log_range(View *v, uint64_t *from, uint64_t *to);

/* "1.234567", or whatever the time column shows for @row. */
void log_append_time(GString *out, const Source *s, TimeMode mode,
                     const Row *row, int decimals);

#endif
