/*
 * What is asked of statistics and what was found, for the formats that print
 * it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_STATS_DATA_H
#define VIEWER_REPORT_STATS_DATA_H

#include "budget.h"
#include "failed-boot.h"

typedef struct StatsFormat StatsFormat;

typedef struct StatsOptions {
    const StatsFormat *format; /* NULL: text */
    ClockChoice clock;
    const char *until; /* a milestone, or NULL */
    int lines; /* how many of the slowest to show */
    bool controls; /* with their control sequences */
    GPtrArray *budgets; /* Budget *, or NULL */
    const GPtrArray *failed; /* FailedBoot *: that do not count; or NULL */
    const char *group_by; /* see stats_check_group_by(); NULL: one group */
} StatsOptions;

/* Lines that are the same but for their numbers, of all captures. */
typedef struct LineSum {
    const char *key; /* the table's */
    uint64_t count, total, worst; /* ns */
    uint64_t cpu, wait, idle; /* of all vCPUs in @total, ns */
    guint worst_capture;
    bool outside; /* a reset was before it */
} LineSum;

/* The lines of one capture, or of many. */
typedef struct LineSums {
    GHashTable *sums; /* key -> LineSum */
    GString *key;
    bool has_host; /* a capture tells what its vCPUs had */
    bool pruned; /* lines of little time were dropped */
} LineSums;

/* Captures that are reported together: all of them, or a group. */
typedef struct Stats {
    StatsOptions opt;
    char *group; /* NULL: all captures */
    Sample *sample;
    LineSums *lines;
    GArray *budgets; /* BudgetResult */
    GArray *lacking; /* guint: captures without a Total */
} Stats;

/*
 * Different lines that are remembered.  A capture may have more: those with
 * the least time are dropped then, so that memory has a bound.
 */
#define STATS_KEYS_MAX 65536

/* LineSum by their total or their worst, the largest first. */
int stats_by_total(gconstpointer a, gconstpointer b);
int stats_by_worst(gconstpointer a, gconstpointer b);
GPtrArray *stats_sorted_lines(const LineSums *lines, GCompareFunc order);

/* What a format prints: the groups in their order, or one for all. */
typedef struct StatsReport {
    const StatsOptions *opt;
    const GPtrArray *groups; /* Stats * */
} StatsReport;

/* Number @i of them. */
static inline const Stats *stats_group(const StatsReport *r, guint i)
{
    return g_ptr_array_index(r->groups, i);
}

/* "NAME" of a measure, with "GROUP: " before it where there are groups. */
char *stats_title(const Stats *s, const Measure *m);

/* The formats: stats_NAME in a file format-NAME.c, in the listed order. */
#define STATS_FORMATS(FORMAT)                                                  \
    FORMAT(text)                                                               \
    FORMAT(json)                                                               \
    FORMAT(csv)                                                                \
    FORMAT(markdown)                                                           \
    FORMAT(html)                                                               \
    FORMAT(junit)                                                              \
    FORMAT(openmetrics)                                                        \
    FORMAT(otlp)                                                               \
    FORMAT(github_benchmark)                                                   \
    FORMAT(bmf)

struct StatsFormat {
    const char *name;
    const char *summary;
    void (*print)(const StatsReport *r);
};

#define DECLARE_STATS_FORMAT(name) extern const StatsFormat stats_##name;
STATS_FORMATS(DECLARE_STATS_FORMAT)
#undef DECLARE_STATS_FORMAT

#endif
