/*
 * Statistics as text.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "figures.h"
#include "sample-loss.h"
#include "stats-data.h"

#define HISTOGRAM_MIN_N 5
#define HISTOGRAM_ROWS 10
#define HISTOGRAM_WIDTH 40

/* How many captures without a Total are named. */
#define LACKING_MAX 10
#define DISTURBED_MAX 10

/* Cells of the first column: names may be the user's, and long. */
static int title_cells(const Sample *s)
{
    int cells = 26;

    for (guint i = 0; i < s->measures->len; i++) {
        const Measure *m = sample_measure(s, i);
        g_autofree char *title =
            measure_title(measure_kind_name(m->kind), m->name);

        cells = MAX(cells, count_cells(title));
    }
    return cells;
}

static void print_measure(const Measure *m, int cells, bool exact)
{
    StatsSummary s;
    g_autofree char *title = measure_title(measure_kind_name(m->kind), m->name);

    measure_summarise(m, &s);
    printf("%-*s %4u", field_width(title, cells), title, s.n);
    print_ms(s.median, 10);
    print_ms(s.low, 10);
    print_ms(s.high, 10);
    print_ms(s.mean, 10);
    print_ms(s.sd, 9);
    print_ms(s.min, 10);
    print_ms(s.max, 10);
    printf("%s\n", exact && m->outside ? "  asynchronous" : "");
}

/* Percentiles that at least one boot is beyond. */
static void print_tail(const Measure *m, int cells)
{
    g_autofree char *title = measure_title(measure_kind_name(m->kind), m->name);
    StatsSummary s;

    measure_summarise(m, &s);
    if (!stats_tail_boots(s.n, 0)) {
        return;
    }
    printf("%-*s %4u", field_width(title, cells), title, s.n);
    for (guint i = 0; i < STATS_TAILS; i++) {
        guint boots = stats_tail_boots(s.n, i);

        print_ms(boots ? s.tail[i] : NAN, 10);
        if (boots) {
            printf(" %6u", boots);
        } else {
            printf(" %6s", "-");
        }
    }
    printf("\n");
}

static void print_tails(const Sample *s)
{
    int cells = title_cells(s);

    if (!stats_tail_boots(s->captures->len, 0)) {
        return;
    }
    printf("\n%-*s %4s %10s %6s %10s %6s %10s %6s\n", cells, "Percentiles", "n",
           "90%", "beyond", "95%", "beyond", "99%", "beyond");
    for (guint i = 0; i < s->measures->len; i++) {
        print_tail(sample_measure(s, i), cells);
    }
}

/* Boots that waited for a CPU for long: the host was busy. */
static void print_disturbed(const Sample *s)
{
    for (guint i = 0; i < s->disturbed->len && i < DISTURBED_MAX; i++) {
        const Disturbed *d = &g_array_index(s->disturbed, Disturbed, i);

        if (!i) {
            printf("\nDisturbed by the host (ms): on a CPU, ready without "
                   "one, taken from the host\n");
        }
        print_ms(d->cpu, 10);
        print_ms(d->wait, 10);
        print_ms(d->steal, 10);
        printf("  ");
        print_path(g_ptr_array_index(s->captures, d->capture));
        printf("\n");
    }
    if (s->disturbed->len > DISTURBED_MAX) {
        printf("and %u more\n", s->disturbed->len - DISTURBED_MAX);
    }
}

/* Captures that did not get to where Total ends. */
static void print_lacking(const Stats *s)
{
    for (guint i = 0; i < s->lacking->len && i < LACKING_MAX; i++) {
        guint capture = g_array_index(s->lacking, guint, i);

        if (sample_has_gap(s->sample, capture)) {
            printf("%sno Total, its end may be in what was dropped (keep=): ",
                   i ? "" : "\n");
        } else if (!s->sample->end) {
            printf("%sno Total, no milestone was reached: ", i ? "" : "\n");
        } else {
            printf("%sno Total, '%s' was not reached: ", i ? "" : "\n",
                   s->sample->end);
        }
        print_path(g_ptr_array_index(s->sample->captures, capture));
        printf("\n");
    }
    if (s->lacking->len > LACKING_MAX) {
        printf("and %u more\n", s->lacking->len - LACKING_MAX);
    }
}

