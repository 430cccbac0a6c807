/*
 * The guest's bytes: all together, or each with its stamp.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <inttypes.h>

#include "export.h"

static void raw_record(Export *e, const CaptureRecord *rec)
{
    if (rec->kind == CAPTURE_BYTE) {
        putc_unlocked(rec->byte, e->out);
    }
}

const ExportFormat export_raw = {
    .name = "raw",
    .summary = "exactly the bytes that the guest wrote",
    .record = raw_record,
};

static void bytes_record(Export *e, const CaptureRecord *rec)
{
    g_autofree char *tag = NULL;

    if (rec->kind == CAPTURE_BYTE) {
        tag = stream_tag(&e->names, rec->stream);
        fprintf(e->out, "%" PRIu64 " 0x%02x %s\n", rec->time, rec->byte, tag);
    }
}

const ExportFormat export_bytes = {
    .name = "bytes",
    .summary = "a line per byte: nanoseconds, value, stream",
    .record = bytes_record,
};
