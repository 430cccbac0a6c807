/*
 * What many boots have in common, and which stand out.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "line-key.h"
#include "sample.h"
#include "stats.h"
#include "viewer/common/json-out.h"

/*
 * Different lines that are remembered.  A capture may have more: those with
 * the least time are let go then, so that memory has a bound.
 */
#define KEYS_MAX 65536
#define HISTOGRAM_MIN_N 5
#define HISTOGRAM_ROWS 10
#define HISTOGRAM_WIDTH 40

typedef struct LineSum {
    const char *key; /* the table's */
    uint64_t count, total, worst; /* ns */
    guint worst_capture;
    bool outside; /* a reset was before it */
} LineSum;

typedef struct Stats {
    Sample *sample;
    GHashTable *lines; /* key -> LineSum */
    GString *key;
    bool pruned;
} Stats;

/* ------------------------------------------------------------------ */
/* Lines                                                               */

static int by_total(gconstpointer a, gconstpointer b)
{
    const LineSum *x = *(LineSum *const *)a, *y = *(LineSum *const *)b;

    return x->total != y->total ? (x->total < y->total ? 1 : -1)
                                : strcmp(x->key, y->key);
}

static int by_worst(gconstpointer a, gconstpointer b)
{
    const LineSum *x = *(LineSum *const *)a, *y = *(LineSum *const *)b;

    return x->worst != y->worst ? (x->worst < y->worst ? 1 : -1)
                                : strcmp(x->key, y->key);
}

static GPtrArray *sorted_lines(Stats *s, GCompareFunc order)
{
    GPtrArray *all = g_ptr_array_new();
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, s->lines);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        g_ptr_array_add(all, value);
    }
    g_ptr_array_sort(all, order);
    return all;
}

static void prune(Stats *s)
{
    g_autoptr(GPtrArray) all = sorted_lines(s, by_total);

    for (guint i = KEYS_MAX / 2; i < all->len; i++) {
        LineSum *l = g_ptr_array_index(all, i);

        g_hash_table_remove(s->lines, l->key);
    }
    s->pruned = true;
}

static void take_line(void *data, guint capture, const CaptureLine *line,
                      uint64_t delta, bool outside)
{
    Stats *s = data;
    LineSum *sum;

    make_line_key(s->key, line);
    sum = g_hash_table_lookup(s->lines, s->key->str);
    if (!sum) {
        if (g_hash_table_size(s->lines) >= KEYS_MAX) {
            prune(s);
        }
        sum = g_new0(LineSum, 1);
        sum->key = g_strdup(s->key->str);
        g_hash_table_insert(s->lines, (char *)sum->key, sum);
    }
    sum->outside |= outside;
    sum->count++;
    sum->total += delta;
    if (delta > sum->worst) {
        sum->worst = delta;
        sum->worst_capture = capture;
    }
}

/* ------------------------------------------------------------------ */
/* Text                                                                */

/* Nanoseconds as milliseconds; "-" where not defined. */
void format_ms(char *to, size_t size, double ns)
{
    if (isnan(ns)) {
        g_strlcpy(to, "-", size);
    } else {
        g_ascii_formatd(to, size, "%.3f", ns / 1e6);
    }
}

static void print_ms(double ns, int width)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    format_ms(text, sizeof(text), ns);
    printf(" %*s", width, text);
}

void print_path(const char *path)
{
    g_autoptr(GString) text = g_string_new(NULL);

    append_visible(text, path, strlen(path), false);
    fputs(text->str, stdout);
}

static void print_measure(const Measure *m, bool exact)
{
    StatsSummary s;
    g_autofree char *name = m->kind == MEASURE_COPY
                                ? g_strdup_printf("copy of %s", m->name)
                                : g_strdup(m->name);

    measure_summarise(m, &s);
    printf("%-26s %4u", name, s.n);
    print_ms(s.mean, 10);
    print_ms(s.ci, 9);
    print_ms(s.median, 10);
    print_ms(s.sd, 9);
    print_ms(s.min, 10);
    print_ms(s.max, 10);
    printf("%s\n", exact && m->outside ? "  outside" : "");
}

