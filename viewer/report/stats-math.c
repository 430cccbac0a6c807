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
        s->ci = s->sd > 0
                    ? stats_t_critical(CONFIDENCE_P, n - 1) * s->sd / sqrt(n)
                    : 0;
    }
}

void stats_summarise(const double *values, guint n, StatsSummary *s)
{
    double *sorted;

    *s = (StatsSummary){ n, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
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
    spread(sorted, n, s);
    g_free(sorted);
}

bool stats_is_outlier(const StatsSummary *s, double value)
{
    double reach = OUTLIER_FACTOR * (s->q3 - s->q1);

    return s->n >= OUTLIER_MIN_N &&
           (value < s->q1 - reach || value > s->q3 + reach);
}

/* ------------------------------------------------------------------ */
/* Student's t                                                         */

/* Keeps the continued fraction away from a division by zero. */
static double not_zero(double x)
{
    return fabs(x) < 1e-300 ? 1e-300 : x;
}

/*
 * The continued fraction of I_x(a, b) by Lentz's method; it converges fast
 * for x < (a + 1) / (a + b + 2).  NIST's Digital Library of Mathematical
 * Functions, 8.17.22, has the coefficients.
 */
static double beta_fraction(double a, double b, double x)
{
    double c = 1;
    double d = 1 / not_zero(1 - (a + b) * x / (a + 1));
    double f = d;

    for (int m = 1; m < 10000; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd =
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double step;

        d = 1 / not_zero(1 + even * d);
        c = not_zero(1 + even / c);
        f *= c * d;
        d = 1 / not_zero(1 + odd * d);
        c = not_zero(1 + odd / c);
        step = c * d;
        f *= step;
        if (fabs(step - 1) < 1e-15) {
            break;
        }
    }
    return f;
}

double stats_incomplete_beta(double a, double b, double x)
{
    double front;

    if (x <= 0 || x >= 1) {
        return x <= 0 ? 0 : 1;
    }
    front =
        exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    if (x < (a + 1) / (a + b + 2)) {
        return front * beta_fraction(a, b, x) / a;
    }
    return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double stats_t_probability(double t, double df)
{
    if (isnan(t) || isnan(df) || df <= 0) {
        return NAN;
    }
    if (isinf(t)) {
        return 0;
    }
    return stats_incomplete_beta(df / 2, 0.5, df / (df + t * t));
}

double stats_t_critical(double p, double df)
{
    double low = 0, high = 1;

    while (stats_t_probability(high, df) > p && high < 1e12) {
        high *= 2;
    }
    /* Each round gives a bit: more than a double has. */
    for (int i = 0; i < 100 && low < high; i++) {
        double middle = (low + high) / 2;

        if (stats_t_probability(middle, df) > p) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (low + high) / 2;
}

/* ------------------------------------------------------------------ */
/* Comparing                                                           */

void stats_welch(const StatsSummary *a, const StatsSummary *b, StatsTest *test)
{
    double va, vb, sum;

    *test = (StatsTest){ NAN, NAN, NAN };
    if (a->n < 2 || b->n < 2) {
        return;
    }
    va = a->sd * a->sd / a->n;
    vb = b->sd * b->sd / b->n;
    sum = va + vb;
    if (sum <= 0) {
        /* Neither side varies: equal, or as different as can be. */
        test->p = a->mean == b->mean ? 1 : 0;
        return;
    }
    test->t = (b->mean - a->mean) / sqrt(sum);
    test->df = sum * sum / (va * va / (a->n - 1) + vb * vb / (b->n - 1));
    test->p = stats_t_probability(test->t, test->df);
}

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
