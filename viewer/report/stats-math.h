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

/* The percentiles of the tail: 90, 95 and 99. */
#define STATS_TAILS 3
extern const double stats_tails[STATS_TAILS];

/*
 * How many of @n boots are beyond tail @i.  Where there is none the percentile
 * says no more than the maximum does.
 */
guint stats_tail_boots(guint n, guint i);

/* What is not defined for so few values is NAN. */
typedef struct StatsSummary {
    guint n;
    double mean, median, min, max;
    double sd; /* of the sample: n - 1 */
    double q1, q3; /* quartiles, by linear interpolation (R's type 7) */
    double low, high; /* 95% interval of the median; from 6 values on */
    double tail[STATS_TAILS];
} StatsSummary;

void stats_summarise(const double *values, guint n, StatsSummary *summary);

/* The @p quantile of @n sorted values, R's type 7. */
double stats_quantile(const double *sorted, guint n, double p);

/*
 * Tukey's rule: further than 1.5 times the distance of the quartiles from the
 * nearer one.  Never with less than 4 values.
 */
bool stats_is_outlier(const StatsSummary *summary, double value);

/*
 * Holm's correction: @p are of @n tests made at once, and become what can be
 * compared with one level for all.  NAN stays and does not count.
 */
void stats_holm(double *p, guint n);

#endif
