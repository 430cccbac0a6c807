/*
 * Many measures of the same boots at once: what chance makes of the most
 * striking one of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_PERMUTE_H
#define VIEWER_REPORT_PERMUTE_H

#include <glib.h>
#include <stdbool.h>

/* A measure of all boots; no value may be NAN. */
typedef struct PermuteRow {
    double *values; /* of A, then of B; or the differences of pairs */
    double scale; /* the size of a change is seen beside this; > 0 */
    double p; /* out: corrected for all rows */
} PermuteRow;

/* As many ways to put boots on sides as are tried, where there are more. */
#define PERMUTE_ROUNDS 10000

/*
 * Holm's method in the form of Westfall and Young (step-down max T): instead
 * of adding up chances as if rows had nothing in common, the boots are put on
 * the two sides (or the pairs turned round) in every way, all rows of a boot
 * together, and it is counted how often any row stands out as much as this
 * one does.  What stands out is the standardized sum of ranks, and where that
 * is equal the size of the change.  One-sided: B is more than A.
 *
 * @n_b is 0 for pairs, @n_a their number.  Exact up to @rounds ways; else so
 * many of them by chance, with a fixed seed.
 */
void permute_correct(PermuteRow *rows, guint n_rows, guint n_a, guint n_b,
                     guint rounds);

#endif
