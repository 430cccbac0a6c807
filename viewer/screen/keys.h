/*
 * What can be done in the viewer, and the keys for it: one table.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_KEYS_H
#define VIEWER_SCREEN_KEYS_H

#include <glib.h>
#include <stdbool.h>

/*
 * All there is to do, a row each: ACTION_ID, its name in the settings, its
 * keys where the settings say nothing else, what the help says.
 */
#define ACTIONS(ACTION)                                                        \
    ACTION(DOWN, "down", "j Down", "a line down")                              \
    ACTION(UP, "up", "k Up", "a line up")                                      \
    ACTION(PAGE_DOWN, "page-down", "PgDn Space Ctrl-F", "a page down")         \
    ACTION(PAGE_UP, "page-up", "PgUp b Ctrl-B", "a page up")                   \
    ACTION(HALF_DOWN, "half-down", "Ctrl-D d", "half a page down")             \
    ACTION(HALF_UP, "half-up", "Ctrl-U u", "half a page up")                   \
    ACTION(FIRST, "first", "g Home <", "the first line")                       \
    ACTION(LAST, "last", "G >", "the last line")                               \
    ACTION(LEFT, "left", "Left",                                               \
           "scroll the text; earlier milestone on the timeline")               \
    ACTION(RIGHT, "right", "Right",                                            \
           "scroll the text; later milestone on the timeline")                 \
    ACTION(FOLLOW, "follow", "F End", "stay at the end while lines come")      \
    ACTION(SEARCH, "search", "/", "search on, for a regular expression")       \
    ACTION(SEARCH_BACK, "search-back", "?", "search back")                     \
    ACTION(NEXT, "next", "n", "the next match")                                \
    ACTION(PREVIOUS, "previous", "N", "the match before")                      \
    ACTION(FILTER, "filter", "&", "show only lines that match; empty: all")    \
    ACTION(MARK, "mark", "m", "mark this line, or take the mark away")         \
    ACTION(TIME, "time", "t",                                                  \
           "time since start, delta, wall, since mark, virtual")               \
    ACTION(SLOWEST, "slowest", "s", "the slowest lines; Enter goes to one")    \
    ACTION(MILESTONE_NEXT, "milestone-next", "]", "the next milestone")        \
    ACTION(MILESTONE_PREVIOUS, "milestone-previous", "[",                      \
           "the milestone before")                                             \
    ACTION(PANE, "pane", "Tab", "the next pane: log, fw_cfg, timeline")        \
    ACTION(PANE_BACK, "pane-back", "BackTab", "the pane before")               \
    ACTION(ENTER, "enter", "Enter", "go to what the cursor is on")             \
    ACTION(STREAM, "stream", "z", "hide or show a stream")                     \
    ACTION(CAPTURE, "capture", "o",                                            \
           "the next capture, where several are open")                         \
    ACTION(WRITE, "write", "w", "write what is shown to a file")               \
    ACTION(REDRAW, "redraw", "Ctrl-L", "draw the screen anew")                 \
    ACTION(HELP, "help", "h F1", "this help")                                  \
    ACTION(CANCEL, "cancel", "Esc Ctrl-G",                                     \
           "leave a prompt, a list or the help")                               \
    ACTION(QUIT, "quit", "q F10", "quit; in a list or the help: leave it")

#define ACTION_ID(id, name, keys, help) ACTION_##id,
typedef enum Action {
    ACTION_NONE,
    ACTIONS(ACTION_ID) ACTION_COUNT,
} Action;
#undef ACTION_ID

/* What the settings file and the help call it. */
const char *action_name(Action action);
const char *action_help(Action action);
Action action_by_name(const char *name);

/* Sets the built-in keys. */
void keys_reset(void);

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
