/*
 * OpenTelemetry's traces, in the JSON of OTLP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "format.h"
#include "viewer/report/report.h"

/* Phases are known at the end only: it reads the capture by itself. */
static bool otlp_begin(Export *e)
{
    CaptureCursor start;

    capture_reader_tell(e->reader, &start);
    otlp_write(e->reader, e->virtual_clock, NULL, NULL, e->out);
    capture_reader_seek(e->reader, &start);
    return true;
}

const ExportFormat export_otlp = {
    .info = {
        .name = "otlp",
        .summary = "OpenTelemetry's traces, JSON: a trace per boot",
        .extension = ".json",
    },
    .begin = otlp_begin,
};