static void print_outliers(const Sample *s)
{
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
                printf("%-26s", m->name);
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

static void print_lines(Stats *s, GCompareFunc order, const char *title,
                        int max)
{
    g_autoptr(GPtrArray) all = sorted_lines(s, order);

    if (!all->len || !max) {
        return;
    }
    printf("\n%s\n%10s %10s %8s\n", title, "Total", "Worst", "Count");
    for (guint i = 0; i < all->len && i < (guint)max; i++) {
        const LineSum *l = g_ptr_array_index(all, i);

        print_ms(l->total, 9);
        print_ms(l->worst, 10);
        printf(" %8" PRIu64 "  %s%s\n", l->count, l->key,
               s->sample->exact && l->outside ? " (outside)" : "");
    }
}

static void print_text(Stats *s, int max_lines)
{
    const Sample *sample = s->sample;
    const Measure *total = sample_find(sample, MEASURE_TOTAL, "Total");

    printf("%u capture%s, %s clock; milliseconds\n", sample->captures->len,
           sample->captures->len == 1 ? "" : "s",
           sample->virtual_clock ? "virtual" : "host");
    printf("%-26s %4s %10s %9s %10s %9s %10s %10s\n", "Phase", "n", "Mean",
           "+-95%", "Median", "SD", "Min", "Max");
    for (guint i = 0; i < sample->measures->len; i++) {
        print_measure(sample_measure(sample, i), sample->exact);
    }
    if (sample->exact) {
        printf("outside: QEMU's main loop beside the guest decided when\n");
    }
    print_outliers(sample);
    if (total) {
        print_histogram(total);
    }
    print_lines(s, by_total, "Slowest lines by total", max_lines);
    print_lines(s, by_worst, "Slowest lines by their worst", max_lines);
    if (s->pruned) {
        printf("\nMore than %d different lines: those of little time were "
               "let go.\n",
               KEYS_MAX);
    }
}

/* ------------------------------------------------------------------ */
/* JSON and CSV                                                        */

static void put_value(JsonOut *j, const Sample *s, const Measure *m,
                      const StatsSummary *sum, guint i)
{
    double v = g_array_index(m->values, double, i);
    guint capture = g_array_index(m->captures, guint, i);

    json_builder_begin_object(j->builder);
    json_out_string(j, "capture", g_ptr_array_index(s->captures, capture));
    json_out_int(j, "ns", v);
    json_out_bool(j, "outlier", stats_is_outlier(sum, v));
    json_builder_end_object(j->builder);
}

static void put_measure(JsonOut *j, const Sample *s, const Measure *m)
{
    StatsSummary sum;

    measure_summarise(m, &sum);
    json_builder_begin_object(j->builder);
    json_out_string(j, "kind", measure_kind_name(m->kind));
    json_out_string(j, "name", m->name);
    json_out_int(j, "n", sum.n);
    json_out_double(j, "mean_ns", sum.mean);
    json_out_double(j, "ci95_ns", sum.ci);
    json_out_double(j, "median_ns", sum.median);
    json_out_double(j, "sd_ns", sum.sd);
    json_out_double(j, "min_ns", sum.min);
    json_out_double(j, "max_ns", sum.max);
    json_out_double(j, "q1_ns", sum.q1);
    json_out_double(j, "q3_ns", sum.q3);
    json_out_bool(j, "outside", s->exact && m->outside);
    json_builder_set_member_name(j->builder, "values");
    json_builder_begin_array(j->builder);
    for (guint i = 0; i < m->values->len; i++) {
        put_value(j, s, m, &sum, i);
    }
    json_builder_end_array(j->builder);
    json_builder_end_object(j->builder);
}

static void put_line(JsonOut *j, const Sample *s, const LineSum *l)
{
    json_builder_begin_object(j->builder);
    json_out_string(j, "text", l->key);
    json_out_int(j, "count", l->count);
    json_out_int(j, "total_ns", l->total);
    json_out_int(j, "worst_ns", l->worst);
    json_out_bool(j, "outside", s->exact && l->outside);
    json_out_string(j, "worst_capture",
                    g_ptr_array_index(s->captures, l->worst_capture));
    json_builder_end_object(j->builder);
}

static void print_json(Stats *s, int max_lines)
{
    g_autoptr(GPtrArray) lines = sorted_lines(s, by_total);
    JsonOut *j = json_out_new();

    json_builder_begin_object(json_out_begin(j));
    json_out_string(j, "schema", "bootstamp-stats");
    json_out_int(j, "version", 1);
    json_out_string(j, "clock", s->sample->virtual_clock ? "virtual" : "host");
    json_out_int(j, "captures", s->sample->captures->len);
    json_builder_set_member_name(j->builder, "measures");
    json_builder_begin_array(j->builder);
    for (guint i = 0; i < s->sample->measures->len; i++) {
        put_measure(j, s->sample, sample_measure(s->sample, i));
    }
    json_builder_end_array(j->builder);
    json_builder_set_member_name(j->builder, "slowest_lines");
    json_builder_begin_array(j->builder);
    for (guint i = 0; i < lines->len && i < (guint)max_lines; i++) {
        put_line(j, s->sample, g_ptr_array_index(lines, i));
    }
    json_builder_end_array(j->builder);
    json_builder_end_object(j->builder);
    json_out_end(j, stdout, "\n");
    json_out_free(j);
}

static void print_csv_number(double v)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    printf(",%s",
           isnan(v) ? "" : g_ascii_formatd(text, sizeof(text), "%.0f", v));
}

