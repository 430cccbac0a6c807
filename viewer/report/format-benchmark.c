/*
 * What trend charts read: the JSON of github-action-benchmark and Bencher's.
 * Of a comparison it is B: the boots of now.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <string.h>

#include "diff-data.h"
#include "figures.h"
#include "stats-data.h"

/* Writes a measure into the array or object that is open. */
typedef void PutFunc(JsonOut *j, const char *title, const StatsSummary *s);

static void put_sample(JsonOut *j, const Sample *sample, const Stats *stats,
                       PutFunc *put)
{
    for (guint i = 0; i < sample->measures->len; i++) {
        const Measure *m = sample_measure(sample, i);
        g_autofree char *title =
            stats ? stats_title(stats, m)
                  : measure_title(measure_kind_name(m->kind), m->name);
        StatsSummary s;

        measure_summarise(m, &s);
        put(j, title, &s);
    }
}

/* What is around the measures, and each of them. */
typedef struct Form {
    void (*begin)(JsonOut *j, const char *name);
    void (*end)(JsonOut *j);
    PutFunc *put;
} Form;

/* The groups of @r, or where that is NULL @sample. */
static void print(const Form *form, const StatsReport *r, const Sample *sample)
{
    JsonOut *j = json_out_new();

    form->begin(j, NULL);
    for (guint i = 0; r && i < r->groups->len; i++) {
        const Stats *s = stats_group(r, i);

        put_sample(j, s->sample, s, form->put);
    }
    if (!r) {
        put_sample(j, sample, NULL, form->put);
    }
    form->end(j);
    json_out_end(j, stdout, "\n");
    json_out_free(j);
}

/* ------------------------------------------------------------------ */
/* github-action-benchmark, tool: customSmallerIsBetter                */

static void put_entry(JsonOut *j, const char *title, const StatsSummary *s)
{
    g_autoptr(GString) range = g_string_new(NULL);
    g_autofree char *extra =
        g_strdup_printf("median of %u boot%s", s->n, s->n == 1 ? "" : "s");

    append_decimal(range, "\302\261 ", s->sd / 1e6, "%.3f", "");
    json_out_begin_object(j, NULL);
    json_out_string(j, "name", title);
    json_out_string(j, "unit", "ms");
    json_out_double(j, "value", s->median / 1e6);
    if (range->len) {
        json_out_string(j, "range", range->str);
    }
    json_out_string(j, "extra", extra);
    json_out_end_object(j);
}

static const Form github = { json_out_begin_array, json_out_end_array,
                             put_entry };

static void print_stats_github(const StatsReport *r)
{
    print(&github, r, NULL);
}

static void print_diff_github(const Diff *d)
{
    print(&github, NULL, d->b.sample);
}

#define GITHUB_NAME "github-benchmark"
#define GITHUB_SUMMARY "JSON of github-action-benchmark, customSmallerIsBetter"

const StatsFormat stats_github_benchmark = {
    .name = GITHUB_NAME,
    .summary = GITHUB_SUMMARY,
    .print = print_stats_github,
};

const DiffFormat diff_github_benchmark = {
    .name = GITHUB_NAME,
    .summary = GITHUB_SUMMARY,
    .print = print_diff_github,
};

/* ------------------------------------------------------------------ */
/* Bencher Metric Format; its measure "latency" is in nanoseconds      */

static void put_benchmark(JsonOut *j, const char *title, const StatsSummary *s)
{
    json_out_begin_object(j, title);
    json_out_begin_object(j, "latency");
    json_out_double(j, "value", s->median);
    if (isfinite(s->low) && isfinite(s->high)) {
        json_out_double(j, "lower_value", s->low);
        json_out_double(j, "upper_value", s->high);
    }
    json_out_end_object(j);
    json_out_end_object(j);
}

static const Form bmf = { json_out_begin_object, json_out_end_object,
                          put_benchmark };

static void print_stats_bmf(const StatsReport *r)
{
    print(&bmf, r, NULL);
}

static void print_diff_bmf(const Diff *d)
{
    print(&bmf, NULL, d->b.sample);
}

const StatsFormat stats_bmf = {
    .name = "bmf",
    .summary = "Bencher Metric Format, JSON",
    .print = print_stats_bmf,
};

const DiffFormat diff_bmf = {
    .name = "bmf",
    .summary = "Bencher Metric Format, JSON",
    .print = print_diff_bmf,
};
