/*
 * What is asked of statistics and what was found, for the formats that print
 * it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_STATS_DATA_H
#define VIEWER_REPORT_STATS_DATA_H

#include "budget.h"

typedef struct StatsFormat StatsFormat;

typedef struct StatsOptions {
    const StatsFormat *format; /* NULL: text */
    ClockChoice clock;
    const char *until; /* a milestone, or NULL */
    int lines; /* how many of the slowest to show */
    GPtrArray *budgets; /* Budget *, or NULL */
} StatsOptions;

/* Lines that are the same but for their numbers, of all captures. */
typedef struct LineSum {
    const char *key; /* the table's */
    uint64_t count, total, worst; /* ns */
    uint64_t cpu, wait, idle; /* of all vCPUs in @total, ns */
    guint worst_capture;
    bool outside; /* a reset was before it */
} LineSum;

typedef struct Stats {
    StatsOptions opt;
    Sample *sample;
    GHashTable *lines; /* key -> LineSum */
    GArray *budgets; /* BudgetResult */
    GArray *lacking; /* guint: captures without a Total */
    GString *key;
    bool has_host; /* a capture tells what its vCPUs had */
    bool pruned; /* lines of little time were dropped */
} Stats;

/*
 * Different lines that are remembered.  A capture may have more: those with
 * the least time are dropped then, so that memory has a bound.
 */
#define STATS_KEYS_MAX 65536

/* LineSum by their total or their worst, the largest first. */
int stats_by_total(gconstpointer a, gconstpointer b);
int stats_by_worst(gconstpointer a, gconstpointer b);
GPtrArray *stats_sorted_lines(const Stats *s, GCompareFunc order);

/* A format is a file of its own, and a row in the table of stats.c. */
struct StatsFormat {
    const char *name;
    const char *summary;
    void (*print)(const Stats *s);
};

extern const StatsFormat stats_text;
extern const StatsFormat stats_json;
extern const StatsFormat stats_csv;

#endif
