/*
 * Many measures at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "permute.h"
#include "ranks.h"

#define SEED 0x6761746c

/* Below this nothing stands out, and sizes need not be looked at. */
#define Z_STRIKING 1.0
#define Z_EQUAL 1e-9

/* How much a row stands out. */
typedef struct Score {
    double z, size;
} Score;

typedef struct Permute {
    PermuteRow *rows;
    guint n_rows, n_a, n; /* boots of A, of both; or pairs twice */
    bool paired;
    guint *order; /* of rows, the most striking first */
    double *ranks; /* of row r and boot i at r * n + i */
    double *mean, *sd; /* of each row's sum of ranks */
    Score *seen; /* as the boots were, by row */
    uint64_t *reached; /* how often that was reached, by place in @order */
    double *all; /* of each row's ranks */
    double *on_b; /* 1: the boot is on B's side, or its sign is kept; else 0 */
} Permute;

static int compare_scores(const Score *a, const Score *b)
{
    if (fabs(a->z - b->z) > Z_EQUAL) {
        return a->z < b->z ? -1 : 1;
    }
    return a->size < b->size ? -1 : a->size > b->size;
}

/* Mean and deviation of the sum over all ways, which ties make smaller. */
static void prepare_row(Permute *p, guint row)
{
    double *ranks = p->ranks + (size_t)row * p->n;
    const double *values = p->rows[row].values;
    double sum = 0, squares = 0, n = p->n, n_b = p->n - p->n_a;

    if (p->paired) {
        rank_signs(values, p->n, ranks);
    } else {
        rank_values(values, p->n, ranks);
    }
    for (guint i = 0; i < p->n; i++) {
        sum += ranks[i];
        squares += ranks[i] * ranks[i];
    }
    p->all[row] = sum;
    if (p->paired) {
        p->mean[row] = 0;
        p->sd[row] = sqrt(squares);
    } else {
        p->mean[row] = n_b * sum / n;
        p->sd[row] = sqrt(MAX(squares - sum * sum / n, 0) * n_b * p->n_a /
                          (n * (n - 1)));
    }
}

/* Four sums at once: one would wait for each addition. */
static double sum_chosen(const double *v, const double *chosen, guint n)
{
    double a = 0, b = 0, c = 0, d = 0;
    guint i = 0;

    for (; i + 4 <= n; i += 4) {
        a += v[i] * chosen[i];
        b += v[i + 1] * chosen[i + 1];
        c += v[i + 2] * chosen[i + 2];
        d += v[i + 3] * chosen[i + 3];
    }
    for (; i < n; i++) {
        a += v[i] * chosen[i];
    }
    return a + b + (c + d);
}

static Score score_row(const Permute *p, guint row)
{
    const double *ranks = p->ranks + (size_t)row * p->n;
    const double *values = p->rows[row].values;
    double sum, a = 0, b = 0;
    Score s = { 0, 0 };

    sum = sum_chosen(ranks, p->on_b, p->n);
    sum = p->paired ? 2 * sum - p->all[row] : sum;
    s.z = p->sd[row] > 0 ? (sum - p->mean[row]) / p->sd[row] : 0;
    if (s.z < Z_STRIKING) {
        return s;
    }
    for (guint i = 0; i < p->n; i++) {
        *(p->on_b[i] > 0 ? &b : &a) += values[i];
    }
    s.size = p->paired ? (b - a) / p->n : b / (p->n - p->n_a) - a / p->n_a;
    s.size /= p->rows[row].scale;
    return s;
}

/* One way: from the least striking row up, the best of those behind. */
static void count_way(Permute *p)
{
    Score best = { -INFINITY, 0 };

    for (guint i = p->n_rows; i-- > 0;) {
        guint row = p->order[i];
        Score s = score_row(p, row);

        if (compare_scores(&s, &best) > 0) {
            best = s;
        }
        p->reached[i] += compare_scores(&best, &p->seen[row]) >= 0;
    }
}

