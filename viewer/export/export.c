/*
 * A capture through a format: what is the same for all of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export.h"
#include "format.h"
#include "order.h"
#include "capture/walk.h"

#define FOLLOW_PERIOD_US 20000

/* Rows wait for the end of a line that began before them; no longer than this. */
#define BLOCKED_MAX_US 1000000

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
    CaptureHeader h;

    e->reader = open_capture(path);
    if (!e->reader ||
        !choose_clock(e->reader, e->options->clock, &e->virtual_clock)) {
        return false;
    }
    if (e->virtual_clock && e->options->time == EXPORT_TIME_WALL) {
        fail(capture_reader_path(e->reader),
             "has times of QEMU's virtual "
             "clock alone, which gives no time of day");
        return false;
    }
    if (e->virtual_clock && e->options->time == EXPORT_TIME_MONOTONIC) {
        fail(capture_reader_path(e->reader),
             "has times of QEMU's virtual clock alone, which is not the "
             "host's");
        return false;
    }
    if (e->options->time == EXPORT_TIME_MONOTONIC) {
        capture_reader_header(e->reader, &h);
        /* A damaged header's is none. */
        e->zero = h.start_mono_ns < INT64_MAX / 2 ? h.start_mono_ns : 0;
        e->clock.last = e->zero;
    }
    return true;
}

