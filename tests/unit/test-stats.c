/*
 * The statistics, against published tables (NIST/SEMATECH handbook, NIST StRD),
 * closed forms and worked examples; each says which.
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
    /* qt(0.975, 7) * sd / sqrt(8) = 2.364624 * 2.138090 / 2.828427 */
    near(s.ci, 1.787488, 2e-6);
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
    g_assert_true(isnan(s.sd) && isnan(s.ci));
    stats_summarise(v, 2, &s);
    near(s.sd, sqrt(2), 1e-15);
    /* qt(0.975, 1) = 12.7062047 */
    near(s.ci, 12.7062047362, 1e-8);
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

/* The t table of the NIST/SEMATECH handbook, 1.3.6.7.2, column 0.975. */
static void test_t_table(void)
{
    static const struct {
        double df, t;
    } table[] = {
        { 1, 12.706 }, { 2, 4.303 },  { 3, 3.182 },   { 4, 2.776 },
        { 5, 2.571 },  { 9, 2.262 },  { 10, 2.228 },  { 19, 2.093 },
        { 30, 2.042 }, { 60, 2.000 }, { 100, 1.984 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        near(stats_t_critical(0.05, table[i].df), table[i].t, 5.1e-4);
        near(stats_t_probability(table[i].t, table[i].df), 0.05, 1e-4);
    }
    /* The normal distribution's, for very many. */
    near(stats_t_critical(0.05, 1e7), 1.959964, 1e-5);
    /* Cauchy and df 2 have closed forms. */
    near(stats_t_probability(1, 1), 0.5, 1e-14);
    near(stats_t_probability(2, 2), 1 - 2 / sqrt(6), 1e-14);
    near(stats_t_probability(0, 5), 1, 1e-14);
    near(stats_t_probability(INFINITY, 5), 0, 0);
    near(stats_t_probability(40, 3), 3.43e-5, 1e-6);
}

static void test_beta(void)
{
    near(stats_incomplete_beta(1, 1, 0.3), 0.3, 1e-15);
    near(stats_incomplete_beta(2, 2, 0.5), 0.5, 1e-15);
    /* I_x(a, 1) = x^a and I_x(1, b) = 1 - (1 - x)^b */
    near(stats_incomplete_beta(5, 1, 0.7), pow(0.7, 5), 1e-14);
    near(stats_incomplete_beta(1, 7, 0.2), 1 - pow(0.8, 7), 1e-14);
    /* Binomial tail: P(X >= 3), n = 10, p = 0.25 */
    near(stats_incomplete_beta(3, 8, 0.25), 0.4744071960449219, 1e-13);
    near(stats_incomplete_beta(2, 3, 0), 0, 0);
    near(stats_incomplete_beta(2, 3, 1), 1, 0);
}

/* The worked examples 1 and 2 of Wikipedia's article "Welch's t-test". */
static void test_welch(void)
{
    static const double a1[] = { 27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1,
                                 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4 };
    static const double a2[] = { 27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0,
                                 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4 };
    static const double a3[] = { 17.2, 20.9, 22.6, 18.1, 21.7,
                                 21.4, 23.5, 24.2, 14.7, 21.8 };
    static const double a4[] = { 21.5, 22.8, 21.0, 23.0, 21.6, 23.6, 22.5,
                                 20.7, 23.4, 21.8, 20.7, 21.7, 21.5, 22.5,
                                 23.6, 21.5, 22.5, 23.5, 21.5, 21.8 };
    StatsSummary x, y;
    StatsTest t;

    stats_summarise(a1, G_N_ELEMENTS(a1), &x);
    stats_summarise(a2, G_N_ELEMENTS(a2), &y);
    stats_welch(&x, &y, &t);
    near(t.t, 2.46, 0.01);
    near(t.df, 25.0, 0.1);
    near(t.p, 0.021, 5e-4);
    stats_summarise(a3, G_N_ELEMENTS(a3), &x);
    stats_summarise(a4, G_N_ELEMENTS(a4), &y);
    stats_welch(&x, &y, &t);
    near(t.t, 1.57, 0.01);
    near(t.df, 9.9, 0.1);
    near(t.p, 0.149, 1e-3);
}

static void test_welch_few(void)
{
    static const double v[] = { 5, 5, 5 }, w[] = { 6, 6 };
    StatsSummary x, y;
    StatsTest t;

    stats_summarise(v, 3, &x);
    stats_summarise(w, 1, &y);
    stats_welch(&x, &y, &t);
    g_assert_true(isnan(t.p));
    stats_welch(&x, &x, &t);
    near(t.p, 1, 0);
    stats_summarise(w, 2, &y);
    stats_welch(&x, &y, &t);
    near(t.p, 0, 0);
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
    g_test_add_func("/stats/t-table", test_t_table);
    g_test_add_func("/stats/beta", test_beta);
    g_test_add_func("/stats/welch", test_welch);
    g_test_add_func("/stats/welch-few", test_welch_few);
    g_test_add_func("/stats/holm", test_holm);
    g_test_add_func("/stats/line-keys", test_keys);
    return g_test_run();
}
