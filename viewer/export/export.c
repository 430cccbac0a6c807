/*
 * A capture through a format: what is the same for all of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export.h"
#include "format.h"
#include "viewer/common/walk.h"

#define FOLLOW_PERIOD_US 20000

/* ------------------------------------------------------------------ */
/* The table                                                           */

#define FORMAT_ROW(name) &export_##name,
static const ExportFormat *const formats[] = { EXPORT_FORMATS(FORMAT_ROW) };

const ExportInfo *export_info(guint i)
{
    return i < G_N_ELEMENTS(formats) ? &formats[i]->info : NULL;
}

const ExportInfo *export_info_by_name(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (!strcmp(formats[i]->info.name, name)) {
            return &formats[i]->info;
        }
    }
    return NULL;
}

static const ExportFormat *format_of(const ExportInfo *info)
{
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (&formats[i]->info == info) {
            return formats[i];
        }
    }
    return formats[0];
}

void export_print_formats(FILE *out)
{
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        const ExportInfo *info = &formats[i]->info;

        fprintf(out, "%-11s %-9s %s\n", info->name,
                info->folder ? "(folder)" : info->extension, info->summary);
    }
}

/* ------------------------------------------------------------------ */
/* Files                                                               */

/* Opens the capture, with a clock that suits what was asked for. */
static bool open_input(Export *e, const char *path)
{
    e->reader = open_capture(path);
    if (!e->reader ||
        !choose_clock(e->reader, e->options->clock, &e->virtual_clock)) {
        return false;
    }
    if (e->virtual_clock && e->options->time == EXPORT_TIME_WALL) {
        fail(capture_reader_path(e->reader),
             "has times of QEMU's virtual "
             "clock alone, which tell no time of day");
        return false;
    }
    return true;
}

static bool same_inode(const char *path, const char *capture)
{
    struct stat a, b;

    return !stat(path, &a) && !stat(capture, &b) && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

static bool open_output(Export *e, const ExportInfo *info)
{
    const char *output = e->options->output;

    if (info->folder) {
        return true;
    }
    if (!output) {
        e->out = stdout;
        if (info->commands && isatty(STDOUT_FILENO)) {
            fail("export",
                 "the guest's raw bytes could command this "
                 "terminal; name a file with --output, or use a pipe");
            return false;
        }
        return true;
    }
    if (same_inode(output, capture_reader_path(e->reader))) {
        fail(output, "is the capture itself; name another file");
        return false;
    }
    e->out = fopen(output, "we");
    if (!e->out) {
        fail(output, "cannot write: %s", g_strerror(errno));
    }
    return e->out;
}

static int close_output(Export *e)
{
    const ExportOptions *o = e->options;
    bool bad = e->out && (ferror(e->out) | (fflush(e->out) != 0));

    if (e->out && e->out != stdout) {
        bad |= fclose(e->out) != 0;
    }
    if (bad) {
        return fail(o->output ? o->output : "standard output",
                    "cannot write: %s", g_strerror(errno));
    }
    if (e->only_stream == -2 || e->only_stream >= e->names.count) {
        return fail(capture_reader_path(e->reader),
                    "has no stream '%s'; bootstamp info lists them", o->stream);
    }
    return EXIT_SUCCESS;
}

/* ------------------------------------------------------------------ */
/* What is written                                                     */

/*
 * The stream that is wanted: a number, or a label, which may be told of at any
 * time.  -2: not met so far.
 */
static int wanted_stream(const Export *e)
{
    const char *stream = e->options->stream;
    char *end;
    long n;

    if (!stream) {
        return -1;
    }
    for (int i = 0; i < e->names.count; i++) {
        if (!strcmp(e->names.label[i], stream)) {
            return i;
        }
    }
    n = strtol(stream, &end, 10);
    if (end == stream || *end || n < 0 || n >= CAPTURE_STREAMS_MAX) {
        return -2;
    }
    return (int)n;
}

typedef struct Pass {
    Export *export;
    const ExportFormat *format;
} Pass;

static WalkNext take_record(void *data, const CaptureRecord *rec)
{
    const Pass *p = data;
    Export *e = p->export;

    if (rec->kind != CAPTURE_BYTE || rec->stream >= e->names.count) {
        stream_names_feed(&e->names, rec);
        e->only_stream = wanted_stream(e);
    }
    if (rec->kind == CAPTURE_BYTE && e->only_stream != -1 &&
        rec->stream != e->only_stream) {
        return WALK_SKIP;
    }
    if (p->format->record) {
        p->format->record(e, rec);
    }
    return WALK_ON;
}

static void take_line(void *data, const CaptureLine *line)
{
    const Pass *p = data;

    p->format->line(p->export, line);
}

static void write_all(Export *e, const ExportFormat *format)
{
    Pass pass = { e, format };
    const WalkOps ops = {
        .record = take_record,
        .line = format->line ? take_line : NULL,
        .bytes = format->bytes || e->options->controls,
    };
    Walk *walk = walk_new(e->reader, e->virtual_clock, &ops, &pass);
    bool live;

    do {
        live = e->options->follow &&
               capture_reader_state(e->reader) == CAPTURE_LIVE;
        walk_on(walk);
        if (live) {
            fflush(e->out); /* NULL, where a folder is written: all */
            g_usleep(FOLLOW_PERIOD_US);
        }
    } while (live && !(e->out && ferror(e->out)));
    walk_end(walk);
}

int export_capture(const char *path, const ExportOptions *options)
{
    const ExportFormat *format = format_of(options->format);
    g_autofree Export *e = g_new0(Export, 1);
    bool done;
    int status;

    e->options = options;
    e->only_stream = -1;
    if (!open_input(e, path) || !open_output(e, &format->info)) {
        capture_reader_close(e->reader);
        return EXIT_FAILURE;
    }
    e->buf = g_string_new(NULL);
    done = !format->begin || format->begin(e);
    if (done) {
        write_all(e, format);
    }
    done &= !format->end || format->end(e);
    status = close_output(e);
    if (!done) {
        status = EXIT_FAILURE;
    }
    g_string_free(e->buf, TRUE);
    capture_reader_close(e->reader);
    return status;
}
