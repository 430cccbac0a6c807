/*
 * The keys.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <curses.h>
#include <stdio.h>
#include <string.h>

#include "terminal.h"
#include "keys.h"

#define CTRL(c) (0x1f & (c))
#define CODE(k) (KEY_CODE | (k))

static const struct {
    const char *name, *keys, *help;
} actions[ACTION_COUNT] = {
#define ACTION_ROW(id, name, keys, help) [ACTION_##id] = { name, keys, help },
    ACTIONS(ACTION_ROW, NOT_HERE)
};

/* A part of the help begins with the action behind its title. */
enum {
#define COUNT_ACTION(id, name, keys, help) COUNTED_##id,
#define COUNT_SECTION(id, title) SECTION_##id, BEFORE_##id = SECTION_##id - 1,
    COUNTED_NONE,
    ACTIONS(COUNT_ACTION, COUNT_SECTION)
};

static const struct {
    Action first;
    const char *title;
} sections[] = {
#define SECTION_ROW(id, title) { (Action)SECTION_##id, title },
    ACTIONS(NOT_HERE, SECTION_ROW)
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

const char *action_section(Action action)
{
    for (size_t i = 0; i < G_N_ELEMENTS(sections); i++) {
        if (sections[i].first == action) {
            return sections[i].title;
        }
    }
    return NULL;
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
int key_plain(int key)
{
    return key == '\n' || key == CODE(KEY_ENTER) ? '\r' : key;
}

Action key_action(int key)
{
    key = key_plain(key);
    for (int i = 0; i < BOUND_MAX; i++) {
        if (bound[i].action && bound[i].key == key) {
            return bound[i].action;
        }
    }
    return ACTION_NONE;
}

void key_bind(int key, Action action)
{
    for (int i = 0; i < BOUND_MAX; i++) {
        if (!bound[i].action ||
            (bound[i].action == action && bound[i].key == key)) {
            bound[i] = (Bound){ key, action };
            return;
        }
    }
}

Action key_clash(int key, Action action)
{
    for (int i = 0; i < BOUND_MAX; i++) {
        if (bound[i].action && bound[i].action != action &&
            bound[i].key == key) {
            return bound[i].action;
        }
    }
    return ACTION_NONE;
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

void keys_print(void)
{
    for (Action action = 1; action < ACTION_COUNT; action++) {
        g_autofree char *keys = action_keys(action, BOUND_MAX);
        const char *title = action_section(action);

        if (title) {
            printf("%s%s\n", action > 1 ? "\n" : "", title);
        }
        printf("  %-19s %-17s %s\n", actions[action].name, keys,
               actions[action].help);
    }
}