static void print_csv(const Sample *s)
{
    printf("kind,name,n,mean_ns,ci95_ns,median_ns,sd_ns,min_ns,max_ns,"
           "outside\r\n");
    for (guint i = 0; i < s->measures->len; i++) {
        const Measure *m = sample_measure(s, i);
        StatsSummary sum;
        g_autoptr(GString) cell = g_string_new(NULL);

        measure_summarise(m, &sum);
        append_csv_cell(cell, m->name);
        printf("%s,%s,%u", measure_kind_name(m->kind), cell->str, sum.n);
        print_csv_number(sum.mean);
        print_csv_number(sum.ci);
        print_csv_number(sum.median);
        print_csv_number(sum.sd);
        print_csv_number(sum.min);
        print_csv_number(sum.max);
        printf(",%d\r\n", s->exact && m->outside);
    }
}

/* ------------------------------------------------------------------ */
/* The report                                                          */

static void line_sum_free(gpointer data)
{
    LineSum *l = data;

    g_free((char *)l->key);
    g_free(l);
}

int print_stats(char *const *paths, guint n_paths, const StatsOptions *options)
{
    Stats s = { .key = g_string_new(NULL) };
    bool ok = true;

    s.sample = sample_new(options->clock, options->until);
    s.lines =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, line_sum_free);
    for (guint i = 0; ok && i < MAX(n_paths, 1); i++) {
        ok = sample_add(s.sample, n_paths ? paths[i] : NULL,
                        options->lines ? take_line : NULL, &s);
    }
    if (ok && options->format == STATS_JSON) {
        print_json(&s, options->lines);
    } else if (ok && options->format == STATS_CSV) {
        print_csv(s.sample);
    } else if (ok) {
        print_text(&s, options->lines);
    }
    sample_free(s.sample);
    g_hash_table_unref(s.lines);
    g_string_free(s.key, TRUE);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

bool parse_stats_format(const char *name, StatsFormat *format)
{
    static const char *const names[] = { "text", "json", "csv" };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!name || !strcmp(name, names[i])) {
            *format = (StatsFormat)i;
            return true;
        }
    }
    return false;
}
