/*
 * bootstamp diff: two boots, or two sets of boots, side by side.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <string.h>

#include "cmd.h"
#include "viewer/common/common.h"
#include "viewer/report/report.h"

static struct {
    char *clock, *fail_over, *format;
    DiffOptions diff;
} opt = { .diff = { .ignore_ms = 1, .lines = 10 } };

static const GOptionEntry entries[] = {
    { "fail-over", 0, 0, G_OPTION_ARG_STRING, &opt.fail_over,
      "a phase may be slower by so much (default: 5%)", "PERCENT" },
    { "ignore-under", 0, 0, G_OPTION_ARG_DOUBLE, &opt.diff.ignore_ms,
      "changes of less are none (default: 1)", "MS" },
    { "clock", 0, 0, G_OPTION_ARG_STRING, &opt.clock,
      "host (default), or virtual: QEMU's own clock, exact under -icount",
      "CLOCK" },
    { "until", 0, 0, G_OPTION_ARG_STRING, &opt.diff.until,
      "a boot ends where this milestone begins", "MILESTONE" },
    { "lines", 0, 0, G_OPTION_ARG_INT, &opt.diff.lines,
      "how many lines of each kind to show (default: 10)", "N" },
    { "format", 'F', 0, G_OPTION_ARG_STRING, &opt.format,
      "text (default) or json", "FORMAT" },
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

    if (g_strv_length(rest) != 2) {
        return usage_error("diff", "two captures or folders of captures are "
                                   "compared");
    }
    if (!parse_clock(opt.clock, &d->clock)) {
        return usage_error("diff", "unknown clock '%s'", opt.clock);
    }
    if (!parse_diff_format(opt.format, &d->format)) {
        return usage_error("diff", "unknown format '%s'", opt.format);
    }
    if (!parse_percent(opt.fail_over ? opt.fail_over : "5%", &d->percent)) {
        return usage_error("diff", "'%s' is no percentage", opt.fail_over);
    }
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
                       "phases, copies and lines.\nExit status: 0 within the "
                       "threshold, 1 over it, 2 trouble.",
                       entries, 2, &rest, &status)) {
        return status;
    }
    status = check_options(rest);
    return status ? status : print_diff(rest[0], rest[1], &opt.diff);
}
