/*
 * What was typed at the prompts, kept between runs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_HISTORY_H
#define VIEWER_SCREEN_HISTORY_H

#include <glib.h>

typedef struct History History;

/* Empty, and kept nowhere. */
History *history_new(void);
void history_free(History *history);

/*
 * $XDG_STATE_HOME/bootstamp/view-history: read, and what is added from now on
 * goes there too.  A history that cannot be kept is no trouble.
 */
void history_keep(History *history);

/* @kind is a character: entries of one kind are a list of their own. */
void history_add(History *history, char kind, const char *text);

/* The entry @back from the newest (1); NULL: there is none. */
const char *history_get(const History *history, char kind, int back);

#endif