/* Goes through all ways; false: there is no next one. */
static bool next_way(Permute *p)
{
    guint ones = 0, i;

    if (p->paired) {
        for (i = 0; i < p->n && p->on_b[i] == 0; i++) {
            p->on_b[i] = 1;
        }
        if (i < p->n) {
            p->on_b[i] = 0;
        }
        return i < p->n;
    }
    /* The next combination: the first one that can move up does. */
    for (i = 0; i + 1 < p->n && !(p->on_b[i] > 0 && p->on_b[i + 1] == 0); i++) {
        ones += p->on_b[i] > 0;
    }
    if (i + 1 >= p->n) {
        return false;
    }
    p->on_b[i] = 0;
    p->on_b[i + 1] = 1;
    for (guint j = 0; j < i; j++) {
        p->on_b[j] = j < ones;
    }
    return true;
}

static void shuffle(Permute *p, GRand *rand)
{
    for (guint i = 0; p->paired && i < p->n; i++) {
        p->on_b[i] = g_rand_boolean(rand);
    }
    for (guint i = p->n; !p->paired && i > 1; i--) {
        guint j = g_rand_int_range(rand, 0, i);
        double swap = p->on_b[i - 1];

        p->on_b[i - 1] = p->on_b[j];
        p->on_b[j] = swap;
    }
}

/* How many ways there are, or more than @rounds. */
static double count_ways(const Permute *p)
{
    if (p->paired) {
        return pow(2, p->n);
    }
    return exp(lgamma(p->n + 1.0) - lgamma(p->n_a + 1.0) -
               lgamma(p->n - p->n_a + 1.0));
}

/* Returns the number of ways that were tried. */
static uint64_t go_through(Permute *p, guint rounds)
{
    g_autoptr(GRand) rand = NULL;
    uint64_t tried = 0;

    if (count_ways(p) <= rounds + 0.5) {
        for (guint i = 0; i < p->n; i++) {
            p->on_b[i] = p->paired || i < p->n - p->n_a;
        }
        do {
            count_way(p);
            tried++;
        } while (next_way(p));
        return tried;
    }
    /* The boots as they were are one of the ways. */
    count_way(p);
    rand = g_rand_new_with_seed(SEED);
    for (tried = 1; tried < rounds; tried++) {
        shuffle(p, rand);
        count_way(p);
    }
    return tried;
}

static int compare_order(gconstpointer x, gconstpointer y, gpointer data)
{
    const Permute *p = data;

    return -compare_scores(&p->seen[*(const guint *)x],
                           &p->seen[*(const guint *)y]);
}

static void set_p(Permute *p, uint64_t tried)
{
    double least = 0;

    for (guint i = 0; i < p->n_rows; i++) {
        least = MAX(least, (double)p->reached[i] / tried);
        p->rows[p->order[i]].p = least;
    }
}

void permute_correct(PermuteRow *rows, guint n_rows, guint n_a, guint n_b,
                     guint rounds)
{
    guint n = n_a + n_b;
    g_autofree double *ranks = g_new(double, (size_t)n_rows *n + 1);
    g_autofree double *mean = g_new(double, n_rows + 1);
    g_autofree double *sd = g_new(double, n_rows + 1);
    g_autofree Score *seen = g_new(Score, n_rows + 1);
    g_autofree uint64_t *reached = g_new0(uint64_t, n_rows + 1);
    g_autofree guint *order = g_new(guint, n_rows + 1);
    g_autofree double *all = g_new(double, n_rows + 1);
    g_autofree double *on_b = g_new0(double, n + 1);
    Permute p = { rows, n_rows, n_a,  n,       !n_b, order, ranks,
                  mean, sd,     seen, reached, all,  on_b };

    if (!n_rows || n < 2) {
        return;
    }
    for (guint i = 0; i < n; i++) {
        on_b[i] = p.paired || i >= n_a;
    }
    for (guint r = 0; r < n_rows; r++) {
        prepare_row(&p, r);
        seen[r] = score_row(&p, r);
        order[r] = r;
    }
    qsort_r(order, n_rows, sizeof(*order), compare_order, &p);
    set_p(&p, go_through(&p, rounds));
}
