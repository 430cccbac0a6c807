/*
 * Work of the viewer that takes longer than a key: searching, writing.
 *
 * Each goes on in slices until a deadline (us, g_get_monotonic_time()).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_JOBS_H
#define VIEWER_SCREEN_JOBS_H

#include "state.h"

/*
 * A pattern as less takes it: a regular expression, and case counts only
 * where it has a capital letter.  Returns NULL with @error set.
 */
GRegex *compile_pattern(const char *pattern, GError **error);

/* Looks for the search's pattern from the cursor on. */
void search_start(View *v, int step);
void search_work(View *v, int64_t deadline);

/*
 * Writes the rows that are shown to v->write_path.  An existing file is
 * asked about first, unless @overwrite.
 */
void write_start(View *v, bool overwrite);
void write_work(View *v, int64_t deadline);
void write_cancel(View *v);

#endif
