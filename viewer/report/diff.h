/*
 * The report of bootstamp diff: two boots, or two sets of boots, side by side.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_DIFF_H
#define VIEWER_REPORT_DIFF_H

#include <stdbool.h>

#include "viewer/common/common.h"

/* diff(1): 0 equal, 1 different, 2 trouble. */
#define EXIT_TROUBLE 2

typedef enum DiffFormat {
    DIFF_TEXT,
    DIFF_JSON,
} DiffFormat;

typedef struct DiffOptions {
    DiffFormat format;
    ClockChoice clock;
    const char *until; /* a milestone, or NULL */
    double percent; /* allowed slowdown */
    double ignore_ms; /* changes smaller than this do not count */
    int lines; /* how many of each kind to show */
} DiffOptions;

/* NULL: text.  False: there is no such format. */
bool parse_diff_format(const char *name, DiffFormat *format);

/*
 * Reads two captures, or folders of them, prints and returns the exit status:
 * EXIT_SUCCESS within the threshold, EXIT_FAILURE over it, EXIT_TROUBLE.
 */
int print_diff(const char *a, const char *b, const DiffOptions *options);

#endif
