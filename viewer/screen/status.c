/*
 * The two lines at the bottom: how things are, and what can be done.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "copies-text.h"
#include "keys.h"
#include "status.h"

/* What the VM does, or how it ended. */
static const char *state_name(const Model *m, Style *style)
{
    switch (model_state(m)) {
    case CAPTURE_ENDED:
        *style = STYLE_ENDED;
        return " ENDED ";
    case CAPTURE_KILLED:
        *style = STYLE_LOST;
        return " KILLED ";
    default:
        break;
    }
    *style = STYLE_PAUSED;
    switch (model_vm(m)) {
    case MODEL_VM_PAUSED:
        return " PAUSED ";
    case MODEL_VM_SUSPENDED:
        return " SUSPENDED ";
    case MODEL_VM_STOPPED:
        return " STOPPED ";
    default:
        *style = STYLE_LIVE;
        return " LIVE ";
    }
}

typedef struct Line {
    int y, x, left;
} Line;

G_GNUC_PRINTF(3, 4)
static void add(Line *line, Style style, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list ap;
    int used;

    va_start(ap, format);
    text = g_strdup_vprintf(format, ap);
    va_end(ap);
    used = put_text(line->y, line->x, line->left, style, text);
    line->x += used;
    line->left -= used;
}

static void add_state(const Source *s, Line *line)
{
    Style style;
    const char *name = state_name(s->model, &style);
    g_autofree char *detail = NULL;
    GString *visible = g_string_new(NULL);

    add(line, style, "%s", name);
    if (model_state(s->model) == CAPTURE_KILLED) {
        g_string_append(visible, "QEMU went without a word");
    } else {
        const char *why = model_vm_detail(s->model);

        append_visible(visible, why, strlen(why), false);
    }
    detail = g_string_free(visible, FALSE);
    if (detail[0] && (model_vm(s->model) != MODEL_VM_RUNNING ||
                      model_state(s->model) != CAPTURE_LIVE)) {
        add(line, STYLE_STATUS, " %s", detail);
    }
}

static void add_elapsed(const Source *s, Line *line)
{
    GString *text = g_string_new(NULL);
    bool live = model_state(s->model) == CAPTURE_LIVE;
    uint64_t elapsed = source_elapsed(s);

    append_seconds(text, elapsed, live ? 0 : 3);
    if (live) {
        /* Whole seconds: a dot would be left at their end. */
        while (text->len && !g_ascii_isdigit(text->str[text->len - 1])) {
            g_string_truncate(text, text->len - 1);
        }
    }
    add(line, STYLE_STATUS, "  %s s", text->str);
    g_string_free(text, TRUE);
}

static void add_mark(const Source *s, Line *line)
{
    const LogState *log = &s->log;
    uint64_t from = log->mark.time, to = log->row.time;
    char span[32];

    if (log->has_mark && log->has_row) {
        format_span(span, sizeof(span), to < from ? from - to : to - from);
        add(line, STYLE_STATUS, "  mark%s%s", to < from ? "-" : "+", span);
    }
}

static void draw_status(View *v)
{
    const Source *s = view_source(v);
    g_autofree char *base = g_path_get_basename(model_path(s->model));
    g_autofree char *copies = v->copies_line ? copies_summary(v) : NULL;
    Line line = { v->status.y, v->status.x, v->status.width };
    GString *name = g_string_new(NULL);
    char bytes[16];
    double progress = model_progress(s->model);

    put_blank(line.y, line.x, line.left, STYLE_STATUS);
    add_state(s, &line);
    if (model_lost(s->model)) {
        format_short_bytes(bytes, sizeof(bytes), model_lost(s->model));
        add(&line, STYLE_LOST, " %s LOST ", bytes);
    }
    if (progress < 1) {
        add(&line, STYLE_MATCH, " indexing %d%% ", (int)(progress * 100));
    }
    if (copies) {
        add(&line, STYLE_BAR_RUN, " %s ", copies);
    }
    if (s->log.follow) {
        add(&line, STYLE_STATUS, "  FOLLOW");
    }
    add_mark(s, &line);
    add_elapsed(s, &line);
    format_short_bytes(bytes, sizeof(bytes), model_bytes(s->model));
    add(&line, STYLE_STATUS, "  %sB", bytes);
    if (v->sources->len > 1) {
        add(&line, STYLE_STATUS, "  [%u/%u]", v->current + 1, v->sources->len);
    }
    append_visible(name, base, strlen(base), false);
    add(&line, STYLE_STATUS, "  %s", name->str);
    g_string_free(name, TRUE);
}

