/*
 * The gate on made boots with known truth: how often it says "slower" where
 * nothing changed, how often it finds what did, and what Welch's t-test would
 * have found of the same boots.  docs/statistics.md has the tables: run with
 * BOOTSTAMP_SLOW=1 to get them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"
#include "viewer/report/compare.h"
#include "viewer/report/looks.h"
#include "welch.h"

/* Comparisons for a rate, and ways to put boots on sides in each of them. */
#ifdef __SANITIZE_ADDRESS__
#define ROUNDS 50 /* here it is memory that is looked at */
#define LUCK 9.0 /* per cent that chance may add to a rate */
#else
#define ROUNDS 1000
#define LUCK 0.0
#endif
#define WAYS 150
#define LOOK_ROUNDS (ROUNDS / 6) /* each is of nine comparisons */
#define PERCENT 5.0
#define IGNORE_NS 1e6
#define BOOTS_MAX 60

/*
 * A boot of SeaBIOS with -kernel under TCG, as `bootstamp stats` had them:
 * medians in ms, and the standard deviation of their logarithms.  Eight equal
 * boots on a quiet machine took 2.7 to 4.4 s, which is the deviation of 0.17
 * that the sum has; a copy of 30% more was found in 83 of 100 comparisons by
 * Welch's test, which is one of 0.24.
 */
typedef struct Row {
    const char *name;
    double ms, sigma;
    int copy_of; /* the row whose time this is, or -1 */
} Row;

static const Row rows[] = {
    { "Start", 139, 0.22, -1 },
    { "Run", 2.8, 0.5, -1 },
    { "BIOS post", 137, 0.2, -1 },
    { "BIOS int 19", 4, 0.3, -1 },
    { "BIOS boot OS", 6, 0.3, -1 },
    { "LinuxBoot copy initrd", 43, 0.2, -1 },
    { "LinuxBoot copy kernel", 14, 0.24, -1 },
    { "LinuxBoot boot OS", 900, 0.17, -1 },
    { "Shutdown request", 5, 0.5, -1 },
    { "copy of initrd", 0, 0, 5 },
    { "copy of kernel", 0, 0, 6 },
    { "copy of etc/acpi/tables", 1.5, 0.4, -1 },
};

#define N_ROWS G_N_ELEMENTS(rows) /* and the total, behind them */
#define COPY_INITRD 5
#define TOTAL N_ROWS

/* What the host does beside the boot. */
typedef struct Host {
    double stall; /* chance that a row of a boot takes 1.5 to 6 times as long */
    double drift; /* deviation of a factor that all rows of a boot share... */
    double keep; /* ...and that is so much like the boot's before */
} Host;

static const Host quiet = { 0.002, 0, 0 };
static const Host busy = { 0.08, 0, 0 };
static const Host drifting = { 0.002, 0.15, 0.95 };

typedef struct Boots {
    double ns[N_ROWS + 1][BOOTS_MAX];
    guint n;
} Boots;

static GRand *rng;
static double drift_now;

static double normal(void)
{
    double u = 1 - g_rand_double(rng), v = g_rand_double(rng);

    return sqrt(-2 * log(u)) * cos(2 * G_PI * v);
}

/* Adds a boot; the copy of the initrd takes @slower times as long. */
static void add_boot(Boots *b, const Host *host, double slower)
{
    double total = 0;

    drift_now = host->keep * drift_now +
                host->drift * sqrt(1 - host->keep * host->keep) * normal();
    for (guint i = 0; i < N_ROWS; i++) {
        const Row *r = &rows[i];
        double ns;

        if (r->copy_of >= 0) {
            ns = b->ns[r->copy_of][b->n] * (0.98 + 0.01 * g_rand_double(rng));
        } else {
            ns = r->ms * 1e6 * exp(r->sigma * normal() + drift_now);
            ns *= i == COPY_INITRD ? slower : 1;
            if (g_rand_double(rng) < host->stall) {
                ns *= g_rand_double_range(rng, 1.5, 6);
            }
            total += i < 9 ? ns : 0;
        }
        b->ns[i][b->n] = floor(ns);
    }
    b->ns[TOTAL][b->n++] = floor(total);
}

