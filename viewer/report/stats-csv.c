/*
 * Statistics as CSV: a row per measure, RFC 4180.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>

#include "stats-data.h"

static void print_csv_number(double v)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    printf(",%s",
           isnan(v) ? "" : g_ascii_formatd(text, sizeof(text), "%.0f", v));
}

static void print_group(const Stats *stats)
{
    const Sample *s = stats->sample;

    for (guint i = 0; i < s->measures->len; i++) {
        const Measure *m = sample_measure(s, i);
        StatsSummary sum;
        g_autoptr(GString) cell = g_string_new(NULL);

        measure_summarise(m, &sum);
        if (stats->group) {
            append_csv_cell(cell, stats->group);
            g_string_append_c(cell, ',');
        }
        printf("%s", cell->str);
        g_string_truncate(cell, 0);
        append_csv_cell(cell, m->name);
        printf("%s,%s,%u", measure_kind_name(m->kind), cell->str, sum.n);
        print_csv_number(sum.median);
        print_csv_number(sum.low);
        print_csv_number(sum.high);
        print_csv_number(sum.mean);
        print_csv_number(sum.sd);
        print_csv_number(sum.min);
        print_csv_number(sum.max);
        for (guint t = 0; t < STATS_TAILS; t++) {
            print_csv_number(stats_tail_boots(sum.n, t) ? sum.tail[t] : NAN);
        }
        printf(",%d\r\n", s->exact && m->outside);
    }
}

static void print_csv(const StatsReport *r)
{
    printf("%skind,name,n,median_ns,median_low_ns,median_high_ns,mean_ns,"
           "sd_ns,min_ns,max_ns,p90_ns,p95_ns,p99_ns,outside\r\n",
           stats_group(r, 0)->group ? "group," : "");
    for (guint i = 0; i < r->groups->len; i++) {
        print_group(stats_group(r, i));
    }
}

const StatsFormat stats_csv = {
    .name = "csv",
    .summary = "a row per measure",
    .print = print_csv,
};
