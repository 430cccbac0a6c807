/*
 * QEMU beside the viewer.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_RUN_WITH_VIEW_H
#define VIEWER_RUN_WITH_VIEW_H

/*
 * Starts QEMU (@program with @argv, the environment is set) in the background
 * of this terminal and shows the capture that it writes first.  Returns the
 * exit status: QEMU's, 128 plus the signal that ended it, or that of a failure
 * of our own.
 */
int run_with_view(const char *program, char **argv);

#endif
