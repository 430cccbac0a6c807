/*
 * Rows out of the viewer: to a file, to the clipboard.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_WRITE_H
#define VIEWER_SCREEN_WRITE_H

#include "state.h"

/*
 * Writes the rows that are shown to v->write_path, those from the mark to the
 * cursor where v->write_range says so.  An existing file is asked about first,
 * unless @overwrite.  It goes on in slices until a deadline (us).
 */
void write_start(View *v, bool overwrite);
void write_work(View *v, int64_t deadline);
void write_cancel(View *v);

/* Copies the text of the cursor's row. */
void copy_row(View *v);

/* Copies the rows from the mark to the cursor, as they are written. */
void copy_range(View *v);

#endif
