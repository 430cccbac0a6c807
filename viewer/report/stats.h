/*
 * The report of bootstamp stats, which bootstamp run -n ends with too.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_STATS_H
#define VIEWER_REPORT_STATS_H

#include "stats-data.h"

/* A line a format: its name, and what it is. */
void print_stats_formats(FILE *to);

/* NULL: text.  False: there is no such format. */
bool parse_stats_format(const char *name, const StatsFormat **format);

/*
 * Whether captures can be grouped by that: "directory", their folder below the
 * one that was named; "directory=N", the N-th folder of it (1 to 9); else the
 * name of a label.  NULL: they are not.
 */
bool stats_check_group_by(const char *by);

/*
 * Reads captures and folders of them (NULL: the newest capture) and prints;
 * returns the exit status:
 * EXIT_FAILURE also where a capture lacks the milestone that was asked for,
 * or a budget is broken; EXIT_UNDECIDED where what was dropped may have it.
 */
int print_stats(char *const *paths, guint n_paths, const StatsOptions *options);

#endif
