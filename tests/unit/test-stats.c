/*
 * The statistics of one set, against published tables (NIST StRD), closed forms
 * and worked examples; each says which.  Those of two: test-ranks.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>

#include "util.h"
#include "viewer/report/line-key.h"
#include "viewer/report/stats-math.h"

static void near(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance)) {
        g_test_message("got %.12g, expected %.12g", got, want);
        g_test_fail();
    }
}

static void test_summary(void)
{
    static const double v[] = { 2, 4, 4, 4, 5, 5, 7, 9 };
    StatsSummary s;

    stats_summarise(v, G_N_ELEMENTS(v), &s);
    g_assert_cmpuint(s.n, ==, 8);
    near(s.mean, 5, 0);
    near(s.median, 4.5, 0);
    near(s.sd, sqrt(32.0 / 7), 1e-14);
    near(s.min, 2, 0);
    near(s.max, 9, 0);
    /* Type 7, as R's quantile(): places 2.75 and 6.25 of the sorted */
    near(s.q1, 4, 0);
    near(s.q3, 5.5, 0);
    /* One of eight is left out at each end: 2 * 9 / 256 would be too much. */
    near(s.low, 2, 0);
    near(s.high, 9, 0);
}

/* NIST StRD NumAcc3 and NumAcc4: what a one-pass variance gets wrong. */
static void test_numerics(void)
{
    double v[1001];
    StatsSummary s;

    for (int i = 0; i < 1001; i++) {
        v[i] = i == 0 ? 10000000.2 : i % 2 ? 10000000.1 : 10000000.3;
    }
    stats_summarise(v, 1001, &s);
    near(s.mean, 10000000.2, 1e-8);
    near(s.sd, 0.1, 1e-9);
    for (int i = 0; i < 1001; i++) {
        v[i] = i == 0 ? 1000000.2 : i % 2 ? 1000000.1 : 1000000.3;
    }
    stats_summarise(v, 1001, &s);
    near(s.mean, 1000000.2, 1e-9);
    near(s.sd, 0.1, 1e-10);
}

static void test_few(void)
{
    static const double v[] = { 7, 9 };
    StatsSummary s;

    stats_summarise(v, 0, &s);
    g_assert_true(isnan(s.mean) && isnan(s.sd));
    stats_summarise(v, 1, &s);
    near(s.mean, 7, 0);
    near(s.median, 7, 0);
    g_assert_true(isnan(s.sd) && isnan(s.low));
    stats_summarise(v, 2, &s);
    near(s.sd, sqrt(2), 1e-15);
}

static void test_outliers(void)
{
    static const double v[] = { 10, 11, 12, 13, 14, 30 };
    StatsSummary s;

    stats_summarise(v, G_N_ELEMENTS(v), &s);
    /* quartiles 11.25 and 13.75: beyond 7.5 and 17.5 */
    g_assert_true(stats_is_outlier(&s, 30));
    g_assert_true(stats_is_outlier(&s, 7.4));
    g_assert_false(stats_is_outlier(&s, 17.5));
    g_assert_false(stats_is_outlier(&s, 10));
    stats_summarise(v + 3, 3, &s);
    g_assert_false(stats_is_outlier(&s, 1000));
}

/*
 * The interval of the median: the k-th values from both ends.  k by tables of
 * the sign test at 95%: none of 5, 1 of 6, 2 of 9, 6 of 20, 14 of 40.
 */
static void test_median_interval(void)
{
    static const struct {
        guint n, k;
    } table[] = { { 5, 0 },  { 6, 1 },  { 8, 1 },  { 9, 2 },
                  { 10, 2 }, { 20, 6 }, { 40, 14 } };
    double v[40];
    StatsSummary s;

    for (guint i = 0; i < 40; i++) {
        v[i] = (i * 7 + 3) % 40;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        guint n = table[i].n;

        for (guint j = 0; j < n; j++) {
            v[j] = (double)(j * 7 % n) + 1; /* 1 to n: no n is a multiple */
        }
        stats_summarise(v, n, &s);
        if (!table[i].k) {
            g_assert_true(isnan(s.low) && isnan(s.high));
        } else {
            near(s.low, table[i].k, 0);
            near(s.high, n + 1 - table[i].k, 0);
        }
    }
}

/* Percentiles, and how many boots are beyond. */
static void test_tails(void)
{
    double v[200];
    StatsSummary s;

    for (guint i = 0; i < 200; i++) {
        v[i] = i;
    }
    stats_summarise(v, 200, &s);
    near(s.tail[0], 179.1, 1e-9);
    near(s.tail[1], 189.05, 1e-9);
    near(s.tail[2], 197.01, 1e-9);
    g_assert_cmpuint(stats_tail_boots(200, 0), ==, 20);
    g_assert_cmpuint(stats_tail_boots(200, 2), ==, 2);
    g_assert_cmpuint(stats_tail_boots(9, 0), ==, 0);
    g_assert_cmpuint(stats_tail_boots(10, 0), ==, 1);
    g_assert_cmpuint(stats_tail_boots(100, 2), ==, 1);
}

/* By hand: 0.005 * 4, 0.01 * 3, 0.03 * 2, max(0.04 * 1, the one before) */
static void test_holm(void)
{
    double p[] = { 0.01, 0.04, NAN, 0.03, 0.005 };

    stats_holm(p, G_N_ELEMENTS(p));
    near(p[0], 0.03, 1e-15);
    near(p[1], 0.06, 1e-15);
    g_assert_true(isnan(p[2]));
    near(p[3], 0.06, 1e-15);
    near(p[4], 0.02, 1e-15);
}

static void check_key(const char *text, const char *want)
{
    CaptureLine line = { .text = text, .len = strlen(text), .complete = true };
    g_autoptr(GString) key = g_string_new("old");

    make_line_key(key, &line);
    g_assert_cmpstr(key->str, ==, want);
}

static void test_keys(void)
{
    check_key("[    0.123456] pid 17 at ffff8880 done", "[ #] pid # at # done");
    check_key("Relocating init from 0x000d48c0 to 0x1efeb320 (size 85056)",
              "Relocating init from # to # (size #)");
    check_key("SeaBIOS (version 1.16.2-debian)", "SeaBIOS (version #-debian)");
    check_key("deadbeef face added", "deadbeef face added");
    check_key("x86_64 sha256 ttyS0", "x#_# sha# ttyS#");
    check_key("drive 0x000f5a10: PCHS=0/0/0", "drive #: PCHS=#/#/#");
    check_key("1.2.3.4:80 12ab34cd", "#:# #");
    check_key("", "");
}

int main(int argc, char **argv)
{
    test_begin(&argc, &argv);
    g_test_add_func("/stats/summary", test_summary);
    g_test_add_func("/stats/numerics", test_numerics);
    g_test_add_func("/stats/few", test_few);
    g_test_add_func("/stats/outliers", test_outliers);
    g_test_add_func("/stats/median-interval", test_median_interval);
    g_test_add_func("/stats/tails", test_tails);
    g_test_add_func("/stats/holm", test_holm);
    g_test_add_func("/stats/line-keys", test_keys);
    return g_test_run();
}
