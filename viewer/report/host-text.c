/*
 * What the host gave the vCPUs, phase by phase.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "host-text.h"

#include "viewer/common/common.h"
#include "viewer/common/table.h"

static void add_row(Table *table, const char *name, const CaptureVcpuTime *t)
{
    /* Not to be taken for a milestone */
    g_autofree char *indented = g_strconcat("  ", name, NULL);
    g_autoptr(GString) row = g_string_new(NULL);
    const uint64_t values[] = { t->cpu, t->wait, t->idle, t->steal };

    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autoptr(GString) s = g_string_new(NULL);

        append_seconds(s, values[i], 3);
        g_string_append_printf(row, " %12s", s->str);
    }
    table_row(table, indented, NULL, row->str);
}

void print_host(const CaptureMilestones *phases, const CaptureVcpus *vcpus,
                uint64_t start)
{
    g_autoptr(GPtrArray) names = phase_names(phases);
    guint n = capture_milestones_count(phases);
    guint threads = capture_vcpus_threads(vcpus);
    CaptureVcpuTime all;
    Table *table;

    if (!threads || n < 2) {
        return;
    }
    table = table_new(24, 0);
    puts("");
    table_row(table, "vCPUs (s)", NULL,
              "       On CPU      Waiting         Idle       Stolen");
    for (guint i = 0; i + 1 < n; i++) {
        const CaptureMilestone *p = capture_milestones_get(phases, i);
        const CaptureMilestone *next = capture_milestones_get(phases, i + 1);
        CaptureVcpuTime t = capture_vcpus_between(vcpus, p->time, next->time);

        add_row(table, g_ptr_array_index(names, i), &t);
    }
    all = capture_vcpus_between(vcpus, start,
                                capture_milestones_get(phases, n - 1)->time);
    add_row(table, "Total", &all);
    table_print(table);
    if (threads > 1) {
        printf("of %u threads together\n", threads);
    }
}
