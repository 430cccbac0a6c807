/*
 * Comparing two samples by ranks: what one outlier, or a skewed distribution,
 * cannot move.  docs/statistics.md says why these methods were chosen.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_RANKS_H
#define VIEWER_REPORT_RANKS_H

#include <glib.h>
#include <stdbool.h>

/* The result of a test, in the unit of the values. */
typedef struct RankTest {
    double shift; /* Hodges-Lehmann: by how much b is more than a */
    double low, high; /* its interval; -INFINITY, INFINITY: too few values */
    double greater; /* p of "b is not more than a", one-sided */
    double two_sided; /* p of "b is as a" */
    double least; /* the smallest p that so many values can give, one-sided */
} RankTest;

/*
 * Two independent samples: Wilcoxon's rank-sum test (Mann and Whitney's) with
 * midranks for ties.  The p are exact, given the ties, where few values tie or
 * the samples are small; else by the normal distribution with corrections for
 * ties and continuity.  @error is the chance of an error at each end of the
 * interval: 0.05 gives an interval of 90%.  No value may be NAN; with an empty
 * sample all is NAN.
 */
void rank_sum_test(const double *a, guint n_a, const double *b, guint n_b,
                   double error, RankTest *test);

/*
 * Pairs: Wilcoxon's signed-rank test of the differences @d (b less a), those
 * of zero left out of the p but not of the shift and its interval.
 */
void signed_rank_test(const double *d, guint n, double error, RankTest *test);

/* Midranks of @n values; and of sizes with their signs, 0 for zeros. */
void rank_values(const double *v, guint n, double *ranks);
void rank_signs(const double *d, guint n, double *ranks);

/* P(Z >= z) of the normal distribution, and the z that has the given p. */
double normal_tail(double z);
double normal_quantile(double p);

#endif
