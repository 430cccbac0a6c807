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
    const char *name, *keys, *help;
} actions[ACTION_COUNT] = {
#define ACTION_ROW(id, name, keys, help) [ACTION_##id] = { name, keys, help },
    ACTIONS(ACTION_ROW)
};

#define BOUND_MAX 256

typedef struct Bound {
    int key;
    Action action;
} Bound;

static Bound bound[BOUND_MAX];

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

/* Enter has three codes: one is enough for the table. */
static int plain_key(int key)
{
    return key == '\n' || key == CODE(KEY_ENTER) ? '\r' : key;
}

Action key_action(int key)
{
    key = plain_key(key);
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

void keys_reset(void)
{
    memset(bound, 0, sizeof(bound));
    for (Action action = 1; action < ACTION_COUNT; action++) {
        g_auto(GStrv) names = g_strsplit(actions[action].keys, " ", -1);

        for (int i = 0; names[i]; i++) {
            int key;

            if (key_by_name(names[i], &key)) {
                key_bind(key, action);
            }
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
        if (bound[i].action == action) {
            g_string_append(out, out->len ? " " : "");
            append_key_name(out, bound[i].key);
            max--;
        }
    }
    return g_string_free(out, FALSE);
}
