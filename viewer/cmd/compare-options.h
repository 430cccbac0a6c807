/*
 * The options that diff and ab have in common.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_CMD_COMPARE_OPTIONS_H
#define VIEWER_CMD_COMPARE_OPTIONS_H

#include <glib.h>

#include "viewer/report/report.h"

/* As the command line has them. */
typedef struct CompareWords {
    char *clock, *fail_over, *format, *undecided, **budgets;
    double ignore_ms;
    int lines;
    gboolean bisect, controls;
} CompareWords;

extern CompareWords compare_words;

/* Rows of a GOptionEntry table. */
/* clang-format off */
#define COMPARE_ENTRIES \
    { "fail-over", 0, 0, G_OPTION_ARG_STRING, &compare_words.fail_over, \
      "allowed slowdown of a phase (default: 5%)", "PERCENT" }, \
    { "ignore-under", 0, 0, G_OPTION_ARG_DOUBLE, &compare_words.ignore_ms, \
      "ignore changes smaller than this (default: 1)", "MS" }, \
    { "undecided", 0, 0, G_OPTION_ARG_STRING, &compare_words.undecided, \
      "exit status where it cannot tell: of pass (0) or of fail (1); " \
      "default: 3", "pass|fail" }, \
    { "bisect", 0, 0, G_OPTION_ARG_NONE, &compare_words.bisect, \
      "exit statuses for git bisect run: 0, 1, 125", NULL }, \
    { "budget", 0, 0, G_OPTION_ARG_STRING_ARRAY, &compare_words.budgets, \
      "a limit for B: '[p90|p95|p99|max ]PHASE<=TIME', such as " \
      "'Total<=1.2s'; may be given several times", "LIMIT" }, \
    { "clock", 0, 0, G_OPTION_ARG_STRING, &compare_words.clock, \
      "host (default), virtual: QEMU's own clock, exact under -icount; or " \
      "cpu: the time that vCPUs were on a CPU", \
      "CLOCK" }, \
    { "lines", 0, 0, G_OPTION_ARG_INT, &compare_words.lines, \
      "how many lines of each kind to show (default: 10)", "N" }, \
    { "controls", 0, 0, G_OPTION_ARG_NONE, &compare_words.controls, \
      "lines with their control sequences: ^[[0;32m", NULL }, \
    { "format", 'F', 0, G_OPTION_ARG_STRING, &compare_words.format, \
      "text (default), or another one: --format help lists them", "FORMAT" }
/* clang-format on */

/* Whether --format help was given; it has printed the formats then. */
bool compare_options_help(void);

/*
 * Fills in @d, but for its milestone and pairs; 0, or the exit status of
 * @command for a wrong option.
 */
int compare_options_read(const char *command, DiffOptions *d);

#endif
