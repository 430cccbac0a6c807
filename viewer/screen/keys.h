/*
 * What can be done in the viewer, and the keys for it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_KEYS_H
#define VIEWER_SCREEN_KEYS_H

#include <glib.h>
#include <stdbool.h>

typedef enum Action {
    ACTION_NONE,
    ACTION_DOWN,
    ACTION_UP,
    ACTION_PAGE_DOWN,
    ACTION_PAGE_UP,
    ACTION_HALF_DOWN,
    ACTION_HALF_UP,
    ACTION_FIRST,
    ACTION_LAST,
    ACTION_LEFT,
    ACTION_RIGHT,
    ACTION_FOLLOW,
    ACTION_SEARCH,
    ACTION_SEARCH_BACK,
    ACTION_NEXT,
    ACTION_PREVIOUS,
    ACTION_FILTER,
    ACTION_MARK,
    ACTION_TIME,
    ACTION_SLOWEST,
    ACTION_MILESTONE_NEXT,
    ACTION_MILESTONE_PREVIOUS,
    ACTION_PANE,
    ACTION_PANE_BACK,
    ACTION_ENTER,
    ACTION_STREAM,
    ACTION_CAPTURE,
    ACTION_WRITE,
    ACTION_REDRAW,
    ACTION_HELP,
    ACTION_CANCEL,
    ACTION_QUIT,
    ACTION_COUNT,
} Action;

/* What the settings file and the help call it. */
const char *action_name(Action action);
const char *action_help(Action action);
Action action_by_name(const char *name);

/* What @key (as terminal_key() gives it) does. */
Action key_action(int key);

/* Makes @key do @action, and nothing else. */
void key_bind(int key, Action action);

/* Takes all keys from @action. */
void key_unbind(Action action);

/* "q", "PgDn", "F1", "Ctrl-L", ...; false: no such key. */
bool key_by_name(const char *name, int *key);
void append_key_name(GString *out, int key);

/* The keys of @action, with blanks between them; the first @max. */
char *action_keys(Action action, int max);

#endif