static void near(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance)) {
        g_test_message("got %.12g, expected %.12g", got, want);
        g_test_fail();
    }
}

/* ------------------------------------------------------------------ */
/* Gates                                                               */

static Measure *measure_of(const Boots *b, guint row)
{
    Measure *m = g_new0(Measure, 1);

    m->kind = MEASURE_PHASE;
    m->name = (char *)(row < N_ROWS ? rows[row].name : "Total");
    m->values = g_array_new(FALSE, FALSE, sizeof(double));
    m->captures = g_array_new(FALSE, FALSE, sizeof(guint));
    g_array_append_vals(m->values, b->ns[row], b->n);
    for (guint i = 0; i < b->n; i++) {
        g_array_append_val(m->captures, i);
    }
    return m;
}

static void measure_clear(Measure *m)
{
    g_array_unref(m->values);
    g_array_unref(m->captures);
    g_free(m);
}

static Verdict gate(const Boots *a, const Boots *b, bool paired, double error)
{
    CompareRule rule = { PERCENT, IGNORE_NS, error, paired, WAYS, false };
    g_autoptr(GArray) changes = changes_new();
    Verdict verdict = VERDICT_WITHIN;

    for (guint i = 0; i <= N_ROWS; i++) {
        Measure *x = measure_of(a, i), *y = measure_of(b, i);
        Change c = { 0 };

        compare_measures(&c, x, y, &rule);
        g_array_append_val(changes, c);
        measure_clear(x);
        measure_clear(y);
    }
    compare_judge(changes, &rule);
    for (guint i = 0; i < changes->len; i++) {
        verdict = MAX(verdict, g_array_index(changes, Change, i).verdict);
    }
    return verdict;
}

/* The gate as it was: means, Welch's t-test two-sided, Holm over all rows. */
static bool welch_gate(const Boots *a, const Boots *b)
{
    double p[N_ROWS + 1];
    bool over[N_ROWS + 1], slower = false;

    for (guint i = 0; i <= N_ROWS; i++) {
        StatsSummary x, y;

        stats_summarise(a->ns[i], a->n, &x);
        stats_summarise(b->ns[i], b->n, &y);
        p[i] = welch_p(&x, &y);
        over[i] = y.mean - x.mean > IGNORE_NS &&
                  y.mean - x.mean > PERCENT / 100 * x.mean;
    }
    stats_holm(p, N_ROWS + 1);
    for (guint i = 0; i <= N_ROWS; i++) {
        slower |= over[i] && p[i] < COMPARE_ERROR;
    }
    return slower;
}

/* Of ROUNDS comparisons, in per cent. */
typedef struct Rates {
    double slower, within, undecided, welch;
} Rates;

/* @turns: A B B A, and pairs; else all of A before all of B. */
static Rates simulate(const Host *host, guint n, double slower, bool turns)
{
    double seen[3] = { 0, 0, 0 }, welch = 0, part = 100.0 / ROUNDS;

    for (int round = 0; round < ROUNDS; round++) {
        Boots a = { .n = 0 }, b = { .n = 0 };

        drift_now = host->drift * normal();
        for (guint i = 0; i < 2 * n; i++) {
            bool to_a = turns ? i % 4 == 0 || i % 4 == 3 : i < n;

            add_boot(to_a ? &a : &b, host, to_a ? 1 : slower);
        }
        seen[gate(&a, &b, turns, COMPARE_ERROR)]++;
        welch += welch_gate(&a, &b);
    }
    return (Rates){ part * seen[VERDICT_SLOWER], part * seen[VERDICT_WITHIN],
                    part * seen[VERDICT_UNDECIDED], part * welch };
}

