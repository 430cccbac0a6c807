/*
 * What lines took, those that are the same but for their numbers together.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_LINE_SUMS_H
#define VIEWER_REPORT_LINE_SUMS_H

#include "read-boots.h"
#include "stats-data.h"

LineSums *line_sums_new(void);
void line_sums_free(LineSums *l);

/* Adds those of capture number @capture and frees them. */
void line_sums_merge(LineSums *to, LineSums *from, guint capture);

/* Makes a LineSums of a capture; @data of merge() is a Stats. */
extern const BootLineOps line_sums_ops;

#endif
