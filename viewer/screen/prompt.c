/*
 * The line at the bottom that the user types into.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <curses.h>
#include <string.h>

#include "cursor.h"
#include "history.h"
#include "jump.h"
#include "keys.h"
#include "pane-table.h"
#include "pattern.h"
#include "prompt.h"
#include "search.h"
#include "write.h"

#define CTRL(c) (0x1f & (c))
#define INPUT_MAX 1024 /* bytes */

/* Which list of the history a prompt has; 0: none. */
static char history_kind(PromptKind kind)
{
    switch (kind) {
    case PROMPT_SEARCH:
    case PROMPT_SEARCH_BACK:
        return '/';
    case PROMPT_FILTER:
        return '&';
    case PROMPT_JUMP:
        return ':';
    case PROMPT_WRITE:
        return 'w';
    default:
        return 0;
    }
}

static void set_input(View *v, const char *text)
{
    g_string_assign(v->input, text);
    v->input_at = v->input->len;
}

void prompt_open(View *v, PromptKind kind)
{
    const Model *m = view_source(v)->model;
    uint64_t from, to;

    v->prompt = kind;
    v->dirty = true;
    v->history_at = 0;
    set_input(v, "");
    if (kind == PROMPT_WRITE) {
        g_autofree char *base = g_path_get_basename(model_path(m));
        g_autofree char *name = g_strdup_printf("%s.txt", base);

        set_input(v, name);
        v->write_range = log_range(v, &from, &to) && from != to;
    } else if (kind == PROMPT_FILTER && model_filter(m)) {
        set_input(v, filter_text(model_filter(m)));
    }
}

/* ------------------------------------------------------------------ */
/* What was typed                                                      */

/* In the rows of a pane of its own: on from the selected one, around. */
static void search_pane(View *v, const PaneOps *ops, int step)
{
    g_autoptr(GString) text = g_string_new(NULL);
    int n = ops->count(v);
    int row = ops->selected(v);

    if (!v->search.regex) {
        view_complain(v, "no pattern to search for yet; / asks for one");
        return;
    }
    v->search.highlight = true;
    for (int i = 0; i < n; i++) {
        row = (row + step + n) % n;
        g_string_truncate(text, 0);
        ops->text(v, row, text);
        if (g_regex_match(v->search.regex, text->str, 0, NULL)) {
            ops->select(v, row);
            v->dirty = true;
            return;
        }
    }
    view_complain(v, "not found in this list: %s",
                  g_regex_get_pattern(v->search.regex));
}

void prompt_search_on(View *v, int step)
{
    const PaneOps *ops = pane_ops(pane_with_keys(v));

    if (ops->count) {
        search_pane(v, ops, step);
    } else {
        search_start(v, step);
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
        search_set(v, regex);
    }
    prompt_search_on(v, step);
}

static void accept_filter(View *v)
{
    g_autoptr(GError) error = NULL;
    Filter *filter = NULL;

    if (v->input->len) {
        filter = filter_new(v->input->str, &error);
        if (!filter) {
            view_complain(v, "%s", error->message);
            return;
        }
    }
    model_set_filter(view_source(v)->model, filter);
}

/* As a shell has it. */
static char *expand_home(const char *path)
{
    return path[0] == '~' && (!path[1] || path[1] == '/')
               ? g_strconcat(g_get_home_dir(), path + 1, NULL)
               : g_strdup(path);
}

