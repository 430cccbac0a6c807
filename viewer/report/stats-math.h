/*
 * The statistics of small samples: boots are dear, so there are few of them.
 * docs/statistics.md says which method is used for what, and why.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_STATS_MATH_H
#define VIEWER_REPORT_STATS_MATH_H

#include <glib.h>
#include <stdbool.h>

/* What is not defined for so few values is NAN. */
typedef struct StatsSummary {
    guint n;
    double mean, median, min, max;
    double sd; /* of the sample: n - 1 */
    double q1, q3; /* quartiles, by linear interpolation (R's type 7) */
    double ci; /* half the 95% confidence interval of the mean */
} StatsSummary;

void stats_summarise(const double *values, guint n, StatsSummary *summary);

/* The @p quantile of @n sorted values, R's type 7. */
double stats_quantile(const double *sorted, guint n, double p);

/*
 * Tukey's rule: further than 1.5 times the distance of the quartiles from the
 * nearer one.  Never with less than 4 values.
 */
bool stats_is_outlier(const StatsSummary *summary, double value);

/* The regularized incomplete beta function I_x(a, b). */
double stats_incomplete_beta(double a, double b, double x);

/* P(|T| >= |t|) of Student's t with @df degrees of freedom (any real > 0). */
double stats_t_probability(double t, double df);

/* The t that |T| is above with probability @p: 0.05 gives the 95% interval. */
double stats_t_critical(double p, double df);

/* Welch's t-test: are the means of two samples of unequal variance equal? */
typedef struct StatsTest {
    double t, df; /* NAN where no value varies */
    double p; /* two-sided; NAN: too few values */
} StatsTest;

void stats_welch(const StatsSummary *a, const StatsSummary *b, StatsTest *test);

/*
 * Holm's correction: @p are of @n tests made at once, and become what can be
 * compared with one level for all.  NAN stays and does not count.
 */
void stats_holm(double *p, guint n);

#endif
