/*
 * What a row reads as, and whether a pattern is in it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_ROW_TEXT_H
#define VIEWER_SCREEN_ROW_TEXT_H

#include <glib.h>

#include "row.h"

/*
 * Appends what @row shows, in UTF-8, with blanks for tabs and nothing that a
 * terminal would act on.
 */
void row_append_text(GString *out, const Row *row);

/*
 * Is @regex in what is shown of @row: its text, or the name of the milestone
 * beside it?  @scratch is for its use.
 */
bool row_matches(const Row *row, const GRegex *regex, GString *scratch);

#endif
