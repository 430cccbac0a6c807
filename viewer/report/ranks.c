/*
 * Comparing two samples by ranks.
 *
 * The exact distributions are counted: of all ways to choose n_b of the ranks
 * (or to give the ranks signs), how many have which sum.  Ranks are doubled,
 * so that the midranks of ties are whole numbers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ranks.h"

/*
 * Values up to which distributions are counted: of both samples together, with
 * ties and without (those without are kept, see untied()); of pairs.
 */
#define EXACT_TIED 60
#define EXACT_UNTIED 100
#define EXACT_PAIRS 150

/* ------------------------------------------------------------------ */
/* The normal distribution                                             */

double normal_tail(double z)
{
    return erfc(z / M_SQRT2) / 2;
}

double normal_quantile(double p)
{
    double low = -40, high = 40;

    for (int i = 0; i < 200 && low < high; i++) {
        double middle = (low + high) / 2;

        if (normal_tail(middle) > p) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (low + high) / 2;
}

/* ------------------------------------------------------------------ */
/* Ranks                                                               */

typedef struct Ranked {
    double value;
    guint at;
} Ranked;

static int compare_ranked(const void *x, const void *y)
{
    double a = ((const Ranked *)x)->value, b = ((const Ranked *)y)->value;

    return a < b ? -1 : a > b;
}

static int compare_double(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;

    return a < b ? -1 : a > b;
}

static double *sorted_copy(const double *v, guint n)
{
    double *copy = g_new(double, n + 1);

    memcpy(copy, v, n * sizeof(*v));
    qsort(copy, n, sizeof(*v), compare_double);
    return copy;
}

/*
 * Twice the midrank of each of @n values.  Returns the sum of t^3 - t over
 * groups of t equal values: 0 where there are no ties.
 */
static double double_ranks(const double *v, guint n, guint *ranks)
{
    g_autofree Ranked *order = g_new(Ranked, n + 1);
    double ties = 0;

    for (guint i = 0; i < n; i++) {
        order[i] = (Ranked){ v[i], i };
    }
    qsort(order, n, sizeof(*order), compare_ranked);
    for (guint i = 0, j; i < n; i = j) {
        double t;

        for (j = i + 1; j < n && order[j].value == order[i].value;) {
            j++;
        }
        t = j - i;
        ties += t * t * t - t;
        for (guint k = i; k < j; k++) {
            ranks[order[k].at] = i + 1 + j;
        }
    }
    return ties;
}

void rank_values(const double *v, guint n, double *ranks)
{
    g_autofree guint *doubled = g_new(guint, n + 1);

    double_ranks(v, n, doubled);
    for (guint i = 0; i < n; i++) {
        ranks[i] = doubled[i] / 2.0;
    }
}

void rank_signs(const double *d, guint n, double *ranks)
{
    g_autofree double *sizes = g_new(double, n + 1);
    double zeros = 0;

    for (guint i = 0; i < n; i++) {
        sizes[i] = fabs(d[i]);
        zeros += d[i] == 0;
    }
    rank_values(sizes, n, ranks);
    for (guint i = 0; i < n; i++) {
        ranks[i] = d[i] == 0 ? 0 : copysign(ranks[i] - zeros, d[i]);
    }
}

/* ------------------------------------------------------------------ */
/* Distributions of sums of ranks                                      */

/* How likely each sum is, up to @max. */
typedef struct Sums {
    double *p;
    guint max;
} Sums;

/* P(sum >= at) or, with @lower, P(sum <= at). */
static double sums_tail(const Sums *s, guint at, bool lower)
{
    double sum = 0;

    for (guint i = lower ? 0 : at; i <= (lower ? MIN(at, s->max) : s->max);
         i++) {
        sum += s->p[i];
    }
    return MIN(sum, 1);
}

/* The largest sum with P(sum <= it) <= p; -1: there is none. */
static int sums_quantile(const Sums *s, double p)
{
    double sum = 0;
    guint i = 0;

    /* The tolerance is for sums that are p but for the last digit. */
    while (i <= s->max && sum + s->p[i] <= p * (1 + 1e-9)) {
        sum += s->p[i++];
    }
    return sum > 0 ? (int)i - 1 : -1;
}

/* Sums of @k of the @n ranks: counts of subsets of each size, one by one. */
static Sums subset_sums(const guint *ranks, guint n, guint k)
{
    guint max = 0;
    size_t width;
    g_autofree double *ways = NULL;
    Sums s;
    double all = 0;

    for (guint i = 0; i < n; i++) {
        max += ranks[i];
    }
    width = max + 1;
    ways = g_new0(double, (k + 1) * width);
    ways[0] = 1;
    for (guint i = 0, reached = 0; i < n; i++) {
        reached += ranks[i];
        for (guint size = MIN(i + 1, k); size > 0; size--) {
            double *to = ways + size * width;
            const double *from = ways + (size - 1) * width;

            for (guint sum = ranks[i]; sum <= reached; sum++) {
                to[sum] += from[sum - ranks[i]];
            }
        }
    }
    s = (Sums){ g_new(double, width), max };
    for (guint sum = 0; sum <= max; sum++) {
        s.p[sum] = ways[k * width + sum];
        all += s.p[sum];
    }
    for (guint sum = 0; sum <= max; sum++) {
        s.p[sum] /= all;
    }
    return s;
}

/* Sums of the ranks that get a plus, when each gets one by a coin. */
static Sums sign_sums(const guint *ranks, guint n)
{
    Sums s = { NULL, 0 };

    for (guint i = 0; i < n; i++) {
        s.max += ranks[i];
    }
    s.p = g_new0(double, s.max + 1);
    s.p[0] = 1;
    for (guint i = 0, reached = 0; i < n; i++) {
        reached += ranks[i];
        for (guint sum = reached;; sum--) {
            double without = s.p[sum];
            double with = sum >= ranks[i] ? s.p[sum - ranks[i]] : 0;

            s.p[sum] = (without + with) / 2;
            if (!sum) {
                break;
            }
        }
    }
    return s;
}

/*
 * The same for the ranks 2, 4, 6, ... without ties, of @k of @n, or with signs
 * (@k is 0): kept, as a report compares many rows of so many values.
 */
static const Sums *untied(guint n, guint k)
{
    static GHashTable *known;
    gpointer key = GUINT_TO_POINTER(n << 16 | k);
    Sums *s;

    known = known ? known : g_hash_table_new(NULL, NULL);
    s = g_hash_table_lookup(known, key);
    if (!s) {
        g_autofree guint *ranks = g_new(guint, n + 1);

        for (guint i = 0; i < n; i++) {
            ranks[i] = 2 * (i + 1);
        }
        s = g_new(Sums, 1);
        *s = k ? subset_sums(ranks, n, k) : sign_sums(ranks, n);
        g_hash_table_insert(known, key, s);
    }
    return s;
}

/* p of both sides, from the sums or from the normal distribution. */
static void set_p(RankTest *t, const Sums *s, double sum, double mean,
                  double variance)
{
    double above, below;

    if (s) {
        above = sums_tail(s, (guint)sum, false);
        below = sums_tail(s, (guint)sum, true);
    } else {
        /* Doubled ranks: a step is 2, and half of it corrects. */
        double sd = sqrt(variance);

        above = sd > 0 ? normal_tail((sum - mean - 1) / sd) : 1;
        below = sd > 0 ? normal_tail((mean - sum - 1) / sd) : 1;
    }
    t->greater = above;
    t->two_sided = MIN(1, 2 * MIN(above, below));
}

/* ------------------------------------------------------------------ */
/* The k-th of many sums, without making them                          */

/*
 * Doubles in their order as whole numbers, so that half way between two of
 * them is half way in bits as well.
 */
static int64_t to_order(double v)
{
    int64_t bits;

    memcpy(&bits, &v, sizeof(bits));
    return bits < 0 ? INT64_MIN - bits : bits;
}

static double from_order(int64_t order)
{
    int64_t bits = order < 0 ? INT64_MIN - order : order;
    double v;

    memcpy(&v, &bits, sizeof(v));
    return v;
}

/* Sorted values: of two samples, or of one (@b is NULL). */
typedef struct Grid {
    const double *a, *b;
    guint n_a, n_b;
} Grid;

/* How many differences b - a, or means of two of a, are no more than @t. */
static uint64_t count_up_to(const Grid *g, double t)
{
    uint64_t count = 0;
    guint j = 0;

    if (g->b) {
        for (guint i = 0; i < g->n_a; i++) {
            while (j < g->n_b && g->b[j] - g->a[i] <= t) {
                j++;
            }
            count += j;
        }
        return count;
    }
    j = g->n_a;
    for (guint i = 0; i < g->n_a; i++) {
        while (j > 0 && (g->a[i] + g->a[j - 1]) / 2 > t) {
            j--;
        }
        count += j > i ? j - i : 0;
    }
    return count;
}

static double kth(const Grid *g, uint64_t k)
{
    int64_t low = to_order(g->b ? g->b[0] - g->a[g->n_a - 1] : g->a[0]);
    int64_t high =
        to_order(g->b ? g->b[g->n_b - 1] - g->a[0] : g->a[g->n_a - 1]);

    while (low < high) {
        int64_t middle = low + (int64_t)(((uint64_t)high - (uint64_t)low) / 2);

        if (count_up_to(g, from_order(middle)) >= k) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return from_order(low);
}

/*
 * The middle of @all sums, and the interval that leaves out the @q smallest
 * and largest; -1 where even the whole is too little.
 */
static void set_shift(RankTest *t, const Grid *g, uint64_t all, int64_t q)
{
    t->shift = (kth(g, (all + 1) / 2) + kth(g, all / 2 + 1)) / 2;
    t->low = q < 0 ? -INFINITY : kth(g, q + 1);
    t->high = q < 0 ? INFINITY : kth(g, all - q);
}

/* ------------------------------------------------------------------ */
/* The tests                                                           */

/* Sums of untied double ranks below which the interval ends, by @error. */
static int64_t normal_cut(double mean, double variance, double error)
{
    double at = mean - 1 - normal_quantile(error) * sqrt(variance);

    return at < 0 ? -1 : (int64_t)(at / 2);
}

/* The smallest p: all of @k values are above the @n - k others. */
static double least_of_subsets(guint n, guint k)
{
    return exp(lgamma(k + 1.0) + lgamma(n - k + 1.0) - lgamma(n + 1.0));
}

void rank_sum_test(const double *a, guint n_a, const double *b, guint n_b,
                   double error, RankTest *t)
{
    guint n = n_a + n_b;
    double sum = 0, least = (double)n_b * (n_b + 1);
    g_autofree double *all = g_new(double, n + 1);
    g_autofree guint *ranks = g_new(guint, n + 1);
    g_autofree double *sorted_a = NULL, *sorted_b = NULL;
    const Sums *plain = NULL;
    Sums tied = { NULL, 0 };
    double ties, mean, variance;
    int64_t q;

    *t = (RankTest){ NAN, NAN, NAN, NAN, NAN, NAN };
    if (!n_a || !n_b) {
        return;
    }
    memcpy(all, a, n_a * sizeof(*a));
    memcpy(all + n_a, b, n_b * sizeof(*b));
    ties = double_ranks(all, n, ranks);
    for (guint i = n_a; i < n; i++) {
        sum += ranks[i];
    }
    if (n <= EXACT_UNTIED) {
        plain = untied(n, n_b);
    }
    if (ties > 0 && n <= EXACT_TIED) {
        tied = subset_sums(ranks, n, n_b);
    }
    /* Of doubled ranks: twice the mean, four times the variance. */
    mean = (double)n_b * (n + 1);
    variance = (double)n_a * n_b / 3 *
               (n + 1 - (n > 1 ? ties / ((double)n * (n - 1)) : 0));
    set_p(t, tied.p ? &tied : ties > 0 ? NULL : plain, sum, mean, variance);
    t->least = least_of_subsets(n, n_b);
    if (plain) {
        int at = sums_quantile(plain, error);

        q = at < 0 ? -1 : (at - (int64_t)least) / 2;
    } else {
        variance = (double)n_a * n_b / 3 * (n + 1);
        q = normal_cut(mean - least, variance, error);
    }
    sorted_a = sorted_copy(a, n_a);
    sorted_b = sorted_copy(b, n_b);
    set_shift(t, &(Grid){ sorted_a, sorted_b, n_a, n_b }, (uint64_t)n_a * n_b,
              q);
    g_free(tied.p);
}

void signed_rank_test(const double *d, guint n, double error, RankTest *t)
{
    g_autofree double *sizes = g_new(double, n + 1);
    g_autofree guint *ranks = g_new(guint, n + 1);
    g_autofree double *sorted = sorted_copy(d, n);
    guint left = 0;
    double sum = 0;
    const Sums *plain = NULL;
    Sums tied = { NULL, 0 };
    double ties, mean, variance;
    int64_t q;

    *t = (RankTest){ NAN, NAN, NAN, NAN, NAN, NAN };
    if (!n) {
        return;
    }
    for (guint i = 0; i < n; i++) {
        if (d[i] != 0) {
            sizes[left++] = fabs(d[i]);
        }
    }
    ties = double_ranks(sizes, left, ranks);
    for (guint i = 0, at = 0; i < n; i++) {
        sum += d[i] > 0 ? ranks[at] : 0;
        at += d[i] != 0;
    }
    if (left <= EXACT_PAIRS && ties > 0) {
        tied = sign_sums(ranks, left);
    } else if (left <= EXACT_PAIRS) {
        plain = untied(left, 0);
    }
    mean = (double)left * (left + 1) / 2;
    variance = (double)left * (left + 1) * (2.0 * left + 1) / 6 - ties / 12;
    set_p(t, tied.p ? &tied : plain, sum, mean, variance);
    t->least = pow(0.5, n);
    if (n <= EXACT_PAIRS) {
        int at = sums_quantile(untied(n, 0), error);

        q = at < 0 ? -1 : at / 2;
    } else {
        mean = (double)n * (n + 1) / 2;
        variance = (double)n * (n + 1) * (2.0 * n + 1) / 6;
        q = normal_cut(mean, variance, error);
    }
    set_shift(t, &(Grid){ sorted, NULL, n, 0 }, (uint64_t)n * (n + 1) / 2, q);
    g_free(tied.p);
}
