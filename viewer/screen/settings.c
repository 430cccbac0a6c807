/*
 * The settings file: a line a setting, NAME = VALUE.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings.h"
#include "terminal.h"
#include "keys.h"
#include "pattern.h"

#define TIME_NAME(id, name, text) name,
#define TIME_TEXT(id, name, text) text,
static const char *const time_names[] = { TIMES(TIME_NAME) NULL };
static const char *const time_texts[] = { TIMES(TIME_TEXT) };
static const char *const column_names[] = { "time", "delta", "bar", "stream",
                                            NULL };
static const char *const copies_names[] = { "auto", "beside", "below", "off",
                                            NULL };
static const char *const switch_names[] = { "off", "on", NULL };

/* Always false. */
G_GNUC_PRINTF(2, 3)
static bool wrong(GError **error, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    *error = g_error_new_valist(G_FILE_ERROR, G_FILE_ERROR_INVAL, format, ap);
    va_end(ap);
    return false;
}

/* Which of @names @word is, or -1 with @error set. */
static int pick(const char *const *names, const char *word, GError **error)
{
    g_autofree char *all = NULL;

    for (int i = 0; names[i]; i++) {
        if (!strcmp(names[i], word)) {
            return i;
        }
    }
    all = g_strjoinv(", ", (char **)names);
    wrong(error, "'%s' is not one of %s", word, all);
    return -1;
}

/* Words with one blank between them; the caller frees the vector. */
static char **split_words(const char *text)
{
    GStrvBuilder *builder = g_strv_builder_new();
    g_auto(GStrv) parts = g_strsplit_set(text, " \t\r", -1);
    char **words;

    for (int i = 0; parts[i]; i++) {
        if (parts[i][0]) {
            g_strv_builder_add(builder, parts[i]);
        }
    }
    words = g_strv_builder_end(builder);
    g_strv_builder_unref(builder);
    return words;
}

static bool set_columns(Settings *s, char **words, GError **error)
{
    s->columns = 0;
    for (int i = 0; words[i]; i++) {
        int column = pick(column_names, words[i], error);

        if (column < 0) {
            return false;
        }
        s->columns |= 1u << column;
    }
    return true;
}

/* FOREGROUND [on BACKGROUND] [bold] [dim] [underline] [reverse] */
static bool set_style(Style style, char **words, GError **error)
{
    StyleColour colour = { -1, -1, 0 };
    bool background = false;

    for (int i = 0; words[i]; i++) {
        uint32_t attribute = attribute_by_name(words[i]);
        int number = colour_by_name(words[i]);

        if (!strcmp(words[i], "on") && words[i + 1]) {
            background = true;
        } else if (attribute) {
            colour.attributes |= attribute;
        } else if (number == -2) {
            return wrong(error,
                         "'%s' is not a valid colour: a name such as red or "
                         "brightred, or a number up to 255",
                         words[i]);
        } else if (background) {
            colour.background = number;
            background = false;
        } else {
            colour.foreground = number;
        }
    }
    style_set(style, &colour);
    return true;
}

static bool set_colour(const char *name, char **words, GError **error)
{
    int style = style_by_name(name);

    if (style < 0) {
        return wrong(error,
                     "there is no colour '%s' to set; "
                     "docs/viewer.md lists them",
                     name);
    }
    return set_style(style, words, error);
}

/* @colour is a colour's words, @pattern what is drawn in it. */
static bool set_highlight(Settings *s, const char *colour, const char *pattern,
                          GError **error)
{
    g_auto(GStrv) words = split_words(colour);
    GError *cause = NULL;
    GRegex *regex;

    if (s->n_highlights == HIGHLIGHTS_MAX) {
        return wrong(error, "there are %d highlights already", HIGHLIGHTS_MAX);
    }
    if (!words[0] || !pattern[0]) {
        return wrong(error, "expected highlight COLOUR = PATTERN");
    }
    if (!set_style(STYLE_OWN_1 + s->n_highlights, words, error)) {
        return false;
    }
    regex = compile_pattern(pattern, &cause);
    if (!regex) {
        wrong(error, "%s", cause->message);
        g_error_free(cause);
        return false;
    }
    s->highlights[s->n_highlights++] = regex;
    return true;
}

static bool set_key(const char *name, char **words, GError **error)
{
    Action action = action_by_name(name);
    int key;

    if (action == ACTION_NONE) {
        return wrong(error,
                     "there is no action '%s' to give a key to; "
                     "bootstamp view --keys lists them",
                     name);
    }
    if (!words[0]) {
        return wrong(error, "expected a key after =; none takes them away");
    }
    key_unbind(action);
    for (int i = 0; words[i]; i++) {
        if (!strcmp(words[i], "none") && !words[1]) {
            return true;
        }
        if (!key_by_name(words[i], &key)) {
            return wrong(error,
                         "'%s' is not a valid key: a character, F1 to F12, "
                         "Ctrl-A to Ctrl-Z, or a name such as PgDn",
                         words[i]);
        }
        key_bind(key, action);
    }
    return true;
}

static bool set_one(const char *const *names, char **words, int *value,
                    GError **error)
{
    if (!words[0] || words[1]) {
        return wrong(error, "expected one word after =");
    }
    *value = pick(names, words[0], error);
    return *value >= 0;
}

