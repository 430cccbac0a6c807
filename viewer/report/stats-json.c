/*
 * Statistics as JSON: docs/json-schema.md.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>

#include "sample-loss.h"
#include "stats-data.h"

static void put_value(JsonOut *j, const Sample *s, const Measure *m,
                      const StatsSummary *sum, guint i)
{
    double v = g_array_index(m->values, double, i);
    guint capture = g_array_index(m->captures, guint, i);

    json_out_begin_object(j, NULL);
    json_out_string(j, "capture", g_ptr_array_index(s->captures, capture));
    json_out_int(j, "ns", v);
    json_out_bool(j, "outlier", stats_is_outlier(sum, v));
    json_out_end_object(j);
}

/* null where no boot is beyond the percentile. */
static void put_tails(JsonOut *j, const StatsSummary *sum)
{
    static const char *const names[STATS_TAILS] = { "p90_ns", "p95_ns",
                                                    "p99_ns" };

    for (guint i = 0; i < STATS_TAILS; i++) {
        json_out_double(j, names[i],
                        stats_tail_boots(sum->n, i) ? sum->tail[i] : NAN);
    }
}

static void put_measure(JsonOut *j, const Sample *s, const Measure *m)
{
    StatsSummary sum;

    measure_summarise(m, &sum);
    json_out_begin_object(j, NULL);
    json_out_string(j, "kind", measure_kind_name(m->kind));
    json_out_string(j, "name", m->name);
    json_out_int(j, "n", sum.n);
    json_out_double(j, "mean_ns", sum.mean);
    json_out_double(j, "median_ns", sum.median);
    json_out_double(j, "median_low_ns", sum.low);
    json_out_double(j, "median_high_ns", sum.high);
    json_out_double(j, "sd_ns", sum.sd);
    json_out_double(j, "min_ns", sum.min);
    json_out_double(j, "max_ns", sum.max);
    json_out_double(j, "q1_ns", sum.q1);
    json_out_double(j, "q3_ns", sum.q3);
    put_tails(j, &sum);
    json_out_bool(j, "outside", s->exact && m->outside);
    json_out_begin_array(j, "values");
    for (guint i = 0; i < m->values->len; i++) {
        put_value(j, s, m, &sum, i);
    }
    json_out_end_array(j);
    json_out_end_object(j);
}

static void put_line(JsonOut *j, const Sample *s, const LineSum *l)
{
    json_out_begin_object(j, NULL);
    json_out_string(j, "text", l->key);
    json_out_int(j, "count", l->count);
    json_out_int(j, "total_ns", l->total);
    json_out_int(j, "worst_ns", l->worst);
    json_out_int(j, "cpu_ns", l->cpu);
    json_out_int(j, "wait_ns", l->wait);
    json_out_int(j, "idle_ns", l->idle);
    json_out_bool(j, "outside", s->exact && l->outside);
    json_out_string(j, "worst_capture",
                    g_ptr_array_index(s->captures, l->worst_capture));
    json_out_end_object(j);
}

static void put_disturbed(JsonOut *j, const Sample *s)
{
    json_out_begin_array(j, "disturbed");
    for (guint i = 0; i < s->disturbed->len; i++) {
        const Disturbed *d = &g_array_index(s->disturbed, Disturbed, i);

        json_out_begin_object(j, NULL);
        json_out_string(j, "capture",
                        g_ptr_array_index(s->captures, d->capture));
        json_out_int(j, "cpu_ns", d->cpu);
        json_out_int(j, "wait_ns", d->wait);
        json_out_int(j, "steal_ns", d->steal);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

static void print_group(const Stats *s)
{
    guint max_lines = s->opt.lines;
    g_autoptr(GPtrArray) lines = stats_sorted_lines(s->lines, stats_by_total);
    JsonOut *j = json_out_new();

    json_out_begin_object(j, NULL);
    json_out_string(j, "schema", "bootstamp-stats");
    json_out_int(j, "version", 2);
    if (s->group) {
        json_out_string(j, "group", s->group);
    }
    json_out_string(j, "clock", sample_clock_name(s->sample));
    json_out_int(j, "captures", s->sample->captures->len);
    json_out_string(j, "total_ends_at", s->sample->end);
    json_out_begin_array(j, "without_total");
    for (guint i = 0; i < s->lacking->len; i++) {
        guint capture = g_array_index(s->lacking, guint, i);

        json_out_string(j, NULL,
                        g_ptr_array_index(s->sample->captures, capture));
    }
    json_out_end_array(j);
    json_out_int(j, "dropped", s->sample->gaps->len);
    put_disturbed(j, s->sample);
    losses_put(j, "lost", s->sample);
    failed_boots_put(j, s->opt.failed);
    budgets_put(j, s->budgets);
    json_out_begin_array(j, "measures");
    for (guint i = 0; i < s->sample->measures->len; i++) {
        put_measure(j, s->sample, sample_measure(s->sample, i));
    }
    json_out_end_array(j);
    json_out_begin_array(j, "slowest_lines");
    for (guint i = 0; i < lines->len && i < max_lines; i++) {
        put_line(j, s->sample, g_ptr_array_index(lines, i));
    }
    json_out_end_array(j);
    json_out_end_object(j);
    json_out_end(j, stdout, "\n");
    json_out_free(j);
}

static void print_json(const StatsReport *r)
{
    for (guint i = 0; i < r->groups->len; i++) {
        print_group(stats_group(r, i));
    }
}

const StatsFormat stats_json = {
    .name = "json",
    .summary = "all figures, for programs (docs/json-schema.md)",
    .print = print_json,
};
