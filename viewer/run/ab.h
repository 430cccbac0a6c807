/*
 * bootstamp ab: two command lines in turn, A B B A ..., and a verdict.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_RUN_AB_H
#define VIEWER_RUN_AB_H

#include "start.h"
#include "viewer/report/report.h"

typedef struct RunAb {
    QemuStart a, b;
    int first,
        last; /* pairs: it goes on from @first to @last until it can tell */
    int warmup; /* pairs before these, without counting */
    double timeout; /* seconds a boot; 0: none */
    double silence; /* seconds without a byte, copy or disk read; 0: any */
    const char *until; /* a milestone's name, or a regular expression; NULL */
    bool quiet;
    DiffOptions diff;
} RunAb;

/*
 * Parses "20" or "5..60".  False: it is neither, or out of range.
 */
bool ab_parse_pairs(const char *text, int *first, int *last);

/*
 * Boots, compares, prints and returns the exit status of diff_print(); where
 * boots failed, EXIT_FAILURE if more did of B than of A, else EXIT_TROUBLE.
 * Captures go to the folders a and b in @dir or in a new folder (NULL).
 */
int run_ab(const RunAb *options, const char *dir);

#endif
