/*
 * Searching the log.  It goes on in slices until a deadline (us,
 * g_get_monotonic_time()).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_SEARCH_H
#define VIEWER_SCREEN_SEARCH_H

#include "state.h"

/* Takes @regex as what is looked for from now on. */
void search_set(View *v, GRegex *regex);

/* Looks for it from the cursor on; at the end, from the other end. */
void search_start(View *v, int step);
void search_work(View *v, int64_t deadline);

/* Counts all matches; true: there is more. */
bool search_count(View *v, int64_t deadline);

/* Which match the cursor is on, from 1 on; 0: none. */
guint search_place(const View *v);

void search_clear(View *v);

#endif
