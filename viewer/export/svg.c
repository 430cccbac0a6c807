/*
 * The boot as a picture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "profile-export.h"

typedef struct State {
    BootData *boot;
    ProfileBoot *profile;
} State;

static bool svg_begin(Export *e)
{
    State *s = g_new0(State, 1);

    e->state = s;
    s->boot = boot_data_new(e->virtual_clock);
    boot_data_want_boot_copies(s->boot);
    s->profile = profile_export_new(e, s->boot->phases);
    return true;
}

static void svg_record(Export *e, const CaptureRecord *rec)
{
    State *s = e->state;

    boot_data_record(s->boot, rec);
    profile_boot_record(s->profile, rec);
}

static void svg_line(Export *e, const CaptureLine *line)
{
    State *s = e->state;

    boot_data_line(s->boot, line);
    profile_boot_line(s->profile, line);
}

static bool svg_end(Export *e)
{
    g_autoptr(GString) svg = g_string_new(NULL);
    State *s = e->state;
    bool ok = profile_export_has_vcpu(e, s->profile);

    profile_sort(s->profile->profile);
    append_timeline_svg(svg, s->boot, s->profile, true);
    fwrite(svg->str, 1, svg->len, e->out);
    profile_boot_free(s->profile);
    boot_data_free(s->boot);
    g_clear_pointer(&e->state, g_free);
    return ok;
}

const ExportFormat export_svg = {
    .info = {
        .name = "svg",
        .summary = "a picture: phases, copies, output over time, functions",
        .extension = ".svg",
        .samples = true,
    },
    .begin = svg_begin,
    .record = svg_record,
    .line = svg_line,
    .end = svg_end,
};
