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
 * keys where the settings say nothing else, what the help says.  SECTION
 * begins a part of the help.
 */
#define ACTIONS(ACTION, SECTION)                                               \
    SECTION(FINDING, "Finding")                                                \
    ACTION(SEARCH, "search", "/", "search forward, in the list shown or log")  \
    ACTION(SEARCH_BACK, "search-back", "?", "search backward")                 \
    ACTION(NEXT, "next", "n", "the next match; at the end, from the start")    \
    ACTION(PREVIOUS, "previous", "N", "the match before")                      \
    ACTION(FILTER, "filter", "&",                                              \
           "only lines that match: TEXT, !TEXT, >10ms, stream:NAME")           \
    ACTION(STREAM, "stream", "z", "hide or show a stream")                     \
    ACTION(SLOWEST, "slowest", "s", "the slowest lines; Enter goes to one")    \
    ACTION(PROFILE, "profile", "p",                                            \
           "the functions that the time went to (run --profile)")              \
    ACTION(PROFILE_OF, "profile-of", "P",                                      \
           "functions of: a slow line, its phase, since the mark")             \
    ACTION(SCREEN, "screen", "S",                                              \
           "the stream's terminal at the cursor's time")                       \
    ACTION(ENTER, "enter", "Enter", "a line in full; go to what is selected")  \
    ACTION(WRAP, "wrap", "W", "wrap long lines")                               \
    ACTION(COLOURS, "colours", "C", "the guest's own colours, on or off")      \
    SECTION(GOING, "Going there")                                              \
    ACTION(MILESTONE_NEXT, "milestone-next", "]", "the next milestone")        \
    ACTION(MILESTONE_PREVIOUS, "milestone-previous", "[",                      \
           "the milestone before")                                             \
    ACTION(BOOT_NEXT, "boot-next", "}", "the next boot, after a reset")        \
    ACTION(BOOT_PREVIOUS, "boot-previous", "{", "the boot before")             \
    ACTION(JUMP, "jump", ":", "to a line, time, percentage, boot, milestone")  \
    ACTION(BACK, "back", "Ctrl-O", "back to where you jumped from")            \
    ACTION(FORWARD, "forward", "Ctrl-N",                                       \
           "forward again; Ctrl-I too, right after back")                      \
    ACTION(MARK, "mark", "m", "mark this line, or remove its mark")            \
    ACTION(MARKS, "marks", "'", "the marks, with the time between them")       \
    ACTION(FOLLOW, "follow", "F End", "stay at the end while lines come")      \
    SECTION(TIMES, "Times")                                                    \
    ACTION(TIME, "time", "t", "time: start, delta, wall, mark, virtual, boot") \
    ACTION(TIME_BACK, "time-back", "T", "the same, the other way round")       \
    ACTION(ZOOM_IN, "zoom-in", "+ =", "zoom the timeline in at the cursor")    \
    ACTION(ZOOM_OUT, "zoom-out", "-", "zoom the timeline out")                 \
    ACTION(LOG_SCALE, "log-scale", "L", "timeline on a logarithmic scale")     \
    ACTION(RESET, "reset", "0", "the text from its start, all of the time")    \
    ACTION(COMPARE, "compare", "c", "two boots side by side")                  \
    SECTION(OUT, "Out of it")                                                  \
    ACTION(COPY, "copy", "y", "copy the line to the clipboard")                \
    ACTION(COPY_RANGE, "copy-range", "Y", "copy from the mark to the cursor")  \
    ACTION(WRITE, "write", "w", "write lines to a file: all, or from a mark")  \
    SECTION(PANES, "Panes and captures")                                       \
    ACTION(PANE, "pane", "Tab", "the next pane: log, fw_cfg, functions, ...")  \
    ACTION(PANE_BACK, "pane-back", "BackTab", "the pane before")               \
    ACTION(SORT, "sort", "O F6", "sort the copies, or the functions")          \
    ACTION(ITEMS, "items", "a",                                                \
           "fw_cfg items under 64 KiB: each, or one row for all")              \
    ACTION(CAPTURE, "capture", "o", "the next capture, of several")            \
    SECTION(MOVING, "Moving")                                                  \
    ACTION(DOWN, "down", "j Down", "a line down")                              \
    ACTION(UP, "up", "k Up", "a line up")                                      \
    ACTION(PAGE_DOWN, "page-down", "PgDn Space Ctrl-F", "a page down")         \
    ACTION(PAGE_UP, "page-up", "PgUp b Ctrl-B", "a page up")                   \
    ACTION(HALF_DOWN, "half-down", "Ctrl-D d", "half a page down")             \
    ACTION(HALF_UP, "half-up", "Ctrl-U u", "half a page up")                   \
    ACTION(FIRST, "first", "g Home <", "the first line")                       \
    ACTION(LAST, "last", "G >", "the last line; stay there while lines come")  \
    ACTION(LEFT, "left", "Left", "scroll the text to the left")                \
    ACTION(RIGHT, "right", "Right", "scroll the text to the right")            \
    SECTION(REST, "And")                                                       \
    ACTION(REDRAW, "redraw", "Ctrl-L", "redraw the screen")                    \
    ACTION(HELP, "help", "h F1", "this help")                                  \
    ACTION(CANCEL, "cancel", "Esc Ctrl-G",                                     \
           "leave a prompt or a list; highlights off")                         \
    ACTION(QUIT, "quit", "q F10", "quit; in a list or the help: leave it")

#define NOT_HERE(...)
#define ACTION_ID(id, name, keys, help) ACTION_##id,
typedef enum Action {
    ACTION_NONE,
    ACTIONS(ACTION_ID, NOT_HERE) ACTION_COUNT,
} Action;
#undef ACTION_ID

/* What the settings file and the help call it. */
const char *action_name(Action action);
const char *action_help(Action action);
Action action_by_name(const char *name);

/* The title of the help's part that begins with @action, or NULL. */
const char *action_section(Action action);

/* Sets the built-in keys. */
void keys_reset(void);

/* What @key (as terminal_key() gives it) does. */
Action key_action(int key);

/* Enter has three codes; the one in the tables. */
int key_plain(int key);

/*
 * Makes @key do @action too.  What it did before is in the tables still, and
 * comes first: key_clash() tells.
 */
void key_bind(int key, Action action);

/* Takes all keys from @action. */
void key_unbind(Action action);

/* Another action than @action that @key is for, or ACTION_NONE. */
Action key_clash(int key, Action action);

/* "q", "PgDn", "F1", "Ctrl-L", ...; false: no such key. */
bool key_by_name(const char *name, int *key);
void append_key_name(GString *out, int key);

/* The keys of @action, with blanks between them; the first @max. */
char *action_keys(Action action, int max);

/* Prints all actions: name, keys, help. */
void keys_print(void);

#endif
