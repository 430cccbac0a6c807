/*
 * bootstamp run -n: boots again and again, a capture each, and statistics.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_RUN_MANY_H
#define VIEWER_RUN_MANY_H

#include <glib.h>
#include <limits.h>
#include <stdbool.h>

#include "start.h"

/* RunMany.runs: one boot, which is not one of many. */
#define RUN_ONCE INT_MIN

/* What the options say. */
typedef struct RunMany {
    int runs; /* RUN_ONCE; 0: until --keep has found one */
    int warmup;
    double timeout; /* seconds; 0: none */
    double silence; /* seconds without a byte, copy or disk read; 0: any */
    char *keep; /* what the one capture that is kept is over; NULL: all are */
    char *until; /* a milestone's name, or a regular expression; NULL */
    char *format; /* of the statistics; NULL: text */
} RunMany;

/* Has one boot a limit of time? */
bool run_is_watched(const RunMany *options);

/* 0, or the exit status for options that make no sense. */
int run_many_check(const RunMany *options);

/*
 * Boots as often as asked, prints statistics on standard output and returns
 * the exit status: 1 where a boot failed.  Captures go to the folder @dir,
 * which must not hold any, or to a new one (NULL).
 */
int run_many(const RunMany *options, const char *dir, bool quiet,
             const QemuStart *qemu);

#endif
