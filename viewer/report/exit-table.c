/*
 * The table of how often the guest left KVM.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <inttypes.h>
#include <string.h>

#include "exit-table.h"
#include "phase-times.h"
#include "viewer/common/common.h"
#include "viewer/common/table.h"

static void add_rows(GArray *rows, const CaptureExitCounts *exits,
                     const PhaseTime *p)
{
    for (guint i = 0; i < capture_exits_kinds(exits); i++) {
        ExitRow row = {
            .phase = p->name,
            .boot = p->boot,
            .start = p->start,
            .end = p->end,
            .kind = capture_exits_name(exits, i),
            .count = capture_exits_between(exits, i, p->start, p->end),
        };

        if (row.kind && row.count) {
            g_array_append_val(rows, row);
        }
    }
}

GArray *exit_rows(const CaptureMilestones *phases,
                  const CaptureExitCounts *exits, uint64_t end)
{
    g_autoptr(GArray) times = phase_times(phases, end);
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(ExitRow));

    for (guint i = 0; i < times->len; i++) {
        add_rows(rows, exits, &g_array_index(times, PhaseTime, i));
    }
    return rows;
}

static void add_row(Table *table, const char *phase, const char *kind,
                    uint64_t count, uint64_t ns)
{
    g_autoptr(GString) name = g_string_new(NULL);
    g_autofree char *figures = g_strdup_printf(" %12" PRIu64 " %12.0f", count,
                                               ns ? count * 1e9 / ns : 0);

    append_visible(name, kind, strlen(kind), false);
    table_row(table, phase, name->str, figures);
}

void print_exits(const CaptureMilestones *phases,
                 const CaptureExitCounts *exits, uint64_t start, uint64_t end,
                 bool all)
{
    g_autoptr(GArray) rows = exit_rows(phases, exits, end);
    Table *table;

    if (!rows->len) {
        return;
    }
    table = table_new(24, 20);
    puts("");
    table_row(table, "KVM exits in", "Kind", "        Count   per second");
    for (guint i = 0; all && i < rows->len; i++) {
        const ExitRow *r = &g_array_index(rows, ExitRow, i);

        g_autofree char *phase = phase_label(r->phase, r->boot);

        add_row(table, phase, r->kind, r->count, r->end - r->start);
    }
    for (guint i = 0; i < capture_exits_kinds(exits); i++) {
        const char *kind = capture_exits_name(exits, i);
        uint64_t count = capture_exits_between(exits, i, 0, UINT64_MAX);

        if (kind && count) {
            add_row(table, "All", kind, count, end > start ? end - start : 0);
        }
    }
    table_print(table);
}
