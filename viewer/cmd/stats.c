/*
 * bootstamp stats: statistics of many boots.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "viewer/common/common.h"
#include "viewer/report/report.h"

static struct {
    char *clock, *format, *until, *group_by, **budgets;
    int lines;
    gboolean controls;
} opt = { .lines = 10 };

static const GOptionEntry entries[] = {
    { "format", 'F', 0, G_OPTION_ARG_STRING, &opt.format,
      "text (default), or another one: --format help lists them", "FORMAT" },
    { "clock", 0, 0, G_OPTION_ARG_STRING, &opt.clock,
      "host (default), virtual: QEMU's own clock, exact under -icount; or cpu: "
      "the time that vCPUs were on a CPU",
      "CLOCK" },
    { "until", 0, 0, G_OPTION_ARG_STRING, &opt.until,
      "a boot ends where this milestone begins", "MILESTONE" },
    { "budget", 0, 0, G_OPTION_ARG_STRING_ARRAY, &opt.budgets,
      "a limit: '[p90|p95|p99|max ]PHASE<=TIME', such as 'Total<=1.2s'; may "
      "be given several times",
      "LIMIT" },
    { "group-by", 0, 0, G_OPTION_ARG_STRING, &opt.group_by,
      "a report for each: directory, directory=N (the Nth below FOLDER), or "
      "the name of a label",
      "WHAT" },
    { "lines", 0, 0, G_OPTION_ARG_INT, &opt.lines,
      "how many of the slowest lines to show (default: 10)", "N" },
    { "controls", 0, 0, G_OPTION_ARG_NONE, &opt.controls,
      "lines with their control sequences: ^[[0;32m", NULL },
    G_OPTION_ENTRY_NULL
};

int cmd_stats(int argc, char **argv)
{
    g_auto(GStrv) rest = NULL;
    g_autoptr(GPtrArray) budgets = NULL;
    g_autofree char *error = NULL;
    StatsOptions options = { 0 };
    int status;

    if (!parse_options(argc, argv, "[CAPTURE|FOLDER...]",
                       "Prints statistics of the phases, the fw_cfg copies "
                       "and the lines of many boots:\nof captures, and of "
                       "all captures of a folder.  A phase lasts from its "
                       "milestone to\nthe next one.",
                       entries, INT_MAX, &rest, &status)) {
        return status;
    }
    if (opt.format && !strcmp(opt.format, "help")) {
        print_stats_formats(stdout);
        return EXIT_SUCCESS;
    }
    if (!parse_clock_or_cpu(opt.clock, &options.clock)) {
        return usage_error("stats", "unknown clock '%s'", opt.clock);
    }
    if (!parse_stats_format(opt.format, &options.format)) {
        return usage_error("stats",
                           "unknown format '%s': --format help lists them",
                           opt.format);
    }
    if (opt.until && !is_milestone(opt.until)) {
        return usage_error("stats", "unknown milestone '%s'", opt.until);
    }
    if (opt.lines < 0) {
        return usage_error("stats", "--lines %d is below zero", opt.lines);
    }
    if (!stats_check_group_by(opt.group_by)) {
        return usage_error("stats",
                           "--group-by takes directory, directory=1 to "
                           "directory=9 or the name of a label, not '%s'",
                           opt.group_by);
    }
    budgets = budgets_parse(opt.budgets, &error);
    if (!budgets) {
        return usage_error("stats", "%s", error);
    }
    options.budgets = budgets;
    options.until = opt.until;
    options.group_by = opt.group_by;
    options.lines = opt.lines;
    options.controls = opt.controls;
    return print_stats(rest[0] ? rest : NULL, g_strv_length(rest), &options);
}
