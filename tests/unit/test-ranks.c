/*
 * The rank tests: against R's wilcox.test() on the data of its manual page
 * (Hollander and Wolfe, tables 3.1 and 4.1), against counting all arrangements
 * one by one, and against brute force.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <stdlib.h>

#include "util.h"
#include "viewer/report/ranks.h"

static void near(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance)) {
        g_test_message("got %.12g, expected %.12g", got, want);
        g_test_fail();
    }
}

static void test_normal(void)
{
    /* The usual table: 5%, 2.5%, and a far tail */
    near(normal_quantile(0.05), 1.6448536269514722, 1e-12);
    near(normal_quantile(0.025), 1.959963984540054, 1e-12);
    near(normal_tail(0), 0.5, 0);
    near(normal_tail(6), 9.865876450376981e-10, 1e-21);
}

/* Table 4.1 of Hollander and Wolfe: permeability of a membrane. */
static void test_rank_sum(void)
{
    static const double a[] = { 0.80, 0.83, 1.89, 1.04, 1.45,
                                1.38, 1.91, 1.64, 0.73, 1.46 };
    static const double b[] = { 1.15, 0.88, 0.90, 0.74, 1.21 };
    RankTest t;

    rank_sum_test(a, 10, b, 5, 0.05, &t);
    near(t.greater, 0.896769896769897, 1e-14);
    near(t.two_sided, 0.254412254412254, 1e-14);
    near(t.shift, -0.305, 1e-12);
    near(t.low, -0.72, 1e-12);
    near(t.high, 0.08, 1e-12);
    near(t.least, 1.0 / 3003, 1e-15);
    rank_sum_test(b, 5, a, 10, 0.05, &t);
    near(t.shift, 0.305, 1e-12);
    near(t.low, -0.08, 1e-12);
    near(t.high, 0.72, 1e-12);
}

/* Table 3.1: depression scores before and after, as differences. */
static void test_signed_rank(void)
{
    static const double d[] = { 0.952, -0.147, 1.022, 0.43, 0.62,
                                0.59,  -0.49,  -0.08, 0.01 };
    RankTest t;

    signed_rank_test(d, 9, 0.05, &t);
    near(t.greater, 0.08203125, 1e-14);
    near(t.two_sided, 0.1640625, 1e-14);
    near(t.shift, 0.3, 1e-12);
    near(t.low, -0.035, 1e-12);
    near(t.high, 0.691, 1e-12);
    near(t.least, 1.0 / 512, 0);
}

/* Complete separation: 1 of all arrangements.  Too few values: no interval. */
static void test_separated(void)
{
    static const double a[] = { 1, 2, 3, 4, 5 }, b[] = { 60, 70, 80, 90, 100 };
    RankTest t;

    rank_sum_test(a, 5, b, 5, 0.05, &t);
    near(t.greater, 1.0 / 252, 1e-15);
    near(t.shift, 77, 0);
    g_assert_true(t.low > 50 && t.high < 100);
    rank_sum_test(a, 2, b, 2, 0.05, &t);
    near(t.greater, 1.0 / 6, 1e-15);
    g_assert_true(isinf(t.low) && isinf(t.high));
    rank_sum_test(a, 1, b, 1, 0.05, &t);
    near(t.greater, 0.5, 1e-15);
    near(t.shift, 59, 0);
    rank_sum_test(a, 0, b, 5, 0.05, &t);
    g_assert_true(isnan(t.greater) && isnan(t.shift));
    signed_rank_test(b, 5, 0.05, &t);
    near(t.greater, 1.0 / 32, 0);
    near(t.low, 60, 0);
    signed_rank_test(b, 0, 0.05, &t);
    g_assert_true(isnan(t.greater));
}

/* Neither side varies, or nothing but ties. */
static void test_all_equal(void)
{
    static const double a[] = { 7, 7, 7, 7, 7, 7 }, none[] = { 0, 0, 0, 0, 0 };
    RankTest t;

    rank_sum_test(a, 6, a, 6, 0.05, &t);
    near(t.greater, 1, 1e-12);
    near(t.two_sided, 1, 1e-12);
    near(t.shift, 0, 0);
    near(t.low, 0, 0);
    near(t.high, 0, 0);
    signed_rank_test(none, 5, 0.05, &t);
    near(t.greater, 1, 0);
    near(t.shift, 0, 0);
}

/* ------------------------------------------------------------------ */
/* By counting every arrangement                                       */

static double midrank2(const double *v, guint n, double x)
{
    double below = 0, same = 0;

    for (guint i = 0; i < n; i++) {
        below += v[i] < x;
        same += v[i] == x;
    }
    return 2 * below + same + 1;
}

static double count_sum_p(const double *all, guint n_a, guint n_b)
{
    guint n = n_a + n_b;
    double seen = 0, total = 0, extreme = 0;

    for (guint i = n_a; i < n; i++) {
        seen += midrank2(all, n, all[i]);
    }
    for (guint set = 0; set < 1u << n; set++) {
        double sum = 0;

        if ((guint)__builtin_popcount(set) != n_b) {
            continue;
        }
        for (guint i = 0; i < n; i++) {
            sum += set & 1u << i ? midrank2(all, n, all[i]) : 0;
        }
        total++;
        extreme += sum >= seen;
    }
    return extreme / total;
}

