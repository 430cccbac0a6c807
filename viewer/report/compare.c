/*
 * Is B slower than A?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <string.h>

#include "compare.h"
#include "permute.h"

/* With which chance the number of boots that is named is enough. */
#define POWER_Z 0.8416 /* 80% */
#define BOOTS_MAX 10000

const char *verdict_name(Verdict verdict)
{
    static const char *const names[] = {
        [VERDICT_WITHIN] = "within",
        [VERDICT_UNDECIDED] = "cannot tell",
        [VERDICT_SLOWER] = "slower",
    };

    return names[verdict];
}

static void change_clear(gpointer data)
{
    g_clear_pointer(&((Change *)data)->values, g_free);
}

static const double *values_of(const GArray *a)
{
    return (const double *)(const void *)a->data;
}

static double percent_of(const Change *c, double ns)
{
    return c->a.median > 0 ? 100 * ns / c->a.median : NAN;
}

/*
 * Whether no way to put these boots on two sides could give a shift above the
 * threshold.  It does not depend on which side each boot is on, so leaving
 * such rows out of the correction keeps its promise.
 */
static bool is_still(const Change *c, double ignore_ns, double percent)
{
    double low = MIN(c->a.min, c->b.min), high = MAX(c->a.max, c->b.max);

    return high - low <= MAX(ignore_ns, percent / 100 * low);
}

static void fill(Change *c, const CompareRule *rule)
{
    c->shift = rule->exact ? c->b.median - c->a.median : c->test.shift;
    c->percent = percent_of(c, c->shift);
    c->low_percent = percent_of(c, c->test.low);
    c->high_percent = percent_of(c, c->test.high);
    c->threshold =
        MAX(rule->ignore_ns, rule->percent / 100 * MAX(c->a.median, 0));
    c->p = c->test.greater;
    c->still = is_still(c, rule->ignore_ns, rule->percent);
    c->ignored = is_still(c, rule->ignore_ns, 0);
}

GArray *changes_new(void)
{
    GArray *changes = g_array_new(FALSE, TRUE, sizeof(Change));

    g_array_set_clear_func(changes, change_clear);
    return changes;
}

void compare_values(Change *c, const GArray *a, const GArray *b,
                    const CompareRule *rule)
{
    stats_summarise(values_of(a), a->len, &c->a);
    stats_summarise(values_of(b), b->len, &c->b);
    rank_sum_test(values_of(a), a->len, values_of(b), b->len, rule->error,
                  &c->test);
    fill(c, rule);
}

static void keep_values(Change *c, const GArray *a, const GArray *b)
{
    c->n_a = a->len;
    c->n_b = b->len;
    c->values = g_new(double, a->len + b->len + 1);
    memcpy(c->values, a->data, a->len * sizeof(double));
    memcpy(c->values + a->len, b->data, b->len * sizeof(double));
}

/* Values of captures that both have, in pairs, and their differences. */
static void compare_pairs(Change *c, const Measure *a, const Measure *b,
                          const CompareRule *rule)
{
    g_autofree double *x = g_new(double, a->values->len + 1);
    g_autofree double *y = g_new(double, a->values->len + 1);
    g_autofree double *d = g_new(double, a->values->len + 1);
    guint n = 0;

    for (guint i = 0, j = 0; i < a->values->len; i++) {
        guint capture = g_array_index(a->captures, guint, i);

        while (j < b->values->len &&
               g_array_index(b->captures, guint, j) < capture) {
            j++;
        }
        if (j < b->values->len &&
            g_array_index(b->captures, guint, j) == capture) {
            x[n] = g_array_index(a->values, double, i);
            y[n] = g_array_index(b->values, double, j++);
            d[n] = y[n] - x[n];
            n++;
        }
    }
    stats_summarise(x, n, &c->a);
    stats_summarise(y, n, &c->b);
    signed_rank_test(d, n, rule->error, &c->test);
    fill(c, rule);
    c->values = g_steal_pointer(&d);
    c->n_a = n;
}

void compare_measures(Change *c, const Measure *a, const Measure *b,
                      const CompareRule *rule)
{
    c->kind = measure_kind_name(a->kind);
    c->name = a->name;
    c->outside = rule->exact && (a->outside || b->outside);
    if (rule->paired) {
        compare_pairs(c, a, b, rule);
    } else {
        compare_values(c, a->values, b->values, rule);
        keep_values(c, a->values, b->values);
    }
}

/* ------------------------------------------------------------------ */
/* Verdicts                                                            */

