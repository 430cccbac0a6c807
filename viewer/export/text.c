/*
 * Timestamped text: a line per debug line.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <inttypes.h>
#include <string.h>

#include "export.h"

#define TIME_WIDTH 12
#define DELTA_WIDTH 11

/* Appends @text right-aligned in @width columns. */
static void append_right(GString *out, size_t from, size_t width)
{
    size_t len = out->len - from;

    while (len++ < width) {
        g_string_insert_c(out, from, ' ');
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

    if (e->time == EXPORT_TIME_WALL) {
        append_wall(e, time);
    } else if (e->time == EXPORT_TIME_RELATIVE) {
        from = buf->len;
        append_seconds(buf, time, 6);
        append_right(buf, from, TIME_WIDTH);
    }
    from = buf->len;
    /* Threads take their stamps and their places in no fixed order. */
    g_string_append(buf, time >= e->last ? "+" : "-");
    append_seconds(buf, time >= e->last ? time - e->last : e->last - time, 6);
    append_right(buf, from, DELTA_WIDTH);
    g_string_append(buf, "  ");
    if (tag) {
        g_string_append_printf(buf, "%-8s ", tag);
    }
    e->last = time;
}

static void put_buf(Export *e)
{
    g_string_append_c(e->buf, '\n');
    fwrite(e->buf->str, 1, e->buf->len, e->out);
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

static const char *const vm_events[] = {
    [CAPTURE_VM_START] = "QEMU started",
    [CAPTURE_VM_READY] = "machine ready",
    [CAPTURE_VM_RUN] = "VM runs",
    [CAPTURE_VM_PAUSE] = "VM stopped",
    [CAPTURE_VM_RESET] = "reset",
    [CAPTURE_VM_POWERDOWN] = "power button",
    [CAPTURE_VM_SHUTDOWN] = "shutdown request",
    [CAPTURE_VM_SUSPEND] = "suspended",
    [CAPTURE_VM_WAKEUP] = "woken up",
    [CAPTURE_VM_STOP] = "QEMU stopped",
};

static void append_detail(GString *out, const char *text)
{
    if (text[0]) {
        g_string_append(out, ": ");
        append_visible(out, text, strlen(text), false);
    }
}

bool append_event(GString *out, const CaptureRecord *rec)
{
    switch (rec->kind) {
    case CAPTURE_VM:
        g_string_append(out, vm_events[rec->u.vm.event]);
        append_detail(out, rec->u.vm.detail);
        return true;
    case CAPTURE_ITEM:
        g_string_append_printf(out, "fw_cfg 0x%04x is %u bytes",
                               rec->u.item.key, rec->u.item.size);
        append_detail(out, rec->u.item.name);
        return true;
    case CAPTURE_SELECT:
        g_string_append_printf(out, "fw_cfg 0x%04x selected%s",
                               rec->u.select.key,
                               rec->u.select.dma ? " by DMA" : "");
        return true;
    case CAPTURE_PIO:
        g_string_append_printf(out, "fw_cfg 0x%04x read up to %u by PIO",
                               rec->u.pio.key, rec->u.pio.offset);
        return true;
    case CAPTURE_DMA:
        g_string_append_printf(out,
                               "fw_cfg 0x%04x DMA of %u bytes at %u "
                               "to 0x%" PRIx64,
                               rec->u.dma.key, rec->u.dma.length,
                               rec->u.dma.offset, rec->u.dma.address);
        return true;
    case CAPTURE_DMA_PART:
        g_string_append_printf(out, "fw_cfg 0x%04x DMA has come to %u",
                               rec->u.dma_part.key, rec->u.dma_part.offset);
        return true;
    case CAPTURE_DMA_END:
        g_string_append_printf(out, "fw_cfg 0x%04x DMA done at %u%s",
                               rec->u.dma_end.key, rec->u.dma_end.offset,
                               rec->u.dma_end.error ? ", error" : "");
        return true;
    case CAPTURE_LOST:
        g_string_append_printf(out,
                               "%" PRIu64 " bytes and %" PRIu64
                               " other records lost up to here",
                               rec->u.lost.bytes, rec->u.lost.events);
        return true;
    case CAPTURE_PROBE:
        g_string_append_printf(out, "probe 0x%x argument 0x%x", rec->u.probe.id,
                               rec->u.probe.arg);
        return true;
    default:
        return false;
    }
}

static void put_row(Export *e, uint64_t time, const char *text)
{
    append_stamp(e, time, e->tags ? "-" : NULL);
    g_string_append_printf(e->buf, "-- %s", text);
    put_buf(e);
}

static void text_record(Export *e, const CaptureRecord *rec)
{
    g_autoptr(GString) text = NULL;

    if (rec->kind == CAPTURE_STREAM && rec->u.stream.id > 0) {
        e->tags = e->only_stream < 0;
    }
    /* What is missing is told always: the text must not look complete. */
    if (rec->kind == CAPTURE_LOST || (e->events && rec->kind != CAPTURE_BYTE)) {
        text = g_string_new(NULL);
        if (append_event(text, rec)) {
            put_row(e, rec->time, text->str);
        }
    }
}

const ExportFormat export_text = {
    .name = "text",
    .summary = "a line per debug line, with time and delta",
    .record = text_record,
    .line = text_line,
};
