/*
 * The statistics of small samples.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats-math.h"

#define CONFIDENCE_P 0.05
#define OUTLIER_FACTOR 1.5
#define OUTLIER_MIN_N 4

const double stats_tails[STATS_TAILS] = { 0.9, 0.95, 0.99 };

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

double stats_quantile(const double *sorted, guint n, double p)
{
    double at = (n - 1) * p;
    guint below = (guint)at;

    if (!n) {
        return NAN;
    }
    if (below + 1 >= n) {
        return sorted[n - 1];
    }
    return sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]);
}

/* Two passes, so that a small spread of large values is not lost. */
static void spread(const double *v, guint n, StatsSummary *s)
{
    double sum = 0, squares = 0, rest = 0;

    for (guint i = 0; i < n; i++) {
        sum += v[i] - v[0];
    }
    s->mean = v[0] + sum / n;
    for (guint i = 0; i < n; i++) {
        double d = v[i] - s->mean;

        squares += d * d;
        rest += d;
    }
    if (n > 1) {
        s->sd = sqrt(MAX(squares - rest * rest / n, 0) / (n - 1));
    }
}

/*
 * The interval of the median that no distribution has to be assumed for: the
 * k-th value from both ends, where fewer than k heads in n throws of a coin
 * have a chance of half of CONFIDENCE_P or less.
 */
static void median_interval(const double *sorted, guint n, StatsSummary *s)
{
    double sum = 0;
    guint k = 0;

    while (k < n / 2) {
        sum += exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) -
                   n * M_LN2);
        if (sum > CONFIDENCE_P / 2) {
            break;
        }
        k++;
    }
    if (k) {
        s->low = sorted[k - 1];
        s->high = sorted[n - k];
    }
}

void stats_summarise(const double *values, guint n, StatsSummary *s)
{
    double *sorted;

    *s = (StatsSummary){
        n, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, { NAN, NAN, NAN }
    };
    if (!n) {
        return;
    }
    sorted = g_memdup2(values, n * sizeof(*values));
    qsort(sorted, n, sizeof(*sorted), compare);
    s->min = sorted[0];
    s->max = sorted[n - 1];
    s->median = stats_quantile(sorted, n, 0.5);
    s->q1 = stats_quantile(sorted, n, 0.25);
    s->q3 = stats_quantile(sorted, n, 0.75);
    for (guint i = 0; i < STATS_TAILS; i++) {
        s->tail[i] = stats_quantile(sorted, n, stats_tails[i]);
    }
    median_interval(sorted, n, s);
    spread(sorted, n, s);
    g_free(sorted);
}

guint stats_tail_boots(guint n, guint i)
{
    /* The tolerance is for 0.1 of ten and the like. */
    return (guint)(n * (1 - stats_tails[i]) + 1e-9);
}

bool stats_is_outlier(const StatsSummary *s, double value)
{
    double reach = OUTLIER_FACTOR * (s->q3 - s->q1);

    return s->n >= OUTLIER_MIN_N &&
           (value < s->q1 - reach || value > s->q3 + reach);
}

/* ------------------------------------------------------------------ */
/* Many tests at once                                                  */

typedef struct Ranked {
    double p;
    guint at;
} Ranked;

static int compare_ranked(const void *a, const void *b)
{
    const Ranked *x = a, *y = b;

    return x->p < y->p ? -1 : x->p > y->p;
}

void stats_holm(double *p, guint n)
{
    g_autofree Ranked *ranked = g_new0(Ranked, n + 1);
    guint m = 0;
    double least = 0;

    for (guint i = 0; i < n; i++) {
        if (!isnan(p[i])) {
            ranked[m++] = (Ranked){ p[i], i };
        }
    }
    qsort(ranked, m, sizeof(*ranked), compare_ranked);
    for (guint i = 0; i < m; i++) {
        least = MAX(least, MIN(1, (m - i) * ranked[i].p));
        p[ranked[i].at] = least;
    }
}
