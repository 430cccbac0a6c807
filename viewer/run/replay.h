/*
 * A capture at the speed that it had.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_RUN_REPLAY_H
#define VIEWER_RUN_REPLAY_H

#include <stdbool.h>

typedef struct ReplayOptions {
    double speed; /* so many times as fast; 0: as fast as possible */
    const char *stream; /* a label or a number; NULL: all */
    bool pty; /* to a pseudo terminal, whose name is printed */
    bool raw; /* lets the guest's escape sequences through to a terminal */
    bool view; /* in the viewer, as if the guest booted now */
} ReplayOptions;

/*
 * Plays the capture @path, the newest one where it is NULL.  Says what is
 * wrong and returns the exit status.
 */
int replay_capture(const char *path, const ReplayOptions *options);

#endif
