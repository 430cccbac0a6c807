/*
 * bootstamp phases: the milestone table and the fw_cfg copies.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>

#include "cmd.h"
#include "viewer/common/common.h"
#include "viewer/report/report.h"

static struct {
    char *clock;
    int session;
    gboolean all;
} opt;

static const GOptionEntry entries[] = {
    { "clock", 0, 0, G_OPTION_ARG_STRING, &opt.clock,
      "host (default), or virtual: QEMU's own clock, exact under -icount",
      "CLOCK" },
    { "session", 0, 0, G_OPTION_ARG_INT, &opt.session,
      "which session (QEMU run) of a capture written with append=on, from 1 "
      "(default: the last)",
      "N" },
    { "all", 'a', 0, G_OPTION_ARG_NONE, &opt.all,
      "each fw_cfg item by itself, QEMU's own start, talking by phase, and "
      "all initcalls as well",
      NULL },
    G_OPTION_ENTRY_NULL
};

int cmd_phases(int argc, char **argv)
{
    g_auto(GStrv) rest = NULL;
    CaptureReader *r;
    ClockChoice clock;
    bool virtual_clock;
    int status = EXIT_FAILURE;

    if (!parse_options(
            argc, argv, "[CAPTURE]",
            "Prints the milestones of a boot, what probes told of "
            "it, the fw_cfg items\nthat were copied, the disks that were read, and "
            "what talking cost.",
            entries, 1, &rest, &status)) {
        return status;
    }
    if (!parse_clock(opt.clock, &clock)) {
        return usage_error("phases", "unknown clock '%s'", opt.clock);
    }
    check_patterns(); /* says what is wrong: those compiled in are there */
    r = open_capture(rest[0]);
    if (r && choose_clock(r, clock, &virtual_clock)) {
        status = print_boot(r, virtual_clock, opt.session, opt.all);
    } else {
        status = EXIT_FAILURE;
    }
    capture_reader_close(r);
    return status;
}
