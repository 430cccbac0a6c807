/*
 * The options that diff and ab have in common.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <string.h>

#include "compare-options.h"
#include "viewer/common/common.h"

CompareWords compare_words = { .ignore_ms = 1, .lines = 10 };

/* 5, 5% or 2.5%; false: none of these. */
static bool parse_percent(const char *text, double *percent)
{
    char *end;

    *percent = g_ascii_strtod(text, &end);
    end += *end == '%';
    return end != text && !*end && *percent >= 0 && isfinite(*percent);
}

bool compare_options_help(void)
{
    bool help = !g_strcmp0(compare_words.format, "help");

    if (help) {
        print_diff_formats(stdout);
    }
    return help;
}

int compare_options_read(const char *command, DiffOptions *d)
{
    const CompareWords *w = &compare_words;
    g_autofree char *error = NULL;

    if (!parse_clock_or_cpu(w->clock, &d->clock)) {
        return usage_error(command, "unknown clock '%s'", w->clock);
    }
    if (!parse_diff_format(w->format, &d->format)) {
        return usage_error(command,
                           "unknown format '%s': --format help lists them",
                           w->format);
    }
    if (!parse_percent(w->fail_over ? w->fail_over : "5%", &d->percent)) {
        return usage_error(command, "'%s' is not a percentage", w->fail_over);
    }
    if (!parse_undecided(w->undecided, &d->undecided)) {
        return usage_error(command, "--undecided takes pass or fail, not '%s'",
                           w->undecided);
    }
    d->budgets = budgets_parse(w->budgets, &error);
    if (!d->budgets) {
        return usage_error(command, "%s", error);
    }
    if (w->lines < 0 || !(w->ignore_ms >= 0)) {
        return usage_error(command, "a number is below zero");
    }
    d->ignore_ms = w->ignore_ms;
    d->lines = w->lines;
    d->controls = w->controls;
    d->bisect = w->bisect;
    return 0;
}
