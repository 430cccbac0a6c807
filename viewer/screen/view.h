/*
 * The boot log viewer: its way in.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_VIEW_H
#define VIEWER_SCREEN_VIEW_H

#include <stdbool.h>

/*
 * Is standard output a terminal that can show it?  One that is dumb (Emacs, CI)
 * can do nothing but print.
 */
bool view_is_possible(void);

/*
 * Shows the captures @paths on the terminal until the user has seen enough;
 * the newest one where @n_paths is 0.  With @wait_for_capture a capture that
 * is not there yet is waited for (no path: one that a QEMU is writing).  With
 * @controls lines show their control sequences.
 *
 * Needs a terminal on standard output.  Returns the exit status: 128 plus
 * the signal's number where one ended it.
 */
int view_run(char *const *paths, int n_paths, bool wait_for_capture,
             bool controls);

/*
 * Prints all that can be done, with the keys as they are set.  Says what is
 * wrong with the settings, and returns the exit status.
 */
int view_print_keys(void);

#endif
