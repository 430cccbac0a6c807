/*
 * Samples as a picture: a flame graph.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "profile-export.h"

static bool flamegraph_end(Export *e)
{
    g_autoptr(GString) svg = g_string_new(NULL);
    ProfileBoot *b = e->state;

    if (b) {
        profile_sort(b->profile);
        append_flame_svg(svg, b);
        if (!svg->len) {
            g_string_append(svg,
                            "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n");
        }
        fwrite(svg->str, 1, svg->len, e->out);
    }
    return profile_export_end(e);
}

const ExportFormat export_flamegraph = {
    .info = {
        .name = "flamegraph",
        .summary = "samples of run --profile as a picture, by phase and caller",
        .extension = ".svg",
        .samples = true,
    },
    .begin = profile_export_begin,
    .record = profile_export_record,
    .line = profile_export_line,
    .end = flamegraph_end,
};