static Rates report(const char *what, const Host *host, guint n, double slower,
                    bool turns)
{
    Rates r = simulate(host, n, slower, turns);

    g_test_message("| %s | %u | %+.0f%% | %.1f | %.1f | %.1f | %.1f |", what, n,
                   100 * (slower - 1), r.slower, r.undecided, r.within,
                   r.welch);
    return r;
}

#define ALARMS_MAX (5.0 + LUCK)

static const guint sizes[] = { 5, 10, 20, 40 };

static void test_false_alarms(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        Rates r = report("quiet", &quiet, sizes[i], 1, false);

        g_assert_cmpfloat(r.slower, <=, ALARMS_MAX);
    }
    g_assert_cmpfloat(report("busy", &busy, 10, 1, false).slower, <=,
                      ALARMS_MAX);
    g_assert_cmpfloat(report("quiet, pairs", &quiet, 10, 1, true).slower, <=,
                      ALARMS_MAX);
}

/* At n = 20 it finds at least what Welch's test finds. */
static void test_power(void)
{
    static const double shifts[] = { 1.1, 1.3 };

    for (size_t i = 0; i < G_N_ELEMENTS(shifts); i++) {
        Rates r = report("quiet", &quiet, 20, shifts[i], false);

        g_assert_cmpfloat(r.slower + LUCK, >=, r.welch);
    }
}

/*
 * A host that drifts: A then B takes the drift for a change, whatever the
 * test; in turns it does not.
 */
static void test_drift(void)
{
    Rates apart = report("drifting", &drifting, 20, 1, false);
    Rates turns = report("drifting, pairs", &drifting, 20, 1, true);

    g_assert_cmpfloat(apart.slower + LUCK, >, 10);
    g_assert_cmpfloat(apart.welch + LUCK, >, 10);
    g_assert_cmpfloat(turns.slower, <=, ALARMS_MAX);
    apart = report("drifting", &drifting, 20, 1.3, false);
    turns = report("drifting, pairs", &drifting, 20, 1.3, true);
    g_assert_cmpfloat(turns.slower + LUCK, >, apart.welch);
}

/* ------------------------------------------------------------------ */
/* Until it can tell                                                   */

static Rates simulate_looks(const Host *host, guint first, guint last,
                            double slower, double *pairs)
{
    double seen[3] = { 0, 0, 0 }, part = 100.0 / LOOK_ROUNDS;

    *pairs = 0;
    for (int round = 0; round < LOOK_ROUNDS; round++) {
        Boots a = { .n = 0 }, b = { .n = 0 };
        Verdict verdict = VERDICT_UNDECIDED;
        Looks looks;

        looks_init(&looks, first, last, COMPARE_ERROR);
        drift_now = host->drift * normal();
        while (verdict == VERDICT_UNDECIDED && a.n < last) {
            for (guint to = looks_next(&looks, a.n); a.n < to;) {
                bool a_first = a.n % 2 == 0;

                add_boot(a_first ? &a : &b, host, a_first ? 1 : slower);
                add_boot(a_first ? &b : &a, host, a_first ? slower : 1);
            }
            verdict = gate(&a, &b, true, looks_share(&looks, a.n));
        }
        seen[verdict]++;
        *pairs += a.n / (double)LOOK_ROUNDS;
    }
    return (Rates){ part * seen[VERDICT_SLOWER], part * seen[VERDICT_WITHIN],
                    part * seen[VERDICT_UNDECIDED], NAN };
}

static Rates report_looks(const char *what, const Host *host, double slower)
{
    double pairs;
    Rates r = simulate_looks(host, 5, 60, slower, &pairs);

    g_test_message("| %s | 5..60 | %+.0f%% | %.1f | %.1f | %.1f | %.0f pairs |",
                   what, 100 * (slower - 1), r.slower, r.undecided, r.within,
                   pairs);
    return r;
}

