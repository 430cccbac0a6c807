/*
 * bootstamp export: a capture in another form.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "viewer/export/export.h"

#define FOLLOW_PERIOD_US 20000

static const ExportFormat *const formats[] = {
    &export_text,      &export_raw, &export_bytes,    &export_readserial,
    &export_json,      &export_csv, &export_perfetto, &export_ctf,
    &export_asciicast, &export_svg, &export_html,
};

static struct {
    char *format, *clock, *time, *output, *stream;
    gboolean follow, events;
} opt;

static const GOptionEntry entries[] = {
    { "format", 'F', 0, G_OPTION_ARG_STRING, &opt.format,
      "text (default), raw, bytes, readserial, json, csv, perfetto, ctf, "
      "asciicast, svg or html",
      "FORMAT" },
    { "clock", 0, 0, G_OPTION_ARG_STRING, &opt.clock,
      "host (default), or virtual: QEMU's own clock, exact under -icount",
      "CLOCK" },
    { "time", 0, 0, G_OPTION_ARG_STRING, &opt.time,
      "relative (default), wall or delta", "TIME" },
    { "events", 0, 0, G_OPTION_ARG_NONE, &opt.events,
      "text, csv, html: rows for fw_cfg and VM events as well", NULL },
    { "stream", 0, 0, G_OPTION_ARG_STRING, &opt.stream,
      "only this stream, by its chardev id or number", "STREAM" },
    { "follow", 'f', 0, G_OPTION_ARG_NONE, &opt.follow,
      "go on with a live boot until QEMU ends", NULL },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &opt.output,
      "write to FILE, not to standard output; ctf: a new folder", "FILE" },
    G_OPTION_ENTRY_NULL
};

static const ExportFormat *find_format(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (!strcmp(formats[i]->name, name)) {
            return formats[i];
        }
    }
    return NULL;
}

/* Which of the @n words in @names is @value; -1 for none. */
static int choice(const char *value, const char *const *names, int n)
{
    for (int i = 0; i < n; i++) {
        if (!strcmp(value, names[i])) {
            return i;
        }
    }
    return -1;
}

/* Returns 0, or the exit status for a wrong option. */
static int read_options(Export *e, const ExportFormat **format,
                        ClockChoice *clock)
{
    static const char *const times[] = { "relative", "wall", "delta" };
    int time = choice(opt.time ? opt.time : "relative", times, 3);

    *format = find_format(opt.format ? opt.format : "text");
    if (!*format) {
        return usage_error("export", "unknown format '%s'", opt.format);
    }
    if (!parse_clock(opt.clock, clock)) {
        return usage_error("export", "unknown clock '%s'", opt.clock);
    }
    if (time < 0) {
        return usage_error("export", "unknown time '%s'", opt.time);
    }
    if (*clock == CLOCK_VIRTUAL && time == EXPORT_TIME_WALL) {
        return usage_error("export", "the virtual clock tells no time of day");
    }
    if ((*format)->folder && !opt.output) {
        return usage_error("export",
                           "%s is a folder of files: name it with "
                           "--output",
                           (*format)->name);
    }
    e->time = time;
    e->events = opt.events;
    return 0;
}

