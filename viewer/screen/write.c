/*
 * Rows out of the viewer.
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
#include "row-text.h"
#include "terminal.h"
#include "write.h"

/* What terminals take at least, bytes before they become base64. */
#define COPY_MAX 50000

struct Writing {
    FILE *file;
    uint64_t pos, end; /* rows up to where the capture was when we began */
    uint64_t rows;
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
            view_complain(v, "%s is not a regular file; name another",
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
    if (v->write_range && log_range(v, &v->writing->pos, &v->writing->end)) {
        v->writing->end++;
    }
}

void write_cancel(View *v)
{
    if (v->writing) {
        fclose(v->writing->file);
        g_clear_pointer(&v->writing, g_free);
    }
}

/* A row with its times, as it is written. */
static void append_row(GString *out, const View *v, const Row *row)
{
    const Source *s = view_source(v);
    g_autofree char *tag =
        row->kind == ROW_LINE ? stream_tag(model_streams(s->model), row->stream)
                              : g_strdup("--");
    g_autoptr(GString) time = g_string_new(NULL);
    g_autoptr(GString) step = g_string_new(NULL);

    log_append_time(time, s, v->settings.time, row, 6);
    if (v->settings.time != TIME_DELTA) {
        log_append_time(step, s, TIME_DELTA, row, 6);
        g_string_prepend(step, " ");
    }
    g_string_append_printf(out, "%12s%*s %-4s ", time->str,
                           v->settings.time == TIME_DELTA ? 0 : 12, step->str,
                           tag);
    row_append_text(out, row);
    g_string_append_c(out, '\n');
}

static void write_row(View *v, const Row *row)
{
    g_autoptr(GString) text = g_string_new(NULL);

    append_row(text, v, row);
    fwrite(text->str, 1, text->len, v->writing->file);
    v->writing->rows++;
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

/* ------------------------------------------------------------------ */
/* Clipboard                                                           */

static void copy(View *v, const GString *text)
{
    if (text->len > COPY_MAX) {
        view_complain(v, "too much for a clipboard; w writes it to a file");
        return;
    }
    switch (terminal_copy(text->str, text->len)) {
    case CLIPBOARD_NONE:
        view_complain(v, "this terminal has no clipboard; w writes to a file");
        break;
    case CLIPBOARD_TMUX:
        view_say(v,
                 "%zu bytes copied; tmux passes them on with: "
                 "set -g set-clipboard on",
                 text->len);
        break;
    case CLIPBOARD_SCREEN:
        view_say(v, "%zu bytes copied, through screen", text->len);
        break;
    default:
        view_say(v, "%zu bytes copied", text->len);
        break;
    }
}

void copy_row(View *v)
{
    const Source *s = view_source(v);
    g_autoptr(GString) text = g_string_new(NULL);
    Row row;

    log_settle(v);
    if (s->log.has_row && model_find(s->model, s->log.cursor, 1, &row,
                                     view_deadline()) == MODEL_FOUND) {
        row_append_text(text, &row);
        copy(v, text);
    }
}

void copy_range(View *v)
{
    const Source *s = view_source(v);
    g_autoptr(GString) text = g_string_new(NULL);
    uint64_t pos, end;
    Row row;

    if (!log_range(v, &pos, &end)) {
        view_complain(v, "no mark to copy from; m sets one");
        return;
    }
    while (text->len <= COPY_MAX &&
           model_find(s->model, pos, 1, &row, INT64_MAX) == MODEL_FOUND &&
           row.pos <= end) {
        append_row(text, v, &row);
        pos = row.pos + 1;
    }
    copy(v, text);
}
