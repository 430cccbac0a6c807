/*
 * Boots: one in front of the viewer, many of them, one of yesterday.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_RUN_RUN_H
#define VIEWER_RUN_RUN_H

#include <glib.h>
#include <stdbool.h>

#include "many.h"
#include "replay.h"

/*
 * Starts QEMU (@argv, the environment is set) in the background of this
 * terminal and shows its capture: @path, or where it is NULL the one that
 * this QEMU writes.  Returns the exit status: QEMU's, 128 plus the signal
 * that ended it, or that of a failure of our own.
 */
int run_with_view(char **argv, const char *path);

/*
 * Whether @program, found as a shell finds it, is a QEMU that was built with
 * our patches, so that nothing has to be loaded into it.  False where that
 * cannot be told: a script, or a file that cannot be read.
 */
bool qemu_is_native(const char *program);

#endif