static double count_sign_p(const double *d, guint n)
{
    double sizes[16], ranks[16], seen = 0, extreme = 0;
    guint left = 0;
    bool plus[16];

    for (guint i = 0; i < n; i++) {
        if (d[i] != 0) {
            plus[left] = d[i] > 0;
            sizes[left++] = fabs(d[i]);
        }
    }
    for (guint i = 0; i < left; i++) {
        ranks[i] = midrank2(sizes, left, sizes[i]);
        seen += plus[i] ? ranks[i] : 0;
    }
    for (guint set = 0; set < 1u << left; set++) {
        double sum = 0;

        for (guint i = 0; i < left; i++) {
            sum += set & 1u << i ? ranks[i] : 0;
        }
        extreme += sum >= seen;
    }
    return extreme / (1u << left);
}

/* Few different values, so that most tie. */
static void test_ties(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(16);

    for (int round = 0; round < 200; round++) {
        guint n_a = g_rand_int_range(rand, 1, 7);
        guint n_b = g_rand_int_range(rand, 1, 7);
        double all[12], d[10];
        RankTest t;

        for (guint i = 0; i < n_a + n_b; i++) {
            all[i] = g_rand_int_range(rand, 0, 5);
        }
        rank_sum_test(all, n_a, all + n_a, n_b, 0.05, &t);
        near(t.greater, count_sum_p(all, n_a, n_b), 1e-12);
        for (guint i = 0; i < 10; i++) {
            d[i] = g_rand_int_range(rand, -3, 5);
        }
        signed_rank_test(d, 10, 0.05, &t);
        near(t.greater, count_sign_p(d, 10), 1e-12);
    }
}

/* ------------------------------------------------------------------ */
/* The shift without making all differences                            */

static int by_size(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;

    return a < b ? -1 : a > b;
}

static double middle_of(double *v, guint n)
{
    qsort(v, n, sizeof(*v), by_size);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static void test_shift(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(61);
    double a[30], b[30], all[900];

    for (int round = 0; round < 200; round++) {
        guint n_a = g_rand_int_range(rand, 1, 30);
        guint n_b = g_rand_int_range(rand, 1, 30);
        guint n = 0;
        RankTest t;

        for (guint i = 0; i < 30; i++) {
            a[i] = floor(g_rand_double_range(rand, -1e9, 1e9));
            b[i] = floor(exp(g_rand_double_range(rand, -5, 25)));
        }
        for (guint i = 0; i < n_a * n_b; i++) {
            all[n++] = b[i / n_a] - a[i % n_a];
        }
        rank_sum_test(a, n_a, b, n_b, 0.05, &t);
        near(t.shift, middle_of(all, n), 0);
        g_assert_true(t.low <= t.shift && t.shift <= t.high);
        n = 0;
        for (guint i = 0; i < n_a; i++) {
            for (guint j = i; j < n_a; j++) {
                all[n++] = (a[i] + a[j]) / 2;
            }
        }
        signed_rank_test(a, n_a, 0.05, &t);
        near(t.shift, middle_of(all, n), 0);
        g_assert_true(t.low <= t.shift && t.shift <= t.high);
    }
}

/* Where counting ends the normal distribution goes on, without a step. */
static void test_many(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);
    double a[60], b[60];
    RankTest exact, normal;

    for (guint i = 0; i < 60; i++) {
        a[i] = g_rand_double(rand);
        b[i] = g_rand_double(rand) + 0.1;
    }
    rank_sum_test(a, 50, b, 50, 0.05, &exact);
    rank_sum_test(a, 51, b, 50, 0.05, &normal);
    near(exact.greater, normal.greater, 0.01);
    near(exact.low, normal.low, 0.02);
    near(exact.high, normal.high, 0.02);
}

/* A hundred thousand captures a side: no time, no overflow. */
static void test_very_many(void)
{
    guint n = 100000;
    g_autofree double *a = g_new(double, n), *b = g_new(double, n);
    gint64 began = g_get_monotonic_time();
    RankTest t;

    for (guint i = 0; i < n; i++) {
        a[i] = 1e9 + (i * 7919u % n) * 1000.0;
        b[i] = a[i] + 5e6;
    }
    rank_sum_test(a, n, b, n, 0.05, &t);
    near(t.shift, 5e6, 2e4);
    g_assert_true(t.greater < 1e-100 && t.low > 4e6 && t.high < 6e6);
    for (guint i = 0; i < n; i++) {
        b[i] -= a[i] + (i % 3) * 1e6;
    }
    signed_rank_test(b, n, 0.05, &t);
    near(t.shift, 4e6, 1e4);
    g_assert_cmpint(g_get_monotonic_time() - began, <, 5 * G_USEC_PER_SEC);
}

int main(int argc, char **argv)
{
    test_begin(&argc, &argv);
    g_test_add_func("/ranks/normal", test_normal);
    g_test_add_func("/ranks/sum", test_rank_sum);
    g_test_add_func("/ranks/signed", test_signed_rank);
    g_test_add_func("/ranks/separated", test_separated);
    g_test_add_func("/ranks/all-equal", test_all_equal);
    g_test_add_func("/ranks/ties", test_ties);
    g_test_add_func("/ranks/shift", test_shift);
    g_test_add_func("/ranks/many", test_many);
    g_test_add_func("/ranks/very-many", test_very_many);
    return g_test_run();
}
