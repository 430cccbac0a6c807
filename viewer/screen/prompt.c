/*
 * The line at the bottom that the user types into.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <curses.h>
#include <string.h>

#include "cursor.h"
#include "jobs.h"
#include "keys.h"
#include "prompt.h"

#define CTRL(c) (0x1f & (c))
#define INPUT_MAX 1024 /* bytes */

void prompt_open(View *v, PromptKind kind)
{
    const Model *m = view_source(v)->model;

    v->prompt = kind;
    v->dirty = true;
    g_string_truncate(v->input, 0);
    if (kind == PROMPT_WRITE) {
        g_autofree char *base = g_path_get_basename(model_path(m));

        g_string_printf(v->input, "%s.txt", base);
    } else if (kind == PROMPT_FILTER && model_filter(m)) {
        g_string_assign(v->input, g_regex_get_pattern(model_filter(m)));
    }
}

static void accept_search(View *v, int step)
{
    g_autoptr(GError) error = NULL;
    GRegex *regex;

    v->search.step = step;
    if (v->input->len) {
        regex = compile_pattern(v->input->str, &error);
        if (!regex) {
            view_complain(v, "%s", error->message);
            return;
        }
        g_clear_pointer(&v->search.regex, g_regex_unref);
        v->search.regex = regex;
        g_free(v->last_pattern);
        v->last_pattern = g_strdup(v->input->str);
    }
    search_start(v, step);
}

static void accept_filter(View *v)
{
    g_autoptr(GError) error = NULL;
    GRegex *regex = NULL;

    if (v->input->len) {
        regex = compile_pattern(v->input->str, &error);
        if (!regex) {
            view_complain(v, "%s", error->message);
            return;
        }
    }
    model_set_filter(view_source(v)->model, regex);
    if (regex) {
        g_regex_unref(regex);
    }
}

static void accept(View *v)
{
    PromptKind kind = v->prompt;

    v->prompt = PROMPT_NONE;
    if (kind == PROMPT_SEARCH || kind == PROMPT_SEARCH_BACK) {
        accept_search(v, kind == PROMPT_SEARCH ? 1 : -1);
    } else if (kind == PROMPT_FILTER) {
        accept_filter(v);
    } else if (kind == PROMPT_WRITE && v->input->len) {
        g_free(v->write_path);
        v->write_path = g_strdup(v->input->str);
        write_start(v, false);
    }
}

/* A digit, Enter or "a"; anything else ends it. */
static void stream_key(View *v, int key)
{
    Source *s = view_source(v);
    Model *m = s->model;
    int n = model_streams(m)->count;
    int stream = -1;

    log_settle(v);
    if (key >= '1' && key <= '9') {
        stream = key - '1';
    } else if (key_action(key) == ACTION_ENTER && s->log.has_row &&
               s->log.row.kind == ROW_LINE) {
        stream = s->log.row.stream;
    } else if (key == 'a') {
        for (int i = 0; i < n; i++) {
            model_hide(m, i, false);
        }
    }
    if (stream >= 0 && stream < n) {
        model_hide(m, stream, !model_is_hidden(m, stream));
    }
    v->prompt = PROMPT_NONE;
}

static void rub_out(GString *input)
{
    const char *end = input->str + input->len;
    const char *last = g_utf8_find_prev_char(input->str, end);

    g_string_truncate(input, last ? last - input->str : 0);
}

static void rub_out_word(GString *input)
{
    while (input->len && input->str[input->len - 1] == ' ') {
        rub_out(input);
    }
    while (input->len && input->str[input->len - 1] != ' ') {
        rub_out(input);
    }
}

static void edit(View *v, int key)
{
    GString *input = v->input;

    if (key == (KEY_CODE | KEY_BACKSPACE) || key == 0x7f || key == CTRL('h')) {
        if (!input->len) {
            v->prompt = PROMPT_NONE;
        }
        rub_out(input);
    } else if (key == CTRL('u')) {
        g_string_truncate(input, 0);
    } else if (key == CTRL('w')) {
        rub_out_word(input);
    } else if (key == (KEY_CODE | KEY_UP) && v->last_pattern &&
               v->prompt != PROMPT_WRITE) {
        g_string_assign(input, v->last_pattern);
    } else if (key < KEY_CODE && key >= 0x20 && input->len < INPUT_MAX &&
               !(key >= 0x7f && key < 0xa0)) {
        g_string_append_unichar(input, key);
    }
}

void prompt_key(View *v, int key)
{
    v->dirty = true;
    if (v->prompt == PROMPT_STREAM) {
        stream_key(v, key);
    } else if (v->prompt == PROMPT_OVERWRITE) {
        v->prompt = PROMPT_NONE;
        if (key == 'y' || key == 'Y') {
            write_start(v, true);
        } else {
            view_say(v, "nothing written");
        }
    } else if (key == '\r' || key == '\n' || key == (KEY_CODE | KEY_ENTER)) {
        accept(v);
    } else if (key == 27 || key == CTRL('g')) {
        v->prompt = PROMPT_NONE;
    } else {
        edit(v, key);
    }
}
