/*
 * QEMU beside the viewer.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_RUN_WITH_VIEW_H
#define VIEWER_RUN_WITH_VIEW_H

/*
 * Starts QEMU (@argv, the environment is set) in the background of this
 * terminal and shows its capture: @path, or where it is NULL the one that
 * this QEMU writes.  Returns the exit status: QEMU's, 128 plus the signal
 * that ended it, or that of a failure of our own.
 */
int run_with_view(char **argv, const char *path);

#endif
