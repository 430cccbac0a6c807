/*
 * The report of bootstamp stats, which bootstamp run -n ends with too.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_STATS_H
#define VIEWER_REPORT_STATS_H

#include <glib.h>
#include <stdbool.h>

#include "viewer/common/common.h"

typedef enum StatsFormat {
    STATS_TEXT,
    STATS_JSON,
    STATS_CSV,
} StatsFormat;

typedef struct StatsOptions {
    StatsFormat format;
    ClockChoice clock;
    const char *until; /* a milestone, or NULL */
    int lines; /* how many of the slowest to show */
} StatsOptions;

/* NULL: text.  False: there is no such format. */
bool parse_stats_format(const char *name, StatsFormat *format);

/* Reads captures and folders of them and prints; returns the exit status. */
int print_stats(char *const *paths, guint n_paths, const StatsOptions *options);

/* Nanoseconds as milliseconds; "-" for NAN. */
void format_ms(char *to, size_t size, double ns);

/* A file's name on standard output, without control bytes. */
void print_path(const char *path);

#endif