static bool same_inode(const char *path, const char *capture)
{
    struct stat a, b;

    return !stat(path, &a) && !stat(capture, &b) && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

/*
 * A file of its own beside @output, which takes that one's place when all is
 * written: what was there before must survive a full disk, and an input that
 * cannot be exported.  What is no regular file is written to as it is.
 */
static FILE *open_beside(Export *e, const char *output)
{
    struct stat st;
    bool exists = !stat(output, &st);
    g_autofree char *target = exists ? realpath(output, NULL) : NULL;
    int fd;
    FILE *file;

    if (exists && (!S_ISREG(st.st_mode) || !target)) {
        return fopen(output, "we");
    }
    if (exists && access(output, W_OK)) {
        return NULL;
    }
    e->target = g_strdup(exists ? target : output);
    e->beside = g_strdup_printf("%s.new-%d", e->target, (int)getpid());
    fd = open(e->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
              0666);
    if (fd < 0) {
        g_clear_pointer(&e->beside, g_free);
        return NULL;
    }
    if (exists && fchmod(fd, st.st_mode & 07777)) {
        /* Not every file system has permissions. */
    }
    file = fdopen(fd, "w");
    if (!file) {
        close(fd);
    }
    return file;
}

/* The file that was written takes its name; or, @keep false, it goes. */
static bool end_beside(Export *e, bool keep)
{
    bool ok = true;

    if (e->beside && keep) {
        ok = rename(e->beside, e->target) == 0;
    }
    if (e->beside && (!keep || !ok)) {
        int err = errno;

        unlink(e->beside);
        errno = err;
    }
    g_clear_pointer(&e->beside, g_free);
    g_clear_pointer(&e->target, g_free);
    return ok;
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
    e->out = open_beside(e, output);
    /* One that follows a boot is to be looked at meanwhile. */
    if (!e->out || (e->options->follow && !end_beside(e, true))) {
        fail(output, "cannot write: %s", g_strerror(errno));
        return false;
    }
    return true;
}

/* @done: the format has nothing to complain of. */
static int close_output(Export *e, bool done)
{
    const ExportOptions *o = e->options;
    bool stream = e->only_stream != -2 && e->only_stream < e->names.count;
    bool bad = e->out && (ferror(e->out) | (fflush(e->out) != 0));

    if (e->out && e->out != stdout) {
        bad |= fclose(e->out) != 0;
    }
    if (!end_beside(e, !bad && done && stream)) {
        bad = true;
    }
    if (bad) {
        return fail(o->output ? o->output : "standard output",
                    "cannot write: %s", g_strerror(errno));
    }
    if (!stream) {
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
    CaptureWalk *walk;
    RowOrder *order; /* NULL: the format has no rows */
    int64_t blocked; /* us; since when a line's end is waited for, or 0 */
} Pass;

static void give_row(void *data, const CaptureRecord *event,
                     const CaptureLine *line)
{
    const Pass *p = data;

    if (line) {
        p->format->row_line(p->export, line);
    } else {
        p->format->row_event(p->export, event);
    }
}

/* Lines with the times that are asked for. */
static CaptureLine shifted(const Pass *p, const CaptureLine *line)
{
    CaptureLine s = *line;

    s.time += p->export->zero;
    s.end_time += p->export->zero;
    return s;
}

/* The line that rows wait for goes out as far as it has come. */
static void cut_oldest(Pass *p)
{
    CaptureLines *lines = capture_walk_lines(p->walk);
    CaptureLine line;
    uint64_t time;
    int stream = capture_lines_oldest(lines, &time);

    if (stream >= 0 && capture_lines_cut(lines, stream, &line)) {
        line = shifted(p, &line);
        row_order_line(p->order, &line);
    }
}

static void release_before_open(Pass *p, bool all)
{
    uint64_t open;

    if (capture_lines_oldest(capture_walk_lines(p->walk), &open) >= 0) {
        open += p->export->zero;
    }
    row_order_release(p->order, open, all);
}

static void release_rows(Pass *p, bool all)
{
    release_before_open(p, all);
    if (row_order_is_full(p->order)) {
        cut_oldest(p);
        release_before_open(p, all);
    }
}

/* In a live capture a line may stay open for hours. */
static void release_live_rows(Pass *p)
{
    int64_t now = g_get_monotonic_time();

    release_rows(p, true);
    if (!row_order_waits(p->order)) {
        p->blocked = 0;
    } else if (!p->blocked) {
        p->blocked = now;
    } else if (now - p->blocked > BLOCKED_MAX_US) {
        cut_oldest(p);
        release_rows(p, true);
        p->blocked = 0;
    }
}

static bool is_wanted(const Export *e, uint8_t stream)
{
    return e->only_stream == -1 || stream == e->only_stream;
}

static void learn_names(Export *e, const CaptureRecord *rec)
{
    stream_names_feed(&e->names, rec);
    e->only_stream = wanted_stream(e);
}

static CaptureWalkNext handle_run(void *data, uint8_t stream)
{
    Export *e = ((const Pass *)data)->export;
    const CaptureRecord rec = { .kind = CAPTURE_BYTE, .stream = stream };

    if (stream >= e->names.count) {
        learn_names(e, &rec);
    }
    return is_wanted(e, stream) ? CAPTURE_WALK_ON : CAPTURE_WALK_SKIP;
}

/* Clocks are nobody's rows, and come with each line. */
static bool is_row(CaptureKind kind)
{
    return kind != CAPTURE_BYTE && kind != CAPTURE_CLOCK &&
           kind != CAPTURE_VCLOCK;
}

static CaptureWalkNext handle_record(void *data, const CaptureRecord *record)
{
    Pass *p = data;
    Export *e = p->export;
    CaptureRecord moved;
    const CaptureRecord *rec = record;

    if (e->zero) {
        moved = *record;
        moved.time += e->zero;
        rec = &moved;
    }

    if (rec->kind != CAPTURE_BYTE || rec->stream >= e->names.count) {
        learn_names(e, rec);
    }
    if (rec->kind == CAPTURE_BYTE && !is_wanted(e, rec->stream)) {
        return CAPTURE_WALK_SKIP;
    }
    loss_feed(&e->loss, rec);
    if (rec->kind == CAPTURE_SESSION && p->order) {
        row_order_release(p->order, CAPTURE_NO_TIME, true);
    }
    if (p->format->record) {
        p->format->record(e, rec);
    }
    if (p->order && is_row(rec->kind)) {
        row_order_event(p->order, rec);
        release_rows(p, false);
    }
    return CAPTURE_WALK_ON;
}

static void handle_line(void *data, const CaptureLine *line)
{
    Pass *p = data;
    CaptureLine s = shifted(p, line);

    if (p->format->line) {
        p->format->line(p->export, &s);
    }
    if (p->order) {
        row_order_line(p->order, &s);
        release_rows(p, false);
    }
}

static void write_all(Export *e, const ExportFormat *format)
{
    Pass pass = { .export = e, .format = format };
    const CaptureWalkOps ops = {
        .record = handle_record,
        .line = format->line || format->row_line ? handle_line : NULL,
        .bytes = format->bytes || e->options->controls,
        .run = format->no_bytes ? handle_run : NULL,
    };
    bool live;

    pass.walk = capture_walk_new(e->reader, e->virtual_clock, &ops, &pass);
    pass.order = format->row_line ? row_order_new(give_row, &pass) : NULL;
    do {
        live = e->options->follow &&
               capture_reader_state(e->reader) == CAPTURE_LIVE;
        capture_walk_on(pass.walk);
        if (live) {
            if (pass.order) {
                release_live_rows(&pass);
            }
            fflush(e->out); /* NULL, where a folder is written: all */
            g_usleep(FOLLOW_PERIOD_US);
        }
    } while (live && !(e->out && ferror(e->out)));
    capture_walk_end(pass.walk);
    if (pass.order) {
        row_order_release(pass.order, CAPTURE_NO_TIME, true);
        row_order_free(pass.order);
    }
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
    e->text = g_string_new(NULL);
    done = !format->begin || format->begin(e);
    if (done) {
        write_all(e, format);
    }
    done &= !format->end || format->end(e);
    if (!format->tells_loss) {
        warn_of_loss(capture_reader_path(e->reader),
                     loss_total(&e->loss, e->reader));
    }
    warn_of_no_bytes(capture_reader_path(e->reader));
    status = close_output(e, done);
    if (!done) {
        status = EXIT_FAILURE;
    }
    g_string_free(e->buf, TRUE);
    g_string_free(e->text, TRUE);
    capture_reader_close(e->reader);
    return status;
}
