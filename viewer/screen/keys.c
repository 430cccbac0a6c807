/*
 * The keys.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <curses.h>
#include <string.h>

#include "terminal.h"
#include "keys.h"

#define CTRL(c) (0x1f & (c))
#define CODE(k) (KEY_CODE | (k))

static const struct {
    const char *name, *help;
} actions[ACTION_COUNT] = {
    [ACTION_DOWN] = { "down", "a line down" },
    [ACTION_UP] = { "up", "a line up" },
    [ACTION_PAGE_DOWN] = { "page-down", "a page down" },
    [ACTION_PAGE_UP] = { "page-up", "a page up" },
    [ACTION_HALF_DOWN] = { "half-down", "half a page down" },
    [ACTION_HALF_UP] = { "half-up", "half a page up" },
    [ACTION_FIRST] = { "first", "the first line" },
    [ACTION_LAST] = { "last", "the last line" },
    [ACTION_LEFT] = { "left", "scroll the text; earlier milestone on the "
                              "timeline" },
    [ACTION_RIGHT] = { "right", "scroll the text; later milestone on the "
                                "timeline" },
    [ACTION_FOLLOW] = { "follow", "stay at the end while lines come" },
    [ACTION_SEARCH] = { "search", "search on, for a regular expression" },
    [ACTION_SEARCH_BACK] = { "search-back", "search back" },
    [ACTION_NEXT] = { "next", "the next match" },
    [ACTION_PREVIOUS] = { "previous", "the match before" },
    [ACTION_FILTER] = { "filter", "show only lines that match; empty: all" },
    [ACTION_MARK] = { "mark", "mark this line, or take the mark away" },
    [ACTION_TIME] = { "time", "time since start, delta, wall, since mark, "
                              "virtual" },
    [ACTION_SLOWEST] = { "slowest", "the slowest lines; Enter goes to one" },
    [ACTION_MILESTONE_NEXT] = { "milestone-next", "the next milestone" },
    [ACTION_MILESTONE_PREVIOUS] = { "milestone-previous",
                                    "the milestone before" },
    [ACTION_PANE] = { "pane", "the next pane: log, fw_cfg, timeline" },
    [ACTION_PANE_BACK] = { "pane-back", "the pane before" },
    [ACTION_ENTER] = { "enter", "go to what the cursor is on" },
    [ACTION_STREAM] = { "stream", "hide or show a stream" },
    [ACTION_CAPTURE] = { "capture", "the next capture, where several are "
                                    "open" },
    [ACTION_WRITE] = { "write", "write what is shown to a file" },
    [ACTION_REDRAW] = { "redraw", "draw the screen anew" },
    [ACTION_HELP] = { "help", "this help" },
    [ACTION_CANCEL] = { "cancel", "leave a prompt, a list or the help" },
    [ACTION_QUIT] = { "quit", "quit; in a list or the help: leave it" },
};

#define BOUND_MAX 256

typedef struct Bound {
    int key;
    Action action;
} Bound;

static Bound bound[BOUND_MAX] = {
    { 'j', ACTION_DOWN },
    { CODE(KEY_DOWN), ACTION_DOWN },
    { 'k', ACTION_UP },
    { CODE(KEY_UP), ACTION_UP },
    { CODE(KEY_NPAGE), ACTION_PAGE_DOWN },
    { ' ', ACTION_PAGE_DOWN },
    { CTRL('f'), ACTION_PAGE_DOWN },
    { CODE(KEY_PPAGE), ACTION_PAGE_UP },
    { 'b', ACTION_PAGE_UP },
    { CTRL('b'), ACTION_PAGE_UP },
    { CTRL('d'), ACTION_HALF_DOWN },
    { 'd', ACTION_HALF_DOWN },
    { CTRL('u'), ACTION_HALF_UP },
    { 'u', ACTION_HALF_UP },
    { 'g', ACTION_FIRST },
    { CODE(KEY_HOME), ACTION_FIRST },
    { '<', ACTION_FIRST },
    { 'G', ACTION_LAST },
    { '>', ACTION_LAST },
    { CODE(KEY_LEFT), ACTION_LEFT },
    { CODE(KEY_RIGHT), ACTION_RIGHT },
    { 'F', ACTION_FOLLOW },
    { CODE(KEY_END), ACTION_FOLLOW },
    { '/', ACTION_SEARCH },
    { '?', ACTION_SEARCH_BACK },
    { 'n', ACTION_NEXT },
    { 'N', ACTION_PREVIOUS },
    { '&', ACTION_FILTER },
    { 'm', ACTION_MARK },
    { 't', ACTION_TIME },
    { 's', ACTION_SLOWEST },
    { ']', ACTION_MILESTONE_NEXT },
    { '[', ACTION_MILESTONE_PREVIOUS },
    { '\t', ACTION_PANE },
    { CODE(KEY_BTAB), ACTION_PANE_BACK },
    { '\r', ACTION_ENTER },
    { '\n', ACTION_ENTER },
    { CODE(KEY_ENTER), ACTION_ENTER },
    { 'z', ACTION_STREAM },
    { 'o', ACTION_CAPTURE },
    { 'w', ACTION_WRITE },
    { CTRL('l'), ACTION_REDRAW },
    { 'h', ACTION_HELP },
    { CODE(KEY_F(1)), ACTION_HELP },
    { 27, ACTION_CANCEL },
    { CTRL('g'), ACTION_CANCEL },
    { 'q', ACTION_QUIT },
    { CODE(KEY_F(10)), ACTION_QUIT },
};

static const struct {
    const char *name;
    int key;
} key_names[] = {
    { "Up", CODE(KEY_UP) },
    { "Down", CODE(KEY_DOWN) },
    { "Left", CODE(KEY_LEFT) },
    { "Right", CODE(KEY_RIGHT) },
    { "PgUp", CODE(KEY_PPAGE) },
    { "PgDn", CODE(KEY_NPAGE) },
    { "Home", CODE(KEY_HOME) },
    { "End", CODE(KEY_END) },
    { "Insert", CODE(KEY_IC) },
    { "Delete", CODE(KEY_DC) },
    { "Backspace", CODE(KEY_BACKSPACE) },
    { "Enter", '\r' },
    { "Enter", '\n' },
    { "Enter", CODE(KEY_ENTER) },
    { "Tab", '\t' },
    { "BackTab", CODE(KEY_BTAB) },
    { "Esc", 27 },
    { "Space", ' ' },
};

const char *action_name(Action action)
{
    return actions[action].name;
}

const char *action_help(Action action)
{
    return actions[action].help;
}

Action action_by_name(const char *name)
{
    for (int i = 1; i < ACTION_COUNT; i++) {
        if (!strcmp(actions[i].name, name)) {
            return i;
        }
    }
    return ACTION_NONE;
}

Action key_action(int key)
{
    for (int i = 0; i < BOUND_MAX; i++) {
        if (bound[i].action && bound[i].key == key) {
            return bound[i].action;
        }
    }
    return ACTION_NONE;
}

void key_bind(int key, Action action)
{
    int at = -1;

    for (int i = 0; i < BOUND_MAX; i++) {
        if (bound[i].action && bound[i].key == key) {
            bound[i].action = ACTION_NONE;
        }
        if (!bound[i].action && at < 0) {
            at = i;
        }
    }
    if (at >= 0) {
        bound[at] = (Bound){ key, action };
    }
}

void key_unbind(Action action)
{
    for (int i = 0; i < BOUND_MAX; i++) {
        if (bound[i].action == action) {
            bound[i].action = ACTION_NONE;
        }
    }
}

bool key_by_name(const char *name, int *key)
{
    guint64 number;

    for (size_t i = 0; i < G_N_ELEMENTS(key_names); i++) {
        if (!g_ascii_strcasecmp(key_names[i].name, name)) {
            *key = key_names[i].key;
            return true;
        }
    }
    if ((name[0] == 'F' || name[0] == 'f') &&
        g_ascii_string_to_unsigned(name + 1, 10, 1, 12, &number, NULL)) {
        *key = CODE(KEY_F((int)number));
        return true;
    }
    if (!g_ascii_strncasecmp(name, "Ctrl-", 5) && g_ascii_isalpha(name[5]) &&
        !name[6]) {
        *key = CTRL(name[5]);
        return true;
    }
    if (g_utf8_validate(name, -1, NULL) && g_utf8_strlen(name, -1) == 1) {
        *key = (int)g_utf8_get_char(name);
        return *key > ' ' && *key != 0x7f;
    }
    return false;
}

void append_key_name(GString *out, int key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(key_names); i++) {
        if (key_names[i].key == key) {
            g_string_append(out, key_names[i].name);
            return;
        }
    }
    if (key >= CODE(KEY_F(1)) && key <= CODE(KEY_F(12))) {
        g_string_append_printf(out, "F%d", key - CODE(KEY_F0));
    } else if (key > 0 && key < 0x20) {
        g_string_append_printf(out, "Ctrl-%c", key | 0x40);
    } else if (key < KEY_CODE) {
        g_string_append_unichar(out, key);
    } else {
        g_string_append_printf(out, "key %d", key & ~KEY_CODE);
    }
}

char *action_keys(Action action, int max)
{
    GString *out = g_string_new(NULL);

    for (int i = 0; i < BOUND_MAX && max > 0; i++) {
        /* Enter has three. */
        if (bound[i].action == action && bound[i].key != '\n' &&
            bound[i].key != CODE(KEY_ENTER)) {
            g_string_append(out, out->len ? " " : "");
            append_key_name(out, bound[i].key);
            max--;
        }
    }
    return g_string_free(out, FALSE);
}
