/*
 * bootstamp replay: a capture at the speed that it had.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>

#include "cmd.h"
#include "viewer/common/common.h"
#include "viewer/run/run.h"

static struct {
    double speed;
    gboolean pty, raw, view;
    char *stream;
} opt = { .speed = 1 };

static const GOptionEntry entries[] = {
    { "speed", 0, 0, G_OPTION_ARG_DOUBLE, &opt.speed,
      "playback speed factor (default: 1); 0: as fast as possible", "X" },
    { "stream", 0, 0, G_OPTION_ARG_STRING, &opt.stream,
      "only this stream, by its chardev id or number", "STREAM" },
    { "pty", 0, 0, G_OPTION_ARG_NONE, &opt.pty,
      "to a pseudo terminal, whose name is printed; waits until it is opened",
      NULL },
    { "raw", 0, 0, G_OPTION_ARG_NONE, &opt.raw,
      "let the guest's escape sequences through to a terminal", NULL },
    { "view", 0, 0, G_OPTION_ARG_NONE, &opt.view,
      "in the viewer, as if the guest booted now", NULL },
    G_OPTION_ENTRY_NULL
};

int cmd_replay(int argc, char **argv)
{
    g_auto(GStrv) rest = NULL;
    int status;

    if (!parse_options(argc, argv, "[CAPTURE]",
                       "Plays what the guest wrote on standard output, at "
                       "the speed that it had.",
                       entries, 1, &rest, &status)) {
        return status;
    }
    if (!(opt.speed >= 0) || isinf(opt.speed)) {
        return usage_error("replay", "a speed is 0 or more");
    }
    if (opt.pty && opt.view) {
        return usage_error("replay", "--pty or --view, not both");
    }
    return replay_capture(rest[0], &(ReplayOptions){ .speed = opt.speed,
                                                     .stream = opt.stream,
                                                     .pty = opt.pty,
                                                     .raw = opt.raw,
                                                     .view = opt.view });
}
