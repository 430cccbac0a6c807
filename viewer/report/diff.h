/*
 * The report of bootstamp diff, which bootstamp ab ends with too: two boots,
 * or two sets of boots, side by side.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_DIFF_H
#define VIEWER_REPORT_DIFF_H

#include "diff-data.h"

/* A line a format: its name, and what it is. */
void print_diff_formats(FILE *to);

/* NULL: text.  False: there is no such format. */
bool parse_diff_format(const char *name, const DiffFormat **format);

/* "pass" or "fail"; NULL: UNDECIDED_ITSELF.  False: it is neither. */
bool parse_undecided(const char *name, UndecidedIs *undecided);

Diff *diff_new(const DiffOptions *options);
void diff_free(Diff *d);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Diff, diff_free)

/* Reads a capture, or a folder of them; false: it has said what is wrong. */
bool diff_add(Diff *d, bool to_b, const char *path);

/*
 * What the captures so far say, with @error as the chance of a wrong verdict.
 * VERDICT_SLOWER also where B lacks a milestone that A has, or breaks a
 * budget.
 */
Verdict diff_judge(Diff *d, double error);

/* How many boots a side would probably tell, after "cannot tell"; 0: none. */
guint diff_boots_to_tell(const Diff *d);

/*
 * Prints the report of diff_judge() and returns the exit status: @failed, where
 * that is none of success, for boots failed that are in no capture.
 */
int diff_print(Diff *d, int failed);

/* All of these. */
int print_diff(const char *a, const char *b, const DiffOptions *options);

#endif
