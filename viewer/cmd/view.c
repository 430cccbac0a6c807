/*
 * bootstamp view: watch a boot, live or afterwards.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>
#include <unistd.h>

#include "cmd.h"
#include "symbol-options.h"
#include "viewer/common/common.h"
#include "viewer/export/export.h"
#include "viewer/screen/view.h"

#define WAIT_US 100000

/* Without a terminal: the text, as it comes. */
static int print_followed(char *const *paths, bool wait, bool controls)
{
    const ExportOptions options = {
        .follow = true, .vcpu = -1, .controls = controls, .at = UINT64_MAX
    };

    if (paths[0] && paths[1]) {
        return usage_error("view", "standard output is not a terminal: name "
                                   "one capture only");
    }
    while (wait && paths[0]) {
        CaptureReader *r = capture_reader_open(paths[0], NULL);

        if (r) {
            capture_reader_close(r);
            break;
        }
        g_usleep(WAIT_US);
    }
    return export_capture(paths[0], &options);
}

int cmd_view(int argc, char **argv)
{
    gboolean wait = FALSE, controls = FALSE, keys = FALSE;
    g_auto(GStrv) symbols = NULL;
    const GOptionEntry entries[] = {
        { "wait", 'w', 0, G_OPTION_ARG_NONE, &wait,
          "wait for the capture to appear; without a name, for the next one",
          NULL },
        { "controls", 0, 0, G_OPTION_ARG_NONE, &controls,
          "show the control sequences in lines, such as ^[[0;32m", NULL },
        { "symbols", 's', 0, G_OPTION_ARG_FILENAME_ARRAY, &symbols,
          SYMBOLS_HELP, "FILE[@ADDRESS]" },
        { "keys", 0, 0, G_OPTION_ARG_NONE, &keys,
          "print all that can be done with its keys, as they are set", NULL },
        { 0 },
    };
    g_auto(GStrv) rest = NULL;
    int status;

    if (!parse_options(argc, argv, "[CAPTURE...]",
                       "Shows captures on the terminal, live or afterwards: "
                       "the newest one where none\nis named.  h tells the "
                       "keys, q quits.  Where standard output is not "
                       "a terminal,\nprints what bootstamp export -f prints.",
                       entries, 64, &rest, &status)) {
        return status;
    }
    if (keys) {
        return view_print_keys();
    }
    if (!view_is_possible()) {
        return print_followed(rest, wait, controls);
    }
    check_patterns(); /* says what is wrong: those compiled in are there */
    return view_run(rest, g_strv_length(rest),
                    &(ViewOptions){ .wait = wait,
                                    .controls = controls,
                                    .symbols = symbols });
}