/* The switch of that name, or NULL. */
static bool *switch_of(Settings *s, const char *name)
{
    return !strcmp(name, "timeline")        ? &s->timeline
           : !strcmp(name, "mouse")         ? &s->mouse
           : !strcmp(name, "wrap")          ? &s->wrap
           : !strcmp(name, "guest-colours") ? &s->guest_colours
                                            : NULL;
}

static bool set(Settings *s, const char *name, char **words, GError **error)
{
    int value = 0;

    if (g_str_has_prefix(name, "colour ") || g_str_has_prefix(name, "color ")) {
        return set_colour(strchr(name, ' ') + 1, words, error);
    }
    if (g_str_has_prefix(name, "key ")) {
        return set_key(name + 4, words, error);
    }
    if (!strcmp(name, "columns")) {
        return set_columns(s, words, error);
    }
    if (!strcmp(name, "time")) {
        bool ok = set_one(time_names, words, &value, error);

        s->time = value;
        return ok;
    }
    if (!strcmp(name, "copies")) {
        bool ok = set_one(copies_names, words, &value, error);

        s->copies = value;
        return ok;
    }
    if (switch_of(s, name)) {
        bool ok = set_one(switch_names, words, &value, error);

        *switch_of(s, name) = value;
        return ok;
    }
    return wrong(error,
                 "there is no setting '%s'; docs/viewer.md lists "
                 "them",
                 name);
}

static bool handle_line(Settings *s, const char *line, GError **error)
{
    const char *equals = strchr(line, '=');
    g_autofree char *left = NULL;
    g_auto(GStrv) name_words = NULL;
    g_auto(GStrv) words = NULL;
    g_autofree char *name = NULL;
    const char *text = line + strspn(line, " \t\r");

    if (!*text || *text == '#') {
        return true;
    }
    if (!equals) {
        return wrong(error, "no = in it; expected NAME = VALUE");
    }
    left = g_strndup(line, equals - line);
    name_words = split_words(left);
    name = g_strjoinv(" ", name_words);
    if (name_words[0] && !strcmp(name_words[0], "highlight")) {
        g_autofree char *pattern = g_strstrip(g_strdup(equals + 1));

        return set_highlight(s, name + strlen("highlight"), pattern, error);
    }
    words = split_words(equals + 1);
    return set(s, name, words, error);
}

const char *time_mode_name(TimeMode mode)
{
    return time_names[mode];
}

const char *time_mode_text(TimeMode mode)
{
    return time_texts[mode];
}

char *settings_path(void)
{
    return g_build_filename(g_get_user_config_dir(), "bootstamp", "view.conf",
                            NULL);
}

/* The action that @line gives keys to, or ACTION_NONE. */
static Action key_line(const char *line)
{
    g_auto(GStrv) words = split_words(line);

    return words[0] && words[1] && !strcmp(words[0], "key")
               ? action_by_name(words[1])
               : ACTION_NONE;
}

/*
 * A key that two actions have.  All lines are looked at first: what has a key
 * built in may give it away in a line below.
 */
static bool check_keys(char **lines, int i, GError **error)
{
    g_auto(GStrv) sides = g_strsplit(lines[i], "=", 2);
    g_auto(GStrv) words = NULL;
    Action action;

    if (!sides[0] || !sides[1]) {
        return true;
    }
    action = key_line(sides[0]);
    words = split_words(sides[1]);
    for (int w = 0; action && words[w]; w++) {
        Action other;
        int key;

        if (!strcmp(words[w], "none") || !key_by_name(words[w], &key)) {
            continue;
        }
        other = key_clash(key, action);
        if (other) {
            return wrong(error,
                         "'%s' is the key of %s already: give that another "
                         "key, or none",
                         words[w], action_name(other));
        }
    }
    return true;
}

static bool handle_lines(Settings *s, char **lines, GError **error)
{
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; lines[i]; i++) {
            GError *cause = NULL;

            if (pass ? !check_keys(lines, i, &cause)
                     : !handle_line(s, lines[i], &cause)) {
                g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                            "line %d: %s", i + 1, cause->message);
                g_error_free(cause);
                return false;
            }
        }
    }
    return true;
}

void settings_clear(Settings *s)
{
    for (int i = 0; i < s->n_highlights; i++) {
        g_regex_unref(s->highlights[i]);
    }
    s->n_highlights = 0;
}

bool settings_read(Settings *s, const char *path, GError **error)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    GError *cause = NULL;

    keys_reset();
    *s = (Settings){
        .columns = COLUMN_TIME | COLUMN_DELTA | COLUMN_BAR | COLUMN_STREAM,
        .timeline = true,
        .mouse = true,
    };
    if (!g_file_get_contents(path, &text, NULL, &cause)) {
        if (g_error_matches(cause, G_FILE_ERROR, G_FILE_ERROR_NOENT) ||
            g_error_matches(cause, G_FILE_ERROR, G_FILE_ERROR_NOTDIR)) {
            g_error_free(cause);
            return true;
        }
        g_propagate_error(error, cause);
        return false;
    }
    lines = g_strsplit(text, "\n", -1);
    return handle_lines(s, lines, error);
}
