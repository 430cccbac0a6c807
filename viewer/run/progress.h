/*
 * How far many boots are, on a terminal.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_RUN_PROGRESS_H
#define VIEWER_RUN_PROGRESS_H

#include <glib.h>
#include <stdbool.h>

/* Nothing is shown where @quiet, or standard error is no terminal. */
void progress_begin(bool quiet);

/* @done of @all @things ("boots"), and how long the rest will take. */
void progress_show(guint done, guint all, const char *things);

/* Takes the line away, for a message or at the end. */
void progress_clear(void);

#endif
