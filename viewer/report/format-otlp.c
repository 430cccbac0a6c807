/*
 * The boots of statistics and comparisons as OpenTelemetry's traces: each
 * capture is read once more, and becomes a request in a line of its own, as
 * the file exporter of OpenTelemetry writes them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "diff-data.h"
#include "otlp.h"
#include "stats-data.h"

static void put_sample(const Sample *s, const char *name, const char *value)
{
    for (guint i = 0; i < s->captures->len; i++) {
        CaptureReader *r = open_capture(g_ptr_array_index(s->captures, i));

        if (r) {
            otlp_write(r, s->virtual_clock, name, value, stdout);
        }
        capture_reader_close(r);
    }
}

static void print_stats_otlp(const StatsReport *r)
{
    for (guint i = 0; i < r->groups->len; i++) {
        const Stats *s = stats_group(r, i);

        put_sample(s->sample, s->group ? "bootstamp.group" : NULL, s->group);
    }
}

const StatsFormat stats_otlp = {
    .name = "otlp",
    .summary = "OpenTelemetry's traces, JSON: a trace per boot",
    .print = print_stats_otlp,
};

static void print_diff_otlp(const Diff *d)
{
    put_sample(d->a.sample, "bootstamp.side", "a");
    put_sample(d->b.sample, "bootstamp.side", "b");
}

const DiffFormat diff_otlp = {
    .name = "otlp",
    .summary = "OpenTelemetry's traces, JSON: a trace per boot",
    .print = print_diff_otlp,
};
