/*
 * What many boots have in common, and which stand out.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>
#include <string.h>

#include "capture/labels.h"
#include "line-sums.h"
#include "stats.h"

#define FORMAT_ROW(name) &stats_##name,
static const StatsFormat *const formats[] = { STATS_FORMATS(FORMAT_ROW) };

/* ------------------------------------------------------------------ */
/* Groups                                                              */

/* Captures of no group. */
#define NO_GROUP "(none)"
#define BY_DIRECTORY "directory"

bool stats_check_group_by(const char *by)
{
    const char *level;

    if (!by || !strcmp(by, BY_DIRECTORY)) {
        return true;
    }
    if (!g_str_has_prefix(by, BY_DIRECTORY "=")) {
        return by[0] && !strchr(by, '='); /* a label */
    }
    level = by + strlen(BY_DIRECTORY "=");
    return level[0] >= '1' && level[0] <= '9' && !level[1];
}

/* The @level-th folder of a path, from 1 on. */
static char *folder_at(const char *folder, guint level)
{
    g_auto(GStrv) parts = g_strsplit(folder, "/", -1);
    guint n = g_strv_length(parts);

    return g_strdup(n >= level ? parts[level - 1] : NO_GROUP);
}

static char *group_of(const char *by, const BootReading *r)
{
    char *label;

    if (!strcmp(by, BY_DIRECTORY)) {
        return g_strdup(r->file->folder[0] ? r->file->folder : NO_GROUP);
    }
    if (g_str_has_prefix(by, BY_DIRECTORY "=")) {
        return folder_at(r->file->folder, by[strlen(BY_DIRECTORY "=")] - '0');
    }
    label = capture_label_get(r->header.labels, by);
    return label ? label : g_strdup(NO_GROUP);
}

static Stats *stats_new(const StatsOptions *options, const char *group)
{
    Stats *s = g_new0(Stats, 1);

    s->opt = *options;
    s->group = g_strdup(group);
    s->sample = sample_new(options->clock, options->until);
    s->lines = line_sums_new();
    return s;
}

static void stats_free(gpointer data)
{
    Stats *s = data;

    sample_free(s->sample);
    line_sums_free(s->lines);
    g_clear_pointer(&s->budgets, g_array_unref);
    g_clear_pointer(&s->lacking, g_array_unref);
    g_free(s->group);
    g_free(s);
}

/* What take() needs. */
typedef struct Reading {
    const StatsOptions *options;
    GPtrArray *groups; /* Stats * */
    GHashTable *by_name; /* of group -> Stats * */
} Reading;

static Stats *find_group(Reading *all, const BootReading *r)
{
    const char *by = all->options->group_by;
    g_autofree char *name = by ? group_of(by, r) : NULL;
    Stats *s = name               ? g_hash_table_lookup(all->by_name, name)
               : all->groups->len ? g_ptr_array_index(all->groups, 0)
                                  : NULL;

    if (!s) {
        s = stats_new(all->options, name);
        g_ptr_array_add(all->groups, s);
        if (name) {
            g_hash_table_insert(all->by_name, s->group, s);
        }
    }
    return s;
}

static bool take(void *data, BootReading *r)
{
    Stats *s = find_group(data, r);

    if (!sample_take(s->sample, r)) {
        return false;
    }
    if (r->lines) {
        line_sums_merge(s->lines, g_steal_pointer(&r->lines),
                        s->sample->captures->len - 1);
    }
    return true;
}

static int by_group(gconstpointer a, gconstpointer b)
{
    const Stats *x = *(Stats *const *)a, *y = *(Stats *const *)b;

    return g_strcmp0(x->group, y->group);
}

/* ------------------------------------------------------------------ */
/* The report                                                          */

/*
 * Missing is not good: a boot that did not get there, a budget not kept.  Of
 * what was dropped nobody can tell.
 */
static int finish(Stats *s)
{
    guint unseen;

    sample_finish(s->sample, NULL);
    s->lacking = sample_lacking(s->sample,
                                sample_find(s->sample, MEASURE_TOTAL, "Total"));
    s->budgets = budgets_check(s->opt.budgets, s->sample);
    unseen = sample_count_unseen(s->sample, s->lacking);
    if (budgets_count(s->budgets, BUDGET_BROKEN) ||
        (s->opt.until && s->lacking->len > unseen)) {
        return EXIT_FAILURE;
    }
    return budgets_count(s->budgets, BUDGET_UNKNOWN) || (s->opt.until && unseen)
               ? EXIT_UNDECIDED
               : EXIT_SUCCESS;
}

static int report(const StatsOptions *options, GPtrArray *groups)
{
    const StatsFormat *format = options->format ? options->format : formats[0];
    StatsReport r = { options, groups };
    int status = EXIT_SUCCESS;

    if (!groups->len) { /* no boot is good: the formats tell of the others */
        g_ptr_array_add(groups, stats_new(options, NULL));
    }
    g_ptr_array_sort(groups, by_group);
    for (guint i = 0; i < groups->len; i++) {
        int group = finish(g_ptr_array_index(groups, i));

        status = status == EXIT_FAILURE || !group ? status : group;
    }
    format->print(&r);
    return status;
}

int print_stats(char *const *paths, guint n_paths, const StatsOptions *options)
{
    g_autoptr(GPtrArray) files = boot_files_new();
    g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func(stats_free);
    g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);
    Reading all = { options, groups, by_name };
    BootReadRules rules = {
        .clock = options->clock == CLOCK_CPU ? CLOCK_HOST : options->clock,
        .cpu = options->clock == CLOCK_CPU,
        .controls = options->controls,
        .ops = options->lines ? &line_sums_ops : NULL,
    };

    for (guint i = 0; i < (paths ? n_paths : 1); i++) {
        if (!boot_files_add(files, paths ? paths[i] : NULL)) {
            return EXIT_FAILURE;
        }
    }
    if (!read_boots(files, &rules, take, &all)) {
        return EXIT_FAILURE;
    }
    return report(options, groups);
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
