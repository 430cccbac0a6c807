/*
 * The table of what talking cost the guest.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <inttypes.h>
#include <string.h>

#include "phase-times.h"
#include "talk-table.h"
#include "viewer/common/table.h"

GArray *talk_rows(const CaptureMilestones *phases, const CaptureTalk *talk,
                  const StreamNames *names, uint64_t end)
{
    g_autoptr(GArray) times = phase_times(phases, end);
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(TalkRow));

    for (guint i = 0; i < times->len; i++) {
        const PhaseTime *p = &g_array_index(times, PhaseTime, i);

        for (int s = 0; s < names->count; s++) {
            TalkRow row = {
                .phase = p->name,
                .boot = p->boot,
                .start = p->start,
                .end = p->end,
                .stream = s,
                .use = capture_talk_between(talk, s, p->start, p->end),
            };

            if (row.use.bytes) {
                g_array_append_val(rows, row);
            }
        }
    }
    return rows;
}

/* From a byte of a line to the next, ns; 0: unknown. */
static double talk_ns_per_byte(const CaptureTalkUse *use)
{
    return use->gaps ? (double)use->talk_ns / use->gaps : 0;
}

static void add_row(Table *table, const char *phase, const char *stream,
                    const CaptureTalkUse *use, uint64_t length)
{
    g_autoptr(GString) line = g_string_new(NULL);

    g_string_append_printf(line, " %12" PRIu64 " %9.0f ", use->bytes,
                           talk_ns_per_byte(use));
    append_seconds_column(line, use->talk_ns);
    g_string_append_printf(line, " %7.1f%%",
                           length ? 100.0 * use->talk_ns / length : 0);
    table_row(table, phase, stream, line->str);
}

void print_talk(const CaptureMilestones *phases, const CaptureTalk *talk,
                const StreamNames *names, uint64_t start, uint64_t end,
                bool all)
{
    g_autoptr(GArray) rows = talk_rows(phases, talk, names, end);
    Table *table;

    if (!rows->len) {
        return;
    }
    table = table_new(24, 14);
    puts("");
    table_row(table, "Talking in", "Stream",
              "        Bytes   ns/byte At least (s)    Share");
    for (guint i = 0; all && i < rows->len; i++) {
        const TalkRow *r = &g_array_index(rows, TalkRow, i);
        g_autofree char *tag = stream_tag(names, r->stream);
        g_autofree char *phase = phase_label(r->phase, r->boot);

        add_row(table, phase, tag, &r->use, r->end - r->start);
    }
    for (int s = 0; s < names->count; s++) {
        CaptureTalkUse use = capture_talk_total(talk, s);
        g_autofree char *tag = stream_tag(names, s);

        if (use.bytes) {
            add_row(table, "All", tag, &use, end > start ? end - start : 0);
        }
    }
    table_print(table);
}