static bool is_tested(const Change *c)
{
    return !c->outside && !c->still && !isnan(c->p);
}

/*
 * From the boots that the smallest possible p, and an interval at all, take;
 * pairs halve it with each, and two samples need about as many a side.
 */
static guint least_boots(const Change *c, const CompareRule *rule, guint family)
{
    double p = rule->error / MAX(family, 1), least;
    guint n = 1;

    do {
        n++;
        least = rule->paired ? pow(0.5, n)
                             : exp(2 * lgamma(n + 1.0) - lgamma(2.0 * n + 1));
    } while (least >= p);
    return n;
}

/*
 * How many boots a side would probably tell, if the shift and the scatter are
 * what they seem: both ends of the interval come nearer by the root of n.
 */
static guint boots_to_tell(const Change *c, const CompareRule *rule,
                           guint family)
{
    double z = normal_quantile(rule->error), n = MIN(c->a.n, c->b.n);
    double least = least_boots(c, rule, family), spread, room, more;

    if (!isfinite(c->test.high) || n < 2) {
        return least;
    }
    spread = MAX(c->test.high - c->shift, c->shift - c->test.low) / z;
    room = c->shift - c->threshold;
    if (room > 0) {
        double holm = normal_quantile(rule->error / MAX(family, 1));

        more = MAX((holm + POWER_Z) / c->shift, POWER_Z / room) * spread;
    } else {
        more = (z + POWER_Z) / -room * spread;
        least = 0;
    }
    more = ceil(n * more * more);
    more = MAX(MAX(more, least), n + 1);
    return more <= BOOTS_MAX ? (guint)more : 0;
}

static Verdict judge(const Change *c, const CompareRule *rule)
{
    bool over = c->shift > c->threshold;

    if (c->outside || isnan(c->shift)) {
        return VERDICT_WITHIN;
    }
    if (rule->exact) {
        return over ? VERDICT_SLOWER : VERDICT_WITHIN;
    }
    if (c->ignored || c->test.high <= c->threshold) {
        return VERDICT_WITHIN;
    }
    return over && c->p < rule->error ? VERDICT_SLOWER : VERDICT_UNDECIDED;
}

/* Every boot has all measures, so that boots can change sides as a whole. */
static bool are_complete(const GArray *changes)
{
    const Change *first = NULL;

    for (guint i = 0; i < changes->len; i++) {
        const Change *c = &g_array_index(changes, Change, i);

        if (!is_tested(c)) {
            continue;
        }
        first = first ? first : c;
        if (!c->values || c->n_a != first->n_a || c->n_b != first->n_b) {
            return false;
        }
    }
    return first && first->n_a + first->n_b >= 2;
}

/* @p has a place for each change. */
static void correct_by_ways(const GArray *changes, const CompareRule *rule,
                            double *p)
{
    g_autofree PermuteRow *rows = g_new(PermuteRow, changes->len + 1);
    guint n = 0, n_a = 0, n_b = 0;

    for (guint i = 0; i < changes->len; i++) {
        const Change *c = &g_array_index(changes, Change, i);

        if (is_tested(c)) {
            double size = (c->a.median + c->b.median) / 2;

            rows[n++] = (PermuteRow){ c->values, size > 0 ? size : 1, NAN };
            n_a = c->n_a;
            n_b = c->n_b;
        }
    }
    permute_correct(rows, n, n_a, n_b,
                    rule->rounds ? rule->rounds : PERMUTE_ROUNDS);
    for (guint i = 0, at = 0; i < changes->len; i++) {
        p[i] =
            is_tested(&g_array_index(changes, Change, i)) ? rows[at++].p : NAN;
    }
}

void compare_judge(GArray *changes, const CompareRule *rule)
{
    g_autofree double *p = g_new(double, changes->len + 1);
    guint family = 0;

    for (guint i = 0; i < changes->len; i++) {
        const Change *c = &g_array_index(changes, Change, i);

        p[i] = is_tested(c) ? c->p : NAN;
        family += is_tested(c);
    }
    if (!rule->exact && are_complete(changes)) {
        correct_by_ways(changes, rule, p);
    } else {
        stats_holm(p, changes->len);
    }
    for (guint i = 0; i < changes->len; i++) {
        Change *c = &g_array_index(changes, Change, i);

        c->p = rule->exact ? NAN : p[i];
        c->verdict = judge(c, rule);
        c->boots = c->verdict == VERDICT_UNDECIDED
                       ? boots_to_tell(c, rule, family)
                       : 0;
    }
}