static void test_looks(void)
{
    Looks l;
    double sum = 0;
    guint n = 0, looks = 0;
    Rates r;

    looks_init(&l, 5, 60, COMPARE_ERROR);
    while (n < 60) {
        n = looks_next(&l, n);
        looks++;
        sum = l.spent;
        looks_share(&l, n);
        g_assert_cmpfloat(l.spent, >=, sum);
    }
    g_assert_cmpuint(looks, ==, 9);
    near(l.spent, COMPARE_ERROR, 1e-15);
    looks_init(&l, 20, 20, COMPARE_ERROR);
    g_assert_cmpuint(looks_next(&l, 0), ==, 20);
    near(looks_share(&l, 20), COMPARE_ERROR, 1e-15);

    r = report_looks("drifting, pairs", &drifting, 1);
    g_assert_cmpfloat(r.slower, <=, ALARMS_MAX);
    r = report_looks("drifting, pairs", &drifting, 1.3);
    g_assert_cmpfloat(r.within, <=, ALARMS_MAX);
    g_assert_cmpfloat(r.slower + LUCK, >, 90);
}

/* ------------------------------------------------------------------ */
/* Cases                                                               */

/*
 * A copy of 1.4 to 7 ms against 54 to 226 ms, five boots a side: Welch's test
 * with Holm gave p 0.81, for one boot of B took 226 ms.
 */
static void test_thirty_fold(void)
{
    static const double before[] = { 1.4e6, 2.2e6, 1.9e6, 7e6, 3.1e6 };
    static const double after[] = { 54e6, 61e6, 58e6, 226e6, 75e6 };
    Boots a = { .n = 0 }, b = { .n = 0 };

    for (guint i = 0; i < 5; i++) {
        add_boot(&a, &quiet, 1);
        add_boot(&b, &quiet, 1);
        a.ns[COPY_INITRD][i] = before[i];
        b.ns[COPY_INITRD][i] = after[i];
    }
    g_assert_false(welch_gate(&a, &b));
    g_assert_cmpint(gate(&a, &b, false, COMPARE_ERROR), ==, VERDICT_SLOWER);
}

/* Everything that docs/statistics.md shows. */
static void test_tables(void)
{
    static const double shifts[] = { 1, 1.05, 1.1, 1.3 };

    for (size_t s = 0; s < G_N_ELEMENTS(shifts); s++) {
        for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
            report("quiet", &quiet, sizes[i], shifts[s], false);
            report("busy", &busy, sizes[i], shifts[s], false);
            report("drifting", &drifting, sizes[i], shifts[s], false);
            report("drifting, pairs", &drifting, sizes[i], shifts[s], true);
        }
        report_looks("drifting, pairs", &drifting, shifts[s]);
    }
}

/* The worked examples 1 and 2 of Wikipedia's article "Welch's t-test". */
static void test_welch(void)
{
    static const double a1[] = { 27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1,
                                 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4 };
    static const double a2[] = { 27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0,
                                 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4 };
    StatsSummary x, y;

    stats_summarise(a1, G_N_ELEMENTS(a1), &x);
    stats_summarise(a2, G_N_ELEMENTS(a2), &y);
    near(welch_p(&x, &y), 0.021, 5e-4);
}

int main(int argc, char **argv)
{
    test_begin(&argc, &argv);
    rng = g_rand_new_with_seed(20261125);
    g_test_add_func("/gate/welch", test_welch);
    g_test_add_func("/gate/thirty-fold", test_thirty_fold);
    g_test_add_func("/gate/false-alarms", test_false_alarms);
    g_test_add_func("/gate/power", test_power);
    g_test_add_func("/gate/drift", test_drift);
    g_test_add_func("/gate/looks", test_looks);
    if (g_getenv("BOOTSTAMP_SLOW")) {
        g_test_add_func("/gate/tables", test_tables);
    }
    return g_test_run();
}
