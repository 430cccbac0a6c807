/*
 * bootstamp list: the captures that are found without a name.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>

#include "capture/paths.h"
#include "cmd.h"
#include "viewer/common/common.h"
#include "viewer/report/report.h"

static void print_capture(const char *path)
{
    g_autoptr(GError) error = NULL;
    CaptureReader *r = capture_reader_open(path, &error);

    if (r) {
        print_info_line(r);
        capture_reader_close(r);
    } else {
        fail(path, "%s", error->message);
    }
}

int cmd_list(int argc, char **argv)
{
    g_auto(GStrv) rest = NULL;
    g_autoptr(GPtrArray) found = NULL;
    int status;

    if (!parse_options(argc, argv, NULL,
                       "Lists the captures in the default folder and in the "
                       "current one, newest first.",
                       NULL, 0, &rest, &status)) {
        return status;
    }
    found = capture_list();
    for (guint i = 0; i < found->len; i++) {
        print_capture(g_ptr_array_index(found, i));
    }
    return EXIT_SUCCESS;
}