static const struct {
    Action action;
    const char *text;
} hints[] = {
    { ACTION_QUIT, "quit" },           { ACTION_HELP, "help" },
    { ACTION_FOLLOW, "follow" },       { ACTION_SEARCH, "search" },
    { ACTION_FILTER, "filter" },       { ACTION_SLOWEST, "slowest" },
    { ACTION_MARK, "mark" },           { ACTION_TIME, "time" },
    { ACTION_MILESTONE_PREVIOUS, "" }, { ACTION_MILESTONE_NEXT, "milestone" },
    { ACTION_STREAM, "stream" },       { ACTION_PANE, "pane" },
    { ACTION_WRITE, "write" },         { ACTION_CAPTURE, "next capture" },
};

static void draw_hints(View *v, Line *line)
{
    for (size_t i = 0; i < G_N_ELEMENTS(hints); i++) {
        g_autofree char *keys = action_keys(hints[i].action, 1);
        int need = text_width(keys) + 1 + text_width(hints[i].text);

        if (!keys[0] || line->left < need ||
            (hints[i].action == ACTION_CAPTURE && v->sources->len < 2)) {
            continue;
        }
        add(line, STYLE_KEY, "%s", keys);
        add(line, STYLE_HINT, hints[i].text[0] ? " %s  " : " ", hints[i].text);
    }
}

static const char *prompt_text(const View *v)
{
    static const char *const texts[] = {
        [PROMPT_SEARCH] = "/",
        [PROMPT_SEARCH_BACK] = "?",
        [PROMPT_FILTER] = "& lines that match: ",
        [PROMPT_WRITE] = "write to: ",
        [PROMPT_OVERWRITE] = "",
        [PROMPT_STREAM] = "",
    };

    return texts[v->prompt];
}

/* The streams with their numbers, to hide or show. */
static void draw_stream_prompt(View *v, Line *line)
{
    const Model *m = view_source(v)->model;
    const StreamNames *names = model_streams(m);

    add(line, STYLE_NORMAL, "hide or show:");
    for (int i = 0; i < names->count && i < 9; i++) {
        g_autofree char *tag = stream_tag(names, i);

        add(line, STYLE_KEY, " %d", i + 1);
        add(line, STYLE_NORMAL, model_is_hidden(m, i) ? " (%s)" : " %s", tag);
    }
    add(line, STYLE_KEY, " Enter");
    add(line, STYLE_NORMAL, " this line's ");
    add(line, STYLE_KEY, " a");
    add(line, STYLE_NORMAL, " all");
}

static void draw_prompt(View *v, Line *line)
{
    GString *visible = g_string_new(NULL);
    int hidden;

    if (v->prompt == PROMPT_STREAM) {
        draw_stream_prompt(v, line);
    } else if (v->prompt == PROMPT_OVERWRITE) {
        add(line, STYLE_ERROR, "%s is there already. Overwrite it? (y/n) ",
            v->write_path);
    } else {
        add(line, STYLE_KEY, "%s", prompt_text(v));
        append_visible(visible, v->input->str, v->input->len, false);
        /* The end of it is where the user types. */
        hidden = MAX(text_width(visible->str) - line->left + 1, 0);
        line->x += put_text_skip(line->y, line->x, line->left,
                                 style_attributes(STYLE_NORMAL), visible->str,
                                 visible->len, hidden);
        put_text(line->y, line->x, 1, STYLE_CURSOR, " ");
    }
    g_string_free(visible, TRUE);
}

void status_draw(View *v)
{
    Line line = { v->hints.y, v->hints.x, v->hints.width };

    draw_status(v);
    if (v->prompt) {
        draw_prompt(v, &line);
    } else if (v->message) {
        add(&line, v->message_is_error ? STYLE_ERROR : STYLE_NORMAL, "%s",
            v->message);
    } else {
        draw_hints(v, &line);
    }
}