/* Opens the capture, with a clock that suits what was asked for. */
static bool open_input(Export *e, const char *path, ClockChoice clock)
{
    e->reader = open_capture(path);
    if (!e->reader || !choose_clock(e->reader, clock, &e->virtual_clock)) {
        return false;
    }
    if (e->virtual_clock && e->time == EXPORT_TIME_WALL) {
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

static bool open_output(Export *e, const ExportFormat *format)
{
    e->output = opt.output;
    if (format->folder) {
        return true;
    }
    if (!opt.output) {
        e->out = stdout;
        if (format == &export_raw && isatty(STDOUT_FILENO)) {
            fail("export",
                 "the guest's raw bytes could command this "
                 "terminal; name a file with --output, or use a pipe");
            return false;
        }
        return true;
    }
    if (same_inode(opt.output, capture_reader_path(e->reader))) {
        fail(opt.output, "is the capture itself; name another file");
        return false;
    }
    e->out = fopen(opt.output, "we");
    if (!e->out) {
        fail(opt.output, "cannot write: %s", g_strerror(errno));
    }
    return e->out;
}

/*
 * --stream: a number, or a label, which may be told of at any time.  -2: not
 * met so far.
 */
static int wanted_stream(const Export *e)
{
    char *end;
    long n;

    if (!opt.stream) {
        return -1;
    }
    for (int i = 0; i < e->names.count; i++) {
        if (!strcmp(e->names.label[i], opt.stream)) {
            return i;
        }
    }
    n = strtol(opt.stream, &end, 10);
    if (end == opt.stream || *end || n < 0 || n >= CAPTURE_STREAMS_MAX) {
        return -2;
    }
    return (int)n;
}

static void take_record(Export *e, const ExportFormat *format,
                        CaptureLines *lines, CaptureRecord *rec)
{
    CaptureLine line;

    if (rec->kind != CAPTURE_BYTE || rec->stream >= e->names.count) {
        stream_names_feed(&e->names, rec);
        e->only_stream = wanted_stream(e);
    }
    if (rec->kind == CAPTURE_BYTE && e->only_stream != -1 &&
        rec->stream != e->only_stream) {
        return;
    }
    if (e->virtual_clock) {
        use_virtual_clock(rec);
    }
    if (format->record) {
        format->record(e, rec);
    }
    if (format->line && capture_lines_feed(lines, rec, &line)) {
        format->line(e, &line);
    }
}

/* What is there now. */
static void drain(Export *e, const ExportFormat *format, CaptureLines *lines)
{
    CaptureRecord rec;

    while (capture_reader_next(e->reader, &rec)) {
        take_record(e, format, lines, &rec);
    }
}

static void export_all(Export *e, const ExportFormat *format)
{
    CaptureLines *lines = capture_lines_new();
    CaptureLine line;
    bool live;

    do {
        live = opt.follow && capture_reader_state(e->reader) == CAPTURE_LIVE;
        drain(e, format, lines);
        if (live) {
            fflush(e->out); /* NULL, where a folder is written: all */
            g_usleep(FOLLOW_PERIOD_US);
        }
    } while (live && !(e->out && ferror(e->out)));

    while (format->line && capture_lines_flush(lines, &line)) {
        format->line(e, &line);
    }
    capture_lines_free(lines);
}

static int close_output(Export *e)
{
    const char *name = opt.output ? opt.output : "standard output";
    bool bad = e->out && (ferror(e->out) | (fflush(e->out) != 0));

    if (e->out && e->out != stdout) {
        bad |= fclose(e->out) != 0;
    }
    if (bad) {
        return fail(name, "cannot write: %s", g_strerror(errno));
    }
    if (e->only_stream == -2 || e->only_stream >= e->names.count) {
        return fail(capture_reader_path(e->reader),
                    "has no stream '%s'; bootstamp info lists them",
                    opt.stream);
    }
    return EXIT_SUCCESS;
}

int cmd_export(int argc, char **argv)
{
    g_auto(GStrv) rest = NULL;
    g_autofree Export *e = g_new0(Export, 1);
    const ExportFormat *format;
    ClockChoice clock;
    bool done;
    int status;

    if (!parse_options(argc, argv, "[CAPTURE]",
                       "Writes a capture in another form: the newest one "
                       "where none is named.",
                       entries, 1, &rest, &status)) {
        return status;
    }
    e->only_stream = -1;
    status = read_options(e, &format, &clock);
    if (status) {
        return status;
    }
    if (!open_input(e, rest[0], clock) || !open_output(e, format)) {
        capture_reader_close(e->reader);
        return EXIT_FAILURE;
    }
    e->buf = g_string_new(NULL);
    done = !format->begin || format->begin(e);
    if (done) {
        export_all(e, format);
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
