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

typedef struct ViewOptions {
    bool wait; /* for a capture that is not there yet (no path: the next) */
    bool controls; /* lines show their control sequences */
    char *const *symbols; /* --symbols; NULL: none */
} ViewOptions;

/*
 * Shows the captures @paths on the terminal until the user has seen enough;
 * the newest one where @n_paths is 0.
 *
 * Needs a terminal on standard output.  Returns the exit status: 128 plus
 * the signal's number where one ended it.
 */
int view_run(char *const *paths, int n_paths, const ViewOptions *options);

/*
 * Prints all that can be done, with the keys as they are set.  Says what is
 * wrong with the settings, and returns the exit status.
 */
int view_print_keys(void);

#endif
