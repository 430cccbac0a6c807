/*
 * Comma-separated values, RFC 4180: one table, a row per line.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <inttypes.h>
#include <string.h>

#include "event.h"
#include "format.h"
#include "viewer/common/loss.h"

static bool csv_begin(Export *e)
{
    fputs("time_ns,vtime_ns,delta_ns,kind,stream,text\r\n", e->out);
    return true;
}

static void put_row(Export *e, uint64_t time, uint64_t vtime, const char *kind,
                    const char *stream, const char *text)
{
    RowDelta delta = row_clock_next(&e->clock, time);
    GString *row = e->buf;

    g_string_truncate(row, 0);
    append_number(row, time);
    g_string_append_c(row, ',');
    if (vtime != CAPTURE_NO_TIME) {
        append_number(row, vtime);
    }
    g_string_append_c(row, ',');
    if (!delta.first) {
        g_string_append(row, delta.back ? "-" : "");
        append_number(row, delta.ns);
    }
    g_string_append_c(row, ',');
    g_string_append(row, kind);
    g_string_append_c(row, ',');
    append_csv_cell(row, stream);
    g_string_append_c(row, ',');
    append_csv_cell(row, text);
    g_string_append(row, "\r\n");
    fwrite_unlocked(row->str, 1, row->len, e->out);
}

static const char *kind_word(const CaptureRecord *rec)
{
    switch (rec->kind) {
    case CAPTURE_VM:
        return "vm";
    case CAPTURE_PROBE:
    case CAPTURE_NAMED:
        return "probe";
    case CAPTURE_LOST:
        return "lost";
    case CAPTURE_DROPPED:
        return "dropped";
    case CAPTURE_ITEM:
    case CAPTURE_SELECT:
    case CAPTURE_PIO:
    case CAPTURE_DMA:
    case CAPTURE_DMA_PART:
    case CAPTURE_DMA_END:
        return "fw_cfg";
    case CAPTURE_DISK:
    case CAPTURE_DISK_IO:
        return "disk";
    case CAPTURE_POST:
        return "post";
    case CAPTURE_EXIT_KIND:
    case CAPTURE_EXITS:
        return "exits";
    case CAPTURE_VCPU:
        return "vcpu";
    case CAPTURE_PROFILE:
    case CAPTURE_SAMPLE:
    case CAPTURE_BYTE:
    case CAPTURE_CLOCK:
    case CAPTURE_VCLOCK:
    case CAPTURE_SESSION:
    case CAPTURE_STREAM:
    case CAPTURE_MACHINE:
        break; /* no rows of their own: append_event() has no text */
    }
    return "";
}

static void append_vcpu(GString *out, const CaptureVcpu *vcpu)
{
    append_values(out, "vCPU %u: ", vcpu->vcpu);
    append_seconds(out, vcpu->cpu_ns, 9);
    g_string_append(out, " s on a CPU, ");
    append_seconds(out, vcpu->wait_ns, 9);
    g_string_append(out, " s waiting, ");
    append_seconds(out, vcpu->steal_ns, 9);
    g_string_append(out, " s stolen, so far");
}

/* A table has what a text to be read has no row for: the vCPUs' times. */
static bool append_csv_event(GString *out, const Export *e,
                             const CaptureRecord *rec)
{
    if (rec->kind == CAPTURE_VCPU && !e->virtual_clock) {
        append_vcpu(out, &rec->u.vcpu);
        return true;
    }
    return append_event(out, rec);
}

static void csv_event(Export *e, const CaptureRecord *rec)
{
    if (!is_missing(rec) && !e->options->events) {
        return;
    }
    g_string_truncate(e->text, 0);
    if (append_csv_event(e->text, e, rec)) {
        put_row(e, rec->time, rec->vtime, kind_word(rec), "", e->text->str);
    }
}

static void csv_line(Export *e, const CaptureLine *line)
{
    g_autofree char *tag = stream_tag(&e->names, line->stream);

    g_string_truncate(e->text, 0);
    append_line_text(e->text, line);
    put_row(e, line->time, line->vtime, line->continued ? "more" : "line", tag,
            e->text->str);
}

const ExportFormat export_csv = {
    .info = {
        .name = "csv",
        .summary = "a table for spreadsheets (RFC 4180)",
        .extension = ".csv",
        .monotonic = true,
    },
    .begin = csv_begin,
    .row_event = csv_event,
    .row_line = csv_line,
    .no_bytes = true,
    .tells_loss = true,
};
