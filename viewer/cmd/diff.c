/*
 * bootstamp diff: two boots, or two sets of boots, side by side.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "viewer/common/common.h"
#include "viewer/report/report.h"

static struct {
    char *clock, *fail_over, *format, *undecided, **budgets;
    gboolean paired, bisect;
    DiffOptions diff;
} opt = { .diff = { .ignore_ms = 1, .lines = 10 } };

static const GOptionEntry entries[] = {
    { "fail-over", 0, 0, G_OPTION_ARG_STRING, &opt.fail_over,
      "allowed slowdown of a phase (default: 5%)", "PERCENT" },
    { "ignore-under", 0, 0, G_OPTION_ARG_DOUBLE, &opt.diff.ignore_ms,
      "ignore changes smaller than this (default: 1)", "MS" },
    { "paired", 0, 0, G_OPTION_ARG_NONE, &opt.paired,
      "capture i of A and capture i of B were made in turn (bootstamp ab)",
      NULL },
    { "undecided", 0, 0, G_OPTION_ARG_STRING, &opt.undecided,
      "exit status of a comparison that cannot tell: of pass (0) or of fail "
      "(1); default: 3",
      "pass|fail" },
    { "bisect", 0, 0, G_OPTION_ARG_NONE, &opt.bisect,
      "exit statuses for git bisect run: 0, 1, 125", NULL },
    { "budget", 0, 0, G_OPTION_ARG_STRING_ARRAY, &opt.budgets,
      "a limit for B: '[p90|p95|p99|max ]PHASE<=TIME', such as "
      "'Total<=1.2s'; may be given several times",
      "LIMIT" },
    { "clock", 0, 0, G_OPTION_ARG_STRING, &opt.clock,
      "host (default), or virtual: QEMU's own clock, exact under -icount",
      "CLOCK" },
    { "until", 0, 0, G_OPTION_ARG_STRING, &opt.diff.until,
      "a boot ends where this milestone begins", "MILESTONE" },
    { "lines", 0, 0, G_OPTION_ARG_INT, &opt.diff.lines,
      "how many lines of each kind to show (default: 10)", "N" },
    { "format", 'F', 0, G_OPTION_ARG_STRING, &opt.format,
      "text (default), or another one: --format help lists them", "FORMAT" },
    G_OPTION_ENTRY_NULL
};

/* 5, 5% or 2.5%; false: none of these. */
static bool parse_percent(const char *text, double *percent)
{
    char *end;

    *percent = g_ascii_strtod(text, &end);
    end += *end == '%';
    return end != text && !*end && *percent >= 0 && isfinite(*percent);
}

static int check_options(char **rest)
{
    DiffOptions *d = &opt.diff;
    g_autofree char *error = NULL;

    if (g_strv_length(rest) != 2) {
        return usage_error("diff", "two captures or folders of captures are "
                                   "compared");
    }
    if (!parse_clock(opt.clock, &d->clock)) {
        return usage_error("diff", "unknown clock '%s'", opt.clock);
    }
    if (!parse_diff_format(opt.format, &d->format)) {
        return usage_error("diff",
                           "unknown format '%s': --format help lists them",
                           opt.format);
    }
    if (!parse_percent(opt.fail_over ? opt.fail_over : "5%", &d->percent)) {
        return usage_error("diff", "'%s' is not a percentage", opt.fail_over);
    }
    if (!parse_undecided(opt.undecided, &d->undecided)) {
        return usage_error("diff", "--undecided takes pass or fail, not '%s'",
                           opt.undecided);
    }
    d->budgets = budgets_parse(opt.budgets, &error);
    if (!d->budgets) {
        return usage_error("diff", "%s", error);
    }
    d->paired = opt.paired;
    d->bisect = opt.bisect;
    if (d->until && !is_milestone(d->until)) {
        return usage_error("diff", "unknown milestone '%s'", d->until);
    }
    if (d->lines < 0 || !(d->ignore_ms >= 0)) {
        return usage_error("diff", "a number is below zero");
    }
    return 0;
}

int cmd_diff(int argc, char **argv)
{
    g_auto(GStrv) rest = NULL;
    int status;

    if (!parse_options(argc, argv, "A B",
                       "Compares two captures, or two folders of captures: "
                       "phases, copies and lines.\nExit status: 0 no slower, "
                       "1 slower (or B lacks what A has), 2 error, 3 cannot "
                       "tell.",
                       entries, 2, &rest, &status)) {
        return status;
    }
    if (opt.format && !strcmp(opt.format, "help")) {
        print_diff_formats(stdout);
        return EXIT_SUCCESS;
    }
    status = check_options(rest);
    return status ? status : print_diff(rest[0], rest[1], &opt.diff);
}
