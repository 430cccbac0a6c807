/*
 * Timestamped text: a line per debug line.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <inttypes.h>
#include <string.h>

#include "event.h"
#include "format.h"
#include "viewer/common/loss.h"

#define TIME_WIDTH 12
#define DELTA_WIDTH 11

/* Moves what stands from @from on to the right, in @width columns. */
static void align_right(GString *out, size_t from, size_t width)
{
    size_t len = out->len - from;

    if (len < width) {
        g_string_insert_len(out, from, "                ", width - len);
    }
}

static void append_wall(Export *e, uint64_t time)
{
    uint64_t wall = capture_reader_wall(e->reader, time);
    g_autoptr(GDateTime) t = g_date_time_new_from_unix_local(wall / 1000000000);
    g_autofree char *text = t ? g_date_time_format(t, "%F %T") : NULL;

    g_string_append_printf(e->buf, "%s.%06" PRIu64, text ? text : "?",
                           wall % 1000000000 / 1000);
}

/* The time columns, and for several streams whose line it is. */
static void append_stamp(Export *e, uint64_t time, const char *tag)
{
    GString *buf = e->buf;
    size_t from;

    if (e->options->time == EXPORT_TIME_WALL) {
        append_wall(e, time);
    } else if (e->options->time != EXPORT_TIME_DELTA) {
        from = buf->len;
        append_seconds(buf, time, 6);
        align_right(buf, from, TIME_WIDTH);
    }
    from = buf->len;
    append_delta(buf, row_clock_next(&e->clock, time), 6);
    align_right(buf, from, DELTA_WIDTH);
    g_string_append(buf, "  ");
    if (tag) {
        g_string_append_printf(buf, "%-8s ", tag);
    }
}

static void put_buf(Export *e)
{
    g_string_append_c(e->buf, '\n');
    fwrite_unlocked(e->buf->str, 1, e->buf->len, e->out);
    g_string_truncate(e->buf, 0);
}

static void text_line(Export *e, const CaptureLine *line)
{
    g_autofree char *tag = e->tags ? stream_tag(&e->names, line->stream) : NULL;

    append_stamp(e, line->time, tag);
    if (line->continued) {
        g_string_append(e->buf, "... ");
    }
    append_line_text(e->buf, line);
    put_buf(e);
}

static void text_record(Export *e, const CaptureRecord *rec)
{
    if (rec->kind == CAPTURE_STREAM && rec->u.stream.id > 0) {
        e->tags = e->only_stream < 0;
    }
}

static void text_event(Export *e, const CaptureRecord *rec)
{
    /* What is missing is told always: the text must not look complete. */
    if (!is_missing(rec) && !e->options->events) {
        return;
    }
    g_string_truncate(e->text, 0);
    if (append_event(e->text, rec)) {
        append_stamp(e, rec->time, e->tags ? "-" : NULL);
        g_string_append(e->buf, "-- ");
        g_string_append_len(e->buf, e->text->str, e->text->len);
        put_buf(e);
    }
}

const ExportFormat export_text = {
    .info = {
        .name = "text",
        .summary = "a line per debug line, with time and delta",
        .extension = ".txt",
        .monotonic = true,
    },
    .record = text_record,
    .row_event = text_event,
    .row_line = text_line,
    .no_bytes = true,
    .tells_loss = true,
};
