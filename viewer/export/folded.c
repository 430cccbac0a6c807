/*
 * Call paths of samples, a line each with how often it was met: what
 * flamegraph.pl, inferno and speedscope read.
 *
 *   BIOS post;dopost;qemu_platform_setup;acpi_setup;memset 12
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <inttypes.h>
#include <string.h>

#include "profile-export.h"

/* A frame: no separator in it, and nothing that a terminal acts on. */
static void append_frame(GString *out, const char *name)
{
    g_autoptr(GString) text = g_string_new(NULL);

    append_visible(text, name, strlen(name), false);
    g_strdelimit(text->str, ";\n", ':');
    g_string_append(out, text->str);
}

static void append_path(GString *out, const Profile *p, guint node)
{
    ProfileNode n = profile_node(p, node);
    ProfileFunction f = profile_function(p, n.function);

    if (n.parent) {
        append_path(out, p, n.parent);
    }
    g_string_append_c(out, ';');
    if (f.is_symbol) {
        append_frame(out, f.name);
    } else {
        g_string_append_c(out, '[');
        append_frame(out, f.name);
        g_string_append_c(out, ']');
    }
}

static bool folded_end(Export *e)
{
    ProfileBoot *b = e->state;
    g_autoptr(GArray) paths = NULL;
    g_autoptr(GArray) times = NULL;

    if (b) {
        profile_sort(b->profile);
        paths = profile_boot_paths(b);
        times = phase_times(b->milestones, b->end + 1);
    }
    if (paths && !paths->len) {
        fputs("[no samples] 0\n", e->out);
    }
    for (guint i = 0; paths && i < paths->len; i++) {
        const ProfilePath *path = &g_array_index(paths, ProfilePath, i);
        const PhaseTime *phase = &g_array_index(times, PhaseTime, path->phase);

        g_string_truncate(e->buf, 0);
        append_frame(e->buf, *phase->name ? phase->name : "before the first");
        append_path(e->buf, b->profile, path->node);
        fprintf(e->out, "%s %" PRIu64 "\n", e->buf->str, path->ticks);
    }
    return profile_export_end(e);
}

const ExportFormat export_folded = {
    .info = {
        .name = "folded",
        .summary = "call paths of run --profile, for flamegraph.pl and others",
        .extension = ".folded",
        .samples = true,
    },
    .begin = profile_export_begin,
    .record = profile_export_record,
    .line = profile_export_line,
    .end = folded_end,
};
