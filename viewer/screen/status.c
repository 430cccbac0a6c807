/*
 * The two lines at the bottom: how things are, and what can be done.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "copies-text.h"
#include "cursor.h"
#include "pane-table.h"
#include "search.h"
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

static void advance(Line *line, int cells)
{
    line->x += cells;
    line->left -= cells;
}

/* Whole, or not at all: half a number is another one. */
G_GNUC_PRINTF(3, 4)
static void add(Line *line, Style style, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, format);
    text = g_strdup_vprintf(format, ap);
    va_end(ap);
    if (text_width(text) <= line->left) {
        advance(line, put_text(line->y, line->x, line->left, style, text));
    }
}

/* As much of @text as fits, after @blanks. */
static void add_cut(Line *line, Style style, int blanks, const char *text)
{
    int width = MIN(text_width(text), line->left - blanks);

    if (width > 0) {
        put_cut(line->y, line->x + blanks, width, style, text);
        advance(line, blanks + width);
    }
}

static void add_state(const Source *s, Line *line)
{
    Style style;
    const char *name = state_name(s->model, &style);
    g_autofree char *detail = NULL;
    GString *visible = g_string_new(NULL);

    add(line, style, "%s", name);
    if (model_state(s->model) == CAPTURE_KILLED) {
        g_string_append(visible, "QEMU ended without closing the capture");
    } else {
        const char *why = model_vm_detail(s->model);

        append_visible(visible, why, strlen(why), false);
    }
    detail = g_string_free(visible, FALSE);
    if (detail[0] && (model_vm(s->model) != MODEL_VM_RUNNING ||
                      model_state(s->model) != CAPTURE_LIVE)) {
        add_cut(line, STYLE_STATUS, 1, detail);
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
    const Row *mark = log_mark(log);
    uint64_t from, to;
    char span[32];

    if (mark && log->has_row) {
        from = mark->time;
        to = log->row.time;
        format_span(span, sizeof(span), to < from ? from - to : to - from);
        add(line, STYLE_STATUS, "  mark%s%s", to < from ? "-" : "+", span);
    }
}

/* Where the cursor is, as less tells it: at the right end. */
static void draw_place(View *v, Line *line)
{
    Source *s = view_source(v);
    g_autoptr(GString) text = g_string_new(NULL);
    const Search *search = &v->search;
    guint match = search->highlight ? search_place(v) : 0;
    ModelPlace place;
    bool known;

    if (!s->log.has_row) {
        return;
    }
    known = model_place(s->model, s->log.cursor, &place);
    if (s->log.left_at && place.lines > s->log.left_at &&
        model_shows_all(s->model)) {
        g_string_append_printf(text, "%" G_GUINT64_FORMAT " new  ",
                               place.lines - s->log.left_at);
    }
    if (match) {
        g_string_append_printf(text, "match %u of %u%s  ", match,
                               search->hits->len, search->hits_done ? "" : "+");
    }
    if (known) {
        g_string_append_printf(text, "%" G_GUINT64_FORMAT, place.line);
    } else {
        g_string_append_c(text, '?');
    }
    g_string_append_printf(text, "/%" G_GUINT64_FORMAT "%s", place.lines,
                           place.all && model_progress(s->model) >= 1 ? ""
                                                                      : "+");
    if (known && place.lines) {
        g_string_append_printf(
            text, " %d%% ",
            (int)(MIN(place.line, place.lines) * 100 / place.lines));
    }
    if (line->left > text_width(text->str) + 10) {
        put_right(line->y, line->x, line->left, STYLE_STATUS, text->str);
        line->left -= text_width(text->str) + 1;
    }
}

static void draw_status(View *v)
{
    const Source *s = view_source(v);
    g_autofree char *base = g_path_get_basename(model_path(s->model));
    g_autofree char *copies =
        view_has_pane(v, PANE_COPIES) ? NULL : copies_summary(v);
    Line line = { v->status.y, v->status.x, v->status.width };
    GString *name = g_string_new(NULL);
    char bytes[16];
    double progress = model_progress(s->model);

    put_blank(line.y, line.x, line.left, STYLE_STATUS);
    draw_place(v, &line);
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
    add_cut(&line, STYLE_STATUS, 2, name->str);
    g_string_free(name, TRUE);
}

/* ------------------------------------------------------------------ */
/* Hints                                                               */

static const PaneHint always[] = {
    { ACTION_QUIT, "quit" },
    { ACTION_HELP, "help" },
    { ACTION_NONE, NULL },
};

static const PaneHint everywhere[] = {
    { ACTION_PANE, "pane" },     { ACTION_ZOOM_IN, "" },
    { ACTION_ZOOM_OUT, "zoom" }, { ACTION_CAPTURE, "next capture" },
    { ACTION_NONE, NULL },
};

static bool is_useful(const View *v, Action action)
{
    const Source *s = view_source(v);

    switch (action) {
    case ACTION_CAPTURE:
        return v->sources->len > 1;
    case ACTION_COMPARE:
        return v->sources->len > 1 || source_boots(s) > 1;
    case ACTION_BOOT_NEXT:
    case ACTION_BOOT_PREVIOUS:
        return source_boots(s) > 1;
    case ACTION_PROFILE:
    case ACTION_PROFILE_OF:
        return model_profile_hz(s->model);
    case ACTION_COPY_RANGE:
        return log_mark(&s->log);
    default:
        return true;
    }
}

static bool is_shown(const View *v, Action action)
{
    for (int i = 0; i < v->n_hints; i++) {
        if (v->hint_areas[i].action == (int)action) {
            return true;
        }
    }
    return false;
}

/* Cells of a hint; one without a text goes with the next. */
static int hint_width(const PaneHint *hint)
{
    g_autofree char *keys = action_keys(hint->action, 1);
    int width = text_width(keys) + 1 + text_width(hint->text);

    return width +
           (!hint->text[0] && hint[1].action ? hint_width(hint + 1) : 0);
}

/* A hint whole, or not at all; false: there is no room for it. */
static bool draw_hint(View *v, Line *line, const PaneHint *hint)
{
    g_autofree char *keys = action_keys(hint->action, 1);
    int need = hint_width(hint);
    int x = line->x;

    if (!keys[0]) {
        return true;
    }
    if (line->left < need || v->n_hints == HINTS_MAX) {
        return false;
    }
    add(line, STYLE_KEY, "%s", keys);
    add(line, STYLE_HINT, hint->text[0] ? " %s" : " ", hint->text);
    advance(line, hint->text[0] ? MIN(2, line->left) : 0);
    v->hint_areas[v->n_hints++] = (HintArea){ x, line->x - x, hint->action };
    return true;
}

static void draw_hints(View *v, Line *line)
{
    const PaneHint *const lists[] = {
        always,
        pane_ops(pane_with_keys(v))->hints,
        v->open == PANE_LOG ? everywhere : NULL,
    };

    for (size_t n = 0; n < G_N_ELEMENTS(lists); n++) {
        for (const PaneHint *hint = lists[n]; hint && hint->action; hint++) {
            if (is_useful(v, hint->action) && !is_shown(v, hint->action) &&
                !draw_hint(v, line, hint)) {
                return;
            }
        }
    }
}

static const char *prompt_text(const View *v)
{
    static const char *const texts[] = {
        [PROMPT_SEARCH] = "/",        [PROMPT_SEARCH_BACK] = "?",
        [PROMPT_FILTER] = "& only: ", [PROMPT_JUMP] = ":",
        [PROMPT_OVERWRITE] = "",      [PROMPT_STREAM] = "",
    };

    if (v->prompt == PROMPT_WRITE) {
        return !log_mark(&view_source(v)->log) ? "write to: "
               : v->write_range ? "write mark to here (Tab: all) to: "
                                : "write all (Tab: mark to here) to: ";
    }
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

/* What may be typed, where there is room and nothing was typed yet. */
static const char *prompt_hint(const View *v)
{
    switch (v->prompt) {
    case PROMPT_FILTER:
        return "TEXT  !TEXT  >10ms  stream:ser  several with & between them";
    case PROMPT_JUMP:
        return "120  35%  1.5s  +20ms  12:30:05  boot 2  or a milestone";
    default:
        return "";
    }
}

/* The part of the input around the cursor, with the cursor on it. */
static void draw_input(View *v, Line *line)
{
    g_autoptr(GString) visible = g_string_new(NULL);
    g_autoptr(GString) ahead = g_string_new(NULL);
    g_autofree char *here = NULL;
    int at, hidden;

    append_visible(ahead, v->input->str, v->input_at, false);
    append_visible(visible, v->input->str, v->input->len, false);
    at = text_width(ahead->str);
    hidden = MAX(at - line->left + 1, 0);
    put_text_skip(line->y, line->x, line->left, style_attributes(STYLE_NORMAL),
                  visible->str, visible->len, hidden);
    here = ahead->len < visible->len
               ? g_utf8_substring(visible->str + ahead->len, 0, 1)
               : g_strdup(" ");
    put_text(line->y, line->x + at - hidden, line->left - (at - hidden),
             STYLE_CURSOR, here);
    if (!v->input->len) {
        put_text(line->y, line->x + 2, line->left - 2, STYLE_HINT,
                 prompt_hint(v));
    }
}

static void draw_prompt(View *v, Line *line)
{
    if (v->prompt == PROMPT_STREAM) {
        draw_stream_prompt(v, line);
    } else if (v->prompt == PROMPT_OVERWRITE) {
        /* The question first: the name may be long. */
        add(line, STYLE_ERROR, "Overwrite it? (y/n) ");
        add_cut(line, STYLE_ERROR, 1, v->write_path);
    } else {
        add_cut(line, STYLE_KEY, 0, prompt_text(v));
        draw_input(v, line);
    }
}

void status_draw(View *v)
{
    Line line = { v->hints.y, v->hints.x, v->hints.width };

    draw_status(v);
    v->n_hints = 0;
    if (v->prompt) {
        draw_prompt(v, &line);
    } else if (v->message) {
        add_cut(&line, v->message_is_error ? STYLE_ERROR : STYLE_NORMAL, 0,
                v->message);
    } else {
        draw_hints(v, &line);
    }
}
