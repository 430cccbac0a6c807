/*
 * The stretches of time that tables are cut into.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "phase-times.h"
#include "viewer/common/common.h"

GArray *phase_times(const CaptureMilestones *phases, uint64_t end)
{
    GArray *times = g_array_new(FALSE, FALSE, sizeof(PhaseTime));
    guint n = capture_milestones_count(phases);
    PhaseTime now = { .name = "" };

    for (guint i = 0; i < n; i++) {
        const CaptureMilestone *next = capture_milestones_get(phases, i);

        now.end = MAX(next->time, now.start);
        g_array_append_val(times, now);
        now = (PhaseTime){ .name = next->name,
                           .boot = next->boot,
                           .start = now.end };
    }
    now.end = MAX(end, now.start);
    g_array_append_val(times, now);
    return times;
}

char *phase_label(const char *phase, guint boot)
{
    return boot ? g_strdup_printf("%s (boot %u)", phase, boot + 1)
                : g_strdup(phase);
}

void append_seconds_column(GString *line, uint64_t ns)
{
    static const char spaces[] = "            "; /* 12 */
    gsize from = line->len, len;

    append_seconds(line, ns, 6);
    len = line->len - from;
    g_string_insert_len(line, from, spaces, 12 - MIN(12, len));
}
