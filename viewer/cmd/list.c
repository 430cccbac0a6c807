/*
 * bootstamp list: the captures that are found without a name.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>
#include <string.h>

#include "capture/paths.h"
#include "viewer/common/common.h"

static const char *const states[] = {
    [CAPTURE_LIVE] = "live",
    [CAPTURE_ENDED] = "ended",
    [CAPTURE_KILLED] = "killed",
};

static void print_capture(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDateTime) time = NULL;
    g_autofree char *started = NULL;
    g_autofree char *size = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    CaptureReader *r = capture_reader_open(path, &error);
    CaptureHeader h;

    if (!r) {
        fail(path, "%s", error->message);
        return;
    }
    capture_reader_header(r, &h);
    time = g_date_time_new_from_unix_local(h.start_wall_ns / 1000000000);
    started = time ? g_date_time_format(time, "%F %T") : g_strdup("?");
    size = format_bytes(capture_reader_size(r));
    append_visible(text, h.machine[0] ? h.machine : "-",
                   h.machine[0] ? strlen(h.machine) : 1, false);
    g_string_append_c(text, ' ');
    append_visible(text, path, strlen(path), false);
    printf("%-6s %-19s %9s %s\n", states[capture_reader_state(r)], started,
           size, text->str);
    capture_reader_close(r);
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
