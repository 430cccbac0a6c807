/*
 * The boot as a picture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "viewer/report/report.h"
#include "format.h"

static bool svg_begin(Export *e)
{
    e->state = boot_data_new(e->virtual_clock);
    return true;
}

static void svg_record(Export *e, const CaptureRecord *rec)
{
    boot_data_record(e->state, rec);
}

static void svg_line(Export *e, const CaptureLine *line)
{
    boot_data_line(e->state, line);
}

static bool svg_end(Export *e)
{
    g_autoptr(GString) svg = g_string_new(NULL);

    append_timeline_svg(svg, e->state, true);
    fwrite(svg->str, 1, svg->len, e->out);
    boot_data_free(e->state);
    e->state = NULL;
    return true;
}

const ExportFormat export_svg = {
    .info = {
        .name = "svg",
        .summary = "a picture: phases, copies and output over time",
        .extension = ".svg",
    },
    .begin = svg_begin,
    .record = svg_record,
    .line = svg_line,
    .end = svg_end,
};
