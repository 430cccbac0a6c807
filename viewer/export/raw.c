/*
 * The guest's bytes: all together, or each with its stamp.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "format.h"

static void raw_record(Export *e, const CaptureRecord *rec)
{
    if (rec->kind == CAPTURE_BYTE) {
        putc_unlocked(rec->byte, e->out);
    }
}

const ExportFormat export_raw = {
    .info = {
        .name = "raw",
        .summary = "exactly the bytes that the guest wrote",
        .extension = ".bin",
        .commands = true,
    },
    .record = raw_record,
};

typedef struct Tags {
    char *tag[CAPTURE_STREAMS_MAX]; /* NULL: to be made */
} Tags;

static bool bytes_begin(Export *e)
{
    e->state = g_new0(Tags, 1);
    return true;
}

static void forget_tags(Export *e)
{
    Tags *t = e->state;

    for (int i = 0; i < CAPTURE_STREAMS_MAX; i++) {
        g_clear_pointer(&t->tag[i], g_free);
    }
}

static void bytes_record(Export *e, const CaptureRecord *rec)
{
    static const char hex[] = "0123456789abcdef";
    Tags *t = e->state;
    GString *buf = e->buf;

    if (rec->kind == CAPTURE_STREAM) {
        forget_tags(e);
    }
    if (rec->kind != CAPTURE_BYTE) {
        return;
    }
    if (!t->tag[rec->stream]) {
        t->tag[rec->stream] = stream_tag(&e->names, rec->stream);
    }
    g_string_truncate(buf, 0);
    append_number(buf, rec->time);
    g_string_append_len(buf, " 0x", 3);
    g_string_append_c(buf, hex[rec->byte >> 4]);
    g_string_append_c(buf, hex[rec->byte & 15]);
    g_string_append_c(buf, ' ');
    g_string_append(buf, t->tag[rec->stream]);
    g_string_append_c(buf, '\n');
    fwrite(buf->str, 1, buf->len, e->out);
}

static bool bytes_end(Export *e)
{
    forget_tags(e);
    g_clear_pointer(&e->state, g_free);
    return true;
}

const ExportFormat export_bytes = {
    .info = {
        .name = "bytes",
        .summary = "a line per byte: nanoseconds, value, stream",
        .extension = ".txt",
    },
    .begin = bytes_begin,
    .record = bytes_record,
    .end = bytes_end,
};
