/*
 * bootstamp diff: two boots, or two sets of boots, side by side.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>

#include "cmd.h"
#include "compare-options.h"
#include "viewer/common/common.h"
#include "viewer/report/report.h"

static struct {
    char *until;
    gboolean paired;
} opt;

static const GOptionEntry entries[] = {
    { "paired", 0, 0, G_OPTION_ARG_NONE, &opt.paired,
      "capture i of A and capture i of B were made in turn (bootstamp ab)",
      NULL },
    { "until", 0, 0, G_OPTION_ARG_STRING, &opt.until,
      "a boot ends where this milestone begins", "MILESTONE" },
    COMPARE_ENTRIES,
    G_OPTION_ENTRY_NULL
};

int cmd_diff(int argc, char **argv)
{
    g_auto(GStrv) rest = NULL;
    DiffOptions diff = { 0 };
    int status;

    if (!parse_options(argc, argv, "A B",
                       "Compares two captures, or two folders of captures: "
                       "phases, copies and lines.\nExit status: 0 no slower, "
                       "1 slower (or B lacks what A has), 2 error, 3 cannot "
                       "tell.",
                       entries, 2, &rest, &status)) {
        return status;
    }
    if (compare_options_help()) {
        return EXIT_SUCCESS;
    }
    if (g_strv_length(rest) != 2) {
        return usage_error("diff", "two captures or folders of captures are "
                                   "compared");
    }
    status = compare_options_read("diff", &diff);
    if (status) {
        return status;
    }
    if (opt.until && !is_milestone(opt.until)) {
        return usage_error("diff", "unknown milestone '%s'", opt.until);
    }
    diff.until = opt.until;
    diff.paired = opt.paired;
    return print_diff(rest[0], rest[1], &diff);
}