static void print_outliers(const Sample *s)
{
    int cells = title_cells(s);
    bool any = false;

    for (guint i = 0; i < s->measures->len; i++) {
        const Measure *m = sample_measure(s, i);
        StatsSummary sum;

        measure_summarise(m, &sum);
        for (guint j = 0; j < m->values->len; j++) {
            double v = g_array_index(m->values, double, j);
            guint capture = g_array_index(m->captures, guint, j);

            if (stats_is_outlier(&sum, v)) {
                if (!any) {
                    printf("\nOutliers (beyond 1.5 IQR of the quartiles)\n");
                }
                any = true;
                printf("%-*s", field_width(m->name, cells), m->name);
                print_ms(v, 10);
                printf("  ");
                print_path(g_ptr_array_index(s->captures, capture));
                printf("\n");
            }
        }
    }
}

/* The total's distribution: a bar a row, by whole characters. */
static void print_histogram(const Measure *m)
{
    guint rows[HISTOGRAM_ROWS] = { 0 }, most = 1;
    StatsSummary s;

    measure_summarise(m, &s);
    if (s.n < HISTOGRAM_MIN_N || s.max <= s.min) {
        return;
    }
    for (guint i = 0; i < s.n; i++) {
        double v = g_array_index(m->values, double, i);
        guint row = (v - s.min) / (s.max - s.min) * HISTOGRAM_ROWS;

        row = MIN(row, HISTOGRAM_ROWS - 1);
        rows[row]++;
        most = MAX(most, rows[row]);
    }
    printf("\n%s (ms)\n", m->name);
    for (guint i = 0; i < HISTOGRAM_ROWS; i++) {
        double step = (s.max - s.min) / HISTOGRAM_ROWS;
        char bar[HISTOGRAM_WIDTH + 1];
        guint len = (rows[i] * HISTOGRAM_WIDTH + most - 1) / most;

        memset(bar, '#', len);
        bar[len] = '\0';
        print_ms(s.min + i * step, 10);
        printf(" %4u %s\n", rows[i], bar);
    }
}

static void print_lines(const Stats *s, GCompareFunc order, const char *title,
                        int max)
{
    g_autoptr(GPtrArray) all = stats_sorted_lines(s->lines, order);

    if (!all->len || !max) {
        return;
    }
    printf("\n%s\n%10s %10s %8s", title, "Total", "Worst", "Count");
    if (s->lines->has_host) {
        printf(" %10s %10s %10s", "On CPU", "Waiting", "Idle");
    }
    printf("\n");
    for (guint i = 0; i < all->len && i < (guint)max; i++) {
        const LineSum *l = g_ptr_array_index(all, i);

        print_ms(l->total, 9);
        print_ms(l->worst, 10);
        printf(" %8" PRIu64, l->count);
        if (s->lines->has_host) {
            print_ms(l->cpu, 10);
            print_ms(l->wait, 10);
            print_ms(l->idle, 10);
        }
        printf("  %s%s\n", l->key,
               s->sample->exact && l->outside ? " (asynchronous)" : "");
    }
}

static void print_group(const Stats *s)
{
    int max_lines = s->opt.lines;
    const Sample *sample = s->sample;
    const Measure *total = sample_find(sample, MEASURE_TOTAL, "Total");
    int cells = title_cells(sample);

    if (s->group) {
        print_path(s->group);
        printf(": ");
    }
    printf("%u capture%s, %s clock; milliseconds\n", sample->captures->len,
           sample->captures->len == 1 ? "" : "s", sample_clock_name(sample));
    printf("%-*s %4s %10s %10s %10s %10s %9s %10s %10s\n", cells, "Phase", "n",
           "Median", "95% from", "to", "Mean", "SD", "Min", "Max");
    for (guint i = 0; i < sample->measures->len; i++) {
        print_measure(sample_measure(sample, i), cells, sample->exact);
    }
    if (sample->exact) {
        printf("asynchronous: stamped by QEMU's main loop\n");
    }
    if (sample->end) {
        printf("Total is up to %s\n", sample->end);
    }
    print_lacking(s);
    budgets_print(s->budgets);
    print_tails(sample);
    print_outliers(sample);
    print_disturbed(sample);
    if (sample->losses->len) {
        printf("\n");
        print_losses("", sample);
    }
    if (total) {
        print_histogram(total);
    }
    print_lines(s, stats_by_total, "Slowest lines by total", max_lines);
    print_lines(s, stats_by_worst, "Slowest lines by their worst", max_lines);
    if (s->lines->pruned) {
        printf("\nMore than %d different lines: those of little time were "
               "dropped.\n",
               STATS_KEYS_MAX);
    }
}

static void print_text(const StatsReport *r)
{
    for (guint i = 0; i < r->groups->len; i++) {
        printf("%s", i ? "\n" : "");
        print_group(stats_group(r, i));
    }
}

const StatsFormat stats_text = {
    .name = "text",
    .summary = "tables for a person",
    .print = print_text,
};
