/*
 * The table of what was read from the disks, phase by phase.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <inttypes.h>
#include <string.h>

#include "disk-table.h"
#include "phase-times.h"
#include "viewer/common/common.h"
#include "viewer/common/table.h"

static void add_rows(GArray *rows, const CaptureDisks *disks,
                     const PhaseTime *p)
{
    CaptureDiskUse all =
        capture_disks_between(disks, CAPTURE_DISKS_ALL, p->start, p->end);
    uint64_t length = p->end - p->start;
    DiskRow row = {
        .phase = p->name,
        .boot = p->boot,
        .start = p->start,
        .end = p->end,
        .rest_ns = length - MIN(all.active_ns, length),
    };

    for (guint i = 0; all.bytes && i < capture_disks_count(disks); i++) {
        row.disk = i;
        row.use = capture_disks_between(disks, i, p->start, p->end);
        /* Part of a request may be of no whole one: its bytes are. */
        if (row.use.bytes) {
            g_array_append_val(rows, row);
        }
    }
}

GArray *disk_rows(const CaptureMilestones *phases, const CaptureDisks *disks,
                  uint64_t end)
{
    g_autoptr(GArray) times = phase_times(phases, end);
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(DiskRow));

    for (guint i = 0; i < times->len; i++) {
        add_rows(rows, disks, &g_array_index(times, PhaseTime, i));
    }
    return rows;
}

static void add_row(Table *table, const char *phase,
                    const CaptureDiskReads *disk, const CaptureDiskUse *use,
                    const uint64_t *rest_ns)
{
    g_autoptr(GString) name = g_string_new(NULL);
    g_autoptr(GString) line = g_string_new(NULL);

    append_visible(name, disk->name, strlen(disk->name), false);
    g_string_append_printf(line, " %12" PRIu64 " %9" PRIu64, use->bytes,
                           use->requests);
    g_string_append_c(line, ' ');
    append_seconds_column(line, use->active_ns);
    g_string_append_printf(line, " %8.1f", capture_disk_rate(use));
    if (rest_ns) {
        g_string_append_c(line, ' ');
        append_seconds_column(line, *rest_ns);
    }
    table_row(table, phase, name->str, line->str);
}

void print_disk_rows(const CaptureMilestones *phases, const CaptureDisks *disks,
                     uint64_t end)
{
    g_autoptr(GArray) rows = disk_rows(phases, disks, end);
    Table *table;

    if (!rows->len) {
        return;
    }
    table = table_new(24, 14);
    puts("");
    table_row(table, "Disk reads in", "Disk",
              "        Bytes  Requests  Reading (s)     MB/s     Rest (s)");
    for (guint i = 0; i < rows->len; i++) {
        const DiskRow *r = &g_array_index(rows, DiskRow, i);
        g_autofree char *phase = phase_label(r->phase, r->boot);

        add_row(table, phase, capture_disks_get(disks, r->disk), &r->use,
                &r->rest_ns);
    }
    for (guint i = 0; i < capture_disks_count(disks); i++) {
        const CaptureDiskReads *disk = capture_disks_get(disks, i);

        add_row(table, "All", disk, &disk->total, NULL);
    }
    table_print(table);
}
