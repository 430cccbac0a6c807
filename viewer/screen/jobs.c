/*
 * Searching and writing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cursor.h"
#include "jobs.h"

/* ------------------------------------------------------------------ */
/* Searching                                                           */

static bool has_capital(const char *pattern)
{
    bool escaped = false;

    for (const char *p = pattern; *p; p = g_utf8_next_char(p)) {
        /* \S and the like are no letters. */
        if (!escaped && g_unichar_isupper(g_utf8_get_char(p))) {
            return true;
        }
        escaped = !escaped && *p == '\\';
    }
    return false;
}

GRegex *compile_pattern(const char *pattern, GError **error)
{
    GRegexCompileFlags flags = G_REGEX_OPTIMIZE;

    if (!has_capital(pattern)) {
        flags |= G_REGEX_CASELESS;
    }
    return g_regex_new(pattern, flags, 0, error);
}

void search_start(View *v, int step)
{
    const LogState *log = &view_source(v)->log;

    if (!v->search.regex) {
        view_complain(v, "nothing to search for yet; / asks for it");
        return;
    }
    if (step < 0 && log->cursor == 0) {
        view_say(v, "not found before this line");
        return;
    }
    v->search.running = true;
    v->search.running_step = step;
    v->search.pos = log->cursor == MODEL_END ? MODEL_END : log->cursor + step;
}

static void search_found(View *v, uint64_t pos)
{
    v->search.running = false;
    g_clear_pointer(&v->message, g_free);
    log_goto(v, pos, 1);
}

void search_work(View *v, int64_t deadline)
{
    Search *search = &v->search;
    GString *text = g_string_new(NULL);
    int step = search->running_step;
    ModelFound found = MODEL_FOUND;
    Row row;

    for (int i = 0; search->running; i++) {
        if (i % 64 == 63 && g_get_monotonic_time() > deadline) {
            break;
        }
        found = model_find(view_source(v)->model, search->pos, step, &row,
                           deadline);
        if (found != MODEL_FOUND) {
            break;
        }
        g_string_truncate(text, 0);
        model_append_text(text, view_source(v)->model, &row);
        if (g_regex_match(search->regex, text->str, 0, NULL)) {
            search_found(v, row.pos);
        } else if (step < 0 && row.pos == 0) {
            found = MODEL_NONE;
            break;
        } else {
            search->pos = row.pos + step;
        }
    }
    if (found == MODEL_NONE) {
        search->running = false;
        view_say(v, step > 0 ? "not found behind this line"
                             : "not found before this line");
    } else if (search->running && !v->message) {
        view_say(v, "searching ... any key stops it");
    }
    g_string_free(text, TRUE);
}

/* ------------------------------------------------------------------ */
/* Writing                                                             */

struct Writing {
    FILE *file;
    uint64_t pos, end; /* rows up to where the capture was when we began */
    uint64_t rows;
    uint64_t last_time;
    bool any;
};

/* True where @path is a capture that is open here. */
static bool is_open_capture(const View *v, const struct stat *st)
{
    for (guint i = 0; i < v->sources->len; i++) {
        const Source *s = g_ptr_array_index(v->sources, i);
        struct stat capture;

        if (!stat(model_path(s->model), &capture) &&
            capture.st_dev == st->st_dev && capture.st_ino == st->st_ino) {
            return true;
        }
    }
    return false;
}

static int open_target(View *v, bool overwrite)
{
    struct stat st;
    int fd;

    if (!stat(v->write_path, &st)) {
        if (is_open_capture(v, &st)) {
            view_complain(v, "%s is the capture itself; name another file",
                          v->write_path);
            return -1;
        }
        if (!S_ISREG(st.st_mode)) {
            view_complain(v, "%s is no regular file; name another",
                          v->write_path);
            return -1;
        }
        if (!overwrite) {
            v->prompt = PROMPT_OVERWRITE;
            return -1;
        }
    }
    fd = open(v->write_path,
              O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY |
                  (overwrite ? O_TRUNC : O_EXCL),
              0666);
    if (fd < 0) {
        view_complain(v, "%s: cannot write: %s", v->write_path,
                      g_strerror(errno));
    }
    return fd;
}

void write_start(View *v, bool overwrite)
{
    int fd = open_target(v, overwrite);

    v->dirty = true;
    if (fd < 0) {
        return;
    }
    write_cancel(v);
    v->writing = g_new0(struct Writing, 1);
    v->writing->file = fdopen(fd, "w");
    v->writing->end = model_head(view_source(v)->model);
}

void write_cancel(View *v)
{
    if (v->writing) {
        fclose(v->writing->file);
        g_clear_pointer(&v->writing, g_free);
    }
}

static void write_row(View *v, const Row *row)
{
    const Source *s = view_source(v);
    struct Writing *w = v->writing;
    uint64_t delta = !w->any                    ? CAPTURE_NO_TIME
                     : row->time > w->last_time ? row->time - w->last_time
                                                : 0;
    g_autofree char *tag =
        row->kind == ROW_LINE ? stream_tag(model_streams(s->model), row->stream)
                              : g_strdup("--");
    GString *time = g_string_new(NULL);
    GString *step = g_string_new(NULL);
    GString *text = g_string_new(NULL);

    log_append_time(time, s, v->settings.time, row, delta, 6);
    if (v->settings.time != TIME_DELTA) {
        log_append_time(step, s, TIME_DELTA, row, delta, 6);
        g_string_prepend(step, " ");
    }
    model_append_text(text, s->model, row);
    fprintf(w->file, "%12s%*s %-4s %s\n", time->str,
            v->settings.time == TIME_DELTA ? 0 : 12, step->str, tag, text->str);
    g_string_free(time, TRUE);
    g_string_free(step, TRUE);
    g_string_free(text, TRUE);
    w->any = true;
    w->last_time = row->time;
    w->rows++;
}

static void write_end(View *v)
{
    struct Writing *w = v->writing;
    bool bad = ferror(w->file);

    bad |= fclose(w->file) != 0;
    if (bad) {
        view_complain(v, "%s: cannot write all of it: %s", v->write_path,
                      g_strerror(errno));
    } else {
        view_say(v, "%" G_GUINT64_FORMAT " lines written to %s", w->rows,
                 v->write_path);
    }
    g_clear_pointer(&v->writing, g_free);
}

void write_work(View *v, int64_t deadline)
{
    struct Writing *w = v->writing;
    ModelFound found = MODEL_FOUND;
    Row row;

    for (int i = 1; i % 256 || g_get_monotonic_time() < deadline; i++) {
        found = model_find(view_source(v)->model, w->pos, 1, &row, deadline);
        if (found != MODEL_FOUND || row.pos >= w->end) {
            break;
        }
        write_row(v, &row);
        w->pos = row.pos + 1;
    }
    if (found == MODEL_NONE || (found == MODEL_FOUND && row.pos >= w->end) ||
        ferror(w->file)) {
        write_end(v);
    } else if (!v->message) {
        view_say(v, "writing to %s ... any key stops it", v->write_path);
    }
}