static void accept(View *v)
{
    PromptKind kind = v->prompt;

    v->prompt = PROMPT_NONE;
    history_add(v->history, history_kind(kind), v->input->str);
    if (kind == PROMPT_SEARCH || kind == PROMPT_SEARCH_BACK) {
        accept_search(v, kind == PROMPT_SEARCH ? 1 : -1);
    } else if (kind == PROMPT_FILTER) {
        accept_filter(v);
    } else if (kind == PROMPT_JUMP && v->input->len) {
        jump_to(v, v->input->str);
    } else if (kind == PROMPT_WRITE && v->input->len) {
        g_free(v->write_path);
        v->write_path = expand_home(v->input->str);
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

/* ------------------------------------------------------------------ */
/* Editing                                                             */

static gsize before(const View *v, gsize at)
{
    const char *text = v->input->str;
    const char *p = g_utf8_find_prev_char(text, text + at);

    return p ? (gsize)(p - text) : 0;
}

static gsize after(const View *v, gsize at)
{
    const char *text = v->input->str;

    return at < v->input->len ? (gsize)(g_utf8_next_char(text + at) - text)
                              : at;
}

/* Where the word before the cursor begins. */
static gsize word_before(const View *v)
{
    const char *text = v->input->str;
    gsize at = v->input_at;

    while (at && text[at - 1] == ' ') {
        at--;
    }
    while (at && text[at - 1] != ' ') {
        at--;
    }
    return at;
}

/* Takes the bytes from @from to @to out. */
static void cut(View *v, gsize from, gsize to)
{
    g_string_erase(v->input, from, to - from);
    v->input_at = from;
}

/* To an older (1) or newer (-1) entry. */
static void recall(View *v, int step)
{
    int back = v->history_at + step;
    char kind = history_kind(v->prompt);
    const char *text = back > 0 ? history_get(v->history, kind, back) : NULL;

    if (back < 0 || (back > 0 && !text)) {
        return;
    }
    if (v->history_at == 0) {
        g_free(v->typed);
        v->typed = g_strdup(v->input->str);
    }
    v->history_at = back;
    set_input(v, back ? text : v->typed);
}

static void rub_out(View *v)
{
    if (v->input->len) {
        cut(v, before(v, v->input_at), v->input_at);
    } else {
        v->prompt = PROMPT_NONE;
    }
}

static void insert(View *v, int key)
{
    char text[8];

    if (key < KEY_CODE && key >= 0x20 && v->input->len < INPUT_MAX &&
        !(key >= 0x7f && key < 0xa0)) {
        text[g_unichar_to_utf8(key, text)] = '\0';
        g_string_insert(v->input, v->input_at, text);
        v->input_at += strlen(text);
    }
}

static void edit(View *v, int key)
{
    switch (key) {
    case KEY_CODE | KEY_BACKSPACE:
    case 0x7f:
    case CTRL('h'):
        rub_out(v);
        break;
    case KEY_CODE | KEY_DC:
    case CTRL('d'):
        cut(v, v->input_at, after(v, v->input_at));
        break;
    case CTRL('u'):
        cut(v, 0, v->input_at);
        break;
    case CTRL('k'):
        cut(v, v->input_at, v->input->len);
        break;
    case CTRL('w'):
        cut(v, word_before(v), v->input_at);
        break;
    case KEY_CODE | KEY_LEFT:
    case CTRL('b'):
        v->input_at = before(v, v->input_at);
        break;
    case KEY_CODE | KEY_RIGHT:
    case CTRL('f'):
        v->input_at = after(v, v->input_at);
        break;
    case KEY_CODE | KEY_HOME:
    case CTRL('a'):
        v->input_at = 0;
        break;
    case KEY_CODE | KEY_END:
    case CTRL('e'):
        v->input_at = v->input->len;
        break;
    case KEY_CODE | KEY_UP:
    case CTRL('p'):
        recall(v, 1);
        break;
    case KEY_CODE | KEY_DOWN:
    case CTRL('n'):
        recall(v, -1);
        break;
    default:
        insert(v, key);
        break;
    }
}

void prompt_key(View *v, int key)
{
    uint64_t from, to;

    v->dirty = true;
    key = key_plain(key);
    if (v->prompt == PROMPT_STREAM) {
        stream_key(v, key);
    } else if (v->prompt == PROMPT_OVERWRITE) {
        v->prompt = PROMPT_NONE;
        if (key == 'y' || key == 'Y') {
            write_start(v, true);
        } else {
            view_say(v, "nothing written");
        }
    } else if (key == '\r') {
        accept(v);
    } else if (key == 27 || key == CTRL('g')) {
        v->prompt = PROMPT_NONE;
    } else if (key == '\t' && v->prompt == PROMPT_WRITE) {
        v->write_range = !v->write_range && log_range(v, &from, &to);
    } else {
        edit(v, key);
    }
}
