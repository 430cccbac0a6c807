/*
 * What many boots have in common, and which stand out.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>
#include <string.h>

#include "line-key.h"
#include "stats.h"

#define FORMAT_ROW(name) &stats_##name,
static const StatsFormat *const formats[] = { STATS_FORMATS(FORMAT_ROW) };

/* ------------------------------------------------------------------ */
/* Lines                                                               */

static void prune(Stats *s)
{
    g_autoptr(GPtrArray) all = stats_sorted_lines(s, stats_by_total);

    for (guint i = STATS_KEYS_MAX / 2; i < all->len; i++) {
        LineSum *l = g_ptr_array_index(all, i);

        g_hash_table_remove(s->lines, l->key);
    }
    s->pruned = true;
}

static void handle_line(void *data, const SampleLine *line)
{
    Stats *s = data;
    LineSum *sum;

    make_line_key(s->key, line->line);
    sum = g_hash_table_lookup(s->lines, s->key->str);
    if (!sum) {
        if (g_hash_table_size(s->lines) >= STATS_KEYS_MAX) {
            prune(s);
        }
        sum = g_new0(LineSum, 1);
        sum->key = g_strdup(s->key->str);
        g_hash_table_insert(s->lines, (char *)sum->key, sum);
    }
    sum->outside |= line->outside;
    sum->count++;
    sum->total += line->delta;
    sum->cpu += line->host.cpu;
    sum->wait += line->host.wait;
    sum->idle += line->host.idle;
    s->has_host |= line->host.cpu > 0;
    if (line->delta > sum->worst) {
        sum->worst = line->delta;
        sum->worst_capture = line->capture;
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

static void stats_clear(Stats *s)
{
    sample_free(s->sample);
    g_hash_table_unref(s->lines);
    g_string_free(s->key, TRUE);
    g_clear_pointer(&s->budgets, g_array_unref);
    g_clear_pointer(&s->lacking, g_array_unref);
}

/* Missing is not good: a boot that did not get there, a budget not kept. */
static int finish(Stats *s)
{
    sample_finish(s->sample, NULL);
    s->lacking = sample_lacking(s->sample,
                                sample_find(s->sample, MEASURE_TOTAL, "Total"));
    s->budgets = budgets_check(s->opt.budgets, s->sample);
    if (s->opt.until && s->lacking->len) {
        return EXIT_FAILURE;
    }
    return budgets_broken(s->budgets) ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int report(Stats *s)
{
    const StatsFormat *format = s->opt.format ? s->opt.format : formats[0];
    g_autoptr(GPtrArray) groups = g_ptr_array_new();
    StatsReport r = { &s->opt, groups };
    int status = finish(s);

    g_ptr_array_add(groups, s);
    format->print(&r);
    return status;
}

int print_stats(char *const *paths, guint n_paths, const StatsOptions *options)
{
    Stats s = { .opt = *options, .key = g_string_new(NULL) };
    int status = EXIT_FAILURE;
    bool ok = true;

    s.sample = sample_new(options->clock, options->until);
    s.lines =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, line_sum_free);
    for (guint i = 0; ok && i < (paths ? n_paths : 1); i++) {
        ok = sample_add(s.sample, paths ? paths[i] : NULL,
                        options->lines ? handle_line : NULL, &s);
    }
    if (ok) {
        status = report(&s);
    }
    stats_clear(&s);
    return status;
}

void print_stats_formats(FILE *to)
{
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        fprintf(to, "%-24s %s\n", formats[i]->name, formats[i]->summary);
    }
}

bool parse_stats_format(const char *name, const StatsFormat **format)
{
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (!name || !strcmp(name, formats[i]->name)) {
            *format = formats[i];
            return true;
        }
    }
    return false;
}
