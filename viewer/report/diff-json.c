/*
 * A comparison as JSON: docs/json-schema.md.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>

#include "diff-data.h"
#include "sample-loss.h"

static void put_change(JsonOut *j, const Change *c, bool measure)
{
    json_out_begin_object(j, NULL);
    json_out_string(j, "kind", c->kind);
    json_out_string(j, "name", c->name);
    json_out_int(j, "n_a", c->a.n);
    json_out_int(j, "n_b", c->b.n);
    json_out_double(j, "median_a_ns", c->a.median);
    json_out_double(j, "median_b_ns", c->b.median);
    json_out_double(j, "mean_a_ns", c->a.mean);
    json_out_double(j, "mean_b_ns", c->b.mean);
    json_out_double(j, "shift_ns", c->shift);
    json_out_double(j, "shift_low_ns", c->test.low);
    json_out_double(j, "shift_high_ns", c->test.high);
    json_out_double(j, "percent", c->percent);
    json_out_double(j, "p", c->p);
    if (measure) {
        json_out_double(j, "p_alone", c->test.greater);
        json_out_double(j, "threshold_ns", c->threshold);
        json_out_string(j, "verdict", verdict_name(c->verdict));
        json_out_double(j, "boots_to_tell", c->boots ? c->boots : NAN);
    }
    json_out_bool(j, "outside", c->outside);
    json_out_end_object(j);
}

static void put_changes(JsonOut *j, const char *name, const GArray *changes,
                        bool measures)
{
    json_out_begin_array(j, name);
    for (guint i = 0; i < changes->len; i++) {
        put_change(j, &g_array_index(changes, Change, i), measures);
    }
    json_out_end_array(j);
}

/* The captures of @s without what @f is about. */
static void put_lacking(JsonOut *j, const char *name, const Sample *s,
                        const Finding *f)
{
    g_autoptr(GArray) lacking =
        sample_lacking(s, sample_find(s, f->kind, f->name));

    json_out_begin_array(j, name);
    for (guint i = 0; i < lacking->len; i++) {
        guint capture = g_array_index(lacking, guint, i);

        json_out_string(j, NULL, g_ptr_array_index(s->captures, capture));
    }
    json_out_end_array(j);
}

static void put_findings(JsonOut *j, const Diff *d)
{
    json_out_begin_array(j, "missing");
    for (guint i = 0; i < d->findings->len; i++) {
        const Finding *f = &g_array_index(d->findings, Finding, i);

        json_out_begin_object(j, NULL);
        json_out_string(j, "kind", measure_kind_name(f->kind));
        json_out_string(j, "name", f->name);
        json_out_int(j, "n_a", f->a);
        json_out_int(j, "n_b", f->b);
        json_out_bool(j, "fails", f->bad);
        put_lacking(j, "lacking_a", d->a.sample, f);
        put_lacking(j, "lacking_b", d->b.sample, f);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

static void put_only(JsonOut *j, const GPtrArray *only)
{
    json_out_begin_array(j, "one_side");
    for (guint i = 0; i < only->len; i++) {
        json_out_string(j, NULL, g_ptr_array_index(only, i));
    }
    json_out_end_array(j);
}

static void print_json(const Diff *d)
{
    JsonOut *j = json_out_new();
    guint compared;
    guint n = diff_measures_differ(d, &compared);

    json_out_begin_object(j, NULL);
    json_out_string(j, "schema", "bootstamp-diff");
    json_out_int(j, "version", 2);
    json_out_string(j, "verdict", diff_verdict_name(d));
    json_out_int(j, "exit_status", d->status);
    json_out_double(j, "boots_to_tell", d->boots ? d->boots : NAN);
    json_out_string(j, "test",
                    d->rule.exact    ? "exact"
                    : d->rule.paired ? "signed ranks"
                                     : "rank sums");
    json_out_string(j, "clock", sample_clock_name(d->a.sample));
    json_out_string(j, "total_ends_at", d->a.sample->end);
    json_out_bool(j, "exact", d->rule.exact);
    if (d->rule.exact) {
        json_out_int(j, "measures_differ", n);
        json_out_int(j, "lines_differ", d->lines_differ + d->only->len);
    }
    put_changes(j, "measures", d->measures, true);
    put_findings(j, d);
    json_out_int(j, "dropped", d->dropped);
    losses_put(j, "lost_a", d->a.sample);
    losses_put(j, "lost_b", d->b.sample);
    failed_boots_put(j, d->opt.failed);
    budgets_put(j, d->budgets);
    put_changes(j, "lines", d->lines, false);
    put_only(j, d->only);
    json_out_int(j, "lines_unseen", d->unseen);
    json_out_end_object(j);
    json_out_end(j, stdout, "\n");
    json_out_free(j);
}

const DiffFormat diff_json = {
    .name = "json",
    .summary = "all figures, for programs (docs/json-schema.md)",
    .print = print_json,
};
