/*
 * Which rows are shown: conditions that must all hold.
 *
 *   TEXT          a pattern is in the row
 *   stream:NAME   it is of this stream
 *   >10ms <1s     it came that long after the row before, at least or less
 *   !...          not
 *
 * with " & " between them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_FILTER_H
#define VIEWER_SCREEN_FILTER_H

#include "row.h"
#include "viewer/common/common.h"

typedef struct Filter Filter;

/* NULL with @error set where @text makes no sense. */
Filter *filter_new(const char *text, GError **error);
void filter_free(Filter *filter);

/* What it was made of. */
const char *filter_text(const Filter *filter);

/* Its conditions as they were written; NULL behind the last. */
const char *filter_part(const Filter *filter, guint i);

bool filter_passes(const Filter *filter, const Row *row,
                   const StreamNames *names, GString *scratch);

/* "10ms", "1.5s", "200us" as ns; false: it is no time. */
bool parse_span(const char *text, uint64_t *ns);

#endif
