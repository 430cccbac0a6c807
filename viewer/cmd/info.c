/*
 * bootstamp info: what a capture holds.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>

#include "cmd.h"
#include "viewer/common/common.h"
#include "viewer/report/report.h"

int cmd_info(int argc, char **argv)
{
    g_auto(GStrv) rest = NULL;
    CaptureReader *r;
    int status;

    if (!parse_options(argc, argv, "[CAPTURE]",
                       "Prints what a capture holds: the newest one where none "
                       "is named.",
                       NULL, 1, &rest, &status)) {
        return status;
    }
    r = open_capture(rest[0]);
    if (!r) {
        return EXIT_FAILURE;
    }
    print_info(r);
    capture_reader_close(r);
    return EXIT_SUCCESS;
}
