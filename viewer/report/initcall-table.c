/*
 * The table of the kernel's slowest initcalls.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <inttypes.h>
#include <string.h>

#include "initcall-table.h"
#include "phase-times.h"
#include "viewer/common/common.h"
#include "viewer/common/table.h"

char *initcall_label(const CaptureInitcall *call)
{
    GString *label = g_string_new(
        call->kind == CAPTURE_INITCALL_PROBE ? "probe of " : "initcall ");

    append_visible(label, call->name, strlen(call->name), false);
    return g_string_free(label, FALSE);
}

static void add_row(Table *table, const CaptureInitcall *call, uint64_t start)
{
    g_autofree char *label = initcall_label(call);
    g_autoptr(GString) line = g_string_new(NULL);

    g_string_append_c(line, ' ');
    append_seconds_column(line, call->start - MIN(start, call->start));
    g_string_append_c(line, ' ');
    append_seconds_column(line, capture_initcall_ns(call));
    g_string_append_c(line, ' ');
    append_seconds_column(line, call->usecs * 1000);
    if (call->result) {
        g_string_append_printf(line, "  returned %" PRId64, call->result);
    }
    table_row(table, label, NULL, line->str);
}

void print_initcalls(const CaptureInitcalls *calls, uint64_t start, guint max)
{
    g_autoptr(GPtrArray) slowest = capture_initcalls_slowest(calls);
    uint64_t dropped = capture_initcalls_dropped(calls);
    guint n = MIN(slowest->len, max);
    Table *table;

    if (!n) {
        return;
    }
    table = table_new(44, 0);
    puts("");
    table_row(table, "Kernel's slowest", NULL,
              "     Time (s) Duration (s)  Kernel says");
    for (guint i = 0; i < n; i++) {
        add_row(table, slowest->pdata[i], start);
    }
    table_print(table);
    if (slowest->len > n || dropped) {
        printf("%" PRIu64 " more initcalls and probes\n",
               slowest->len - n + dropped);
    }
}
