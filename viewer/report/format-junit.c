/*
 * Statistics and comparisons as JUnit XML: a case for each phase and copy,
 * each budget, each milestone that boots did not reach, each boot that failed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>

#include "diff-data.h"
#include "figures.h"
#include "junit.h"
#include "stats-data.h"

/* How many captures are named in a case. */
#define NAMED_MAX 100

static void put_failed(Junit *j, const GPtrArray *failed)
{
    for (guint i = 0; failed && i < failed->len; i++) {
        const FailedBoot *f = g_ptr_array_index(failed, i);
        g_autofree char *name = g_path_get_basename(f->capture);
        g_autofree char *details = failed_boot_details(f);

        junit_case(j, "bootstamp.boot", name, -1, JUNIT_ERROR, f->kind,
                   f->message, details);
    }
}

/* @unknown: what a budget is of which nobody can tell. */
static void put_budgets(Junit *j, const GArray *budgets, JunitResult unknown)
{
    for (guint i = 0; i < budgets->len; i++) {
        const BudgetResult *r = &g_array_index(budgets, BudgetResult, i);
        g_autoptr(GString) message = g_string_new(NULL);

        append_ms(message, r->value, 0);
        g_string_append(message, " ms");
        append_budget_lacking(message, r);
        junit_case(j, "bootstamp.budget", r->budget->text, r->value / 1e9,
                   r->verdict == BUDGET_KEPT     ? JUNIT_PASSED
                   : r->verdict == BUDGET_BROKEN ? JUNIT_FAILED
                                                 : unknown,
                   "budget", message->str + 1, NULL);
    }
}

/* Paths of captures, a line each. */
static char *names(const Sample *s, const GArray *captures)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < captures->len && i < NAMED_MAX; i++) {
        guint capture = g_array_index(captures, guint, i);

        g_string_append_printf(text, "%s\n",
                               (char *)g_ptr_array_index(s->captures, capture));
    }
    if (captures->len > NAMED_MAX) {
        g_string_append_printf(text, "and %u more\n",
                               captures->len - NAMED_MAX);
    }
    return g_string_free(text, FALSE);
}

/* ------------------------------------------------------------------ */
/* stats                                                               */

static void append_stats_table(GString *t, const Sample *s)
{
    g_string_append_printf(t, "%-26s %4s %10s %10s %10s %10s %10s\n", "ms", "n",
                           "Median", "95% from", "to", "Min", "Max");
    for (guint i = 0; i < s->measures->len; i++) {
        const Measure *m = sample_measure(s, i);
        g_autofree char *title =
            measure_title(measure_kind_name(m->kind), m->name);
        StatsSummary sum;

        measure_summarise(m, &sum);
        g_string_append_printf(t, "%-*s %4u", field_width(title, 26), title,
                               sum.n);
        append_ms(t, sum.median, 10);
        append_ms(t, sum.low, 10);
        append_ms(t, sum.high, 10);
        append_ms(t, sum.min, 10);
        append_ms(t, sum.max, 10);
        g_string_append_c(t, '\n');
    }
}

static void put_lacking(Junit *j, const Stats *s)
{
    g_autofree char *name =
        g_strdup_printf("reaches %s", s->sample->end ? s->sample->end : "?");
    g_autofree char *text = names(s->sample, s->lacking);
    guint unseen = sample_count_unseen(s->sample, s->lacking);
    g_autofree char *message = g_strdup_printf(
        "%u of %u boots did not, %u dropped records (keep=)",
        s->lacking->len - unseen, s->sample->captures->len, unseen);
    bool bad = s->lacking->len > unseen && s->opt.until;

    if (!s->sample->end && !s->lacking->len) {
        return; /* there is no boot at all */
    }
    junit_case(j, "bootstamp.boot", name, -1,
               bad               ? JUNIT_FAILED
               : s->lacking->len ? JUNIT_SKIPPED
                                 : JUNIT_PASSED,
               "missing", message, text);
}

static void put_stats(Junit *j, const Stats *s)
{
    g_autoptr(GString) table = g_string_new(NULL);

    junit_suite(j, s->group ? s->group : "bootstamp stats");
    junit_property(j, "clock", sample_clock_name(s->sample));
    for (guint i = 0; i < s->sample->measures->len; i++) {
        const Measure *m = sample_measure(s->sample, i);
        g_autofree char *class =
            g_strdup_printf("bootstamp.%s", measure_kind_name(m->kind));
        StatsSummary sum;

        measure_summarise(m, &sum);
        junit_case(j, class, m->name, sum.median / 1e9, JUNIT_PASSED, NULL,
                   NULL, NULL);
    }
    put_lacking(j, s);
    put_budgets(j, s->budgets, JUNIT_SKIPPED);
    put_failed(j, s->opt.failed);
    append_stats_table(table, s->sample);
    junit_output(j, table->str);
}

static void print_stats_junit(const StatsReport *r)
{
    Junit *j = junit_new();

    for (guint i = 0; i < r->groups->len; i++) {
        put_stats(j, stats_group(r, i));
    }
    junit_print(j, stdout);
    junit_free(j);
}

const StatsFormat stats_junit = {
    .name = "junit",
    .summary = "JUnit XML: a case per phase and budget, for CI pages",
    .print = print_stats_junit,
};

/* ------------------------------------------------------------------ */
/* diff                                                                */

static void append_change(GString *t, const Change *c)
{
    g_autofree char *title = measure_title(c->kind, c->name);

    g_string_append_printf(t, "%-*s", field_width(title, 26), title);
    append_ms(t, c->a.median, 10);
    append_ms(t, c->b.median, 10);
    append_ms(t, c->shift, 10);
    append_ms(t, c->test.low, 10);
    append_ms(t, c->test.high, 10);
    g_string_append_printf(
        t, "  %s\n", c->outside ? "asynchronous" : verdict_name(c->verdict));
}

static void append_diff_table(GString *t, const Diff *d)
{
    g_string_append_printf(t, "%-26s %10s %10s %10s %10s %10s\n", "ms", "A",
                           "B", "Shift", "from", "to");
    for (guint i = 0; i < d->measures->len; i++) {
        append_change(t, &g_array_index(d->measures, Change, i));
    }
}

/* "+60.000 ms, +133.3% (+88.9% to +177.8%), p 0.0003" */
static char *describe(const Change *c)
{
    GString *t = g_string_new(NULL);

    append_decimal(t, "", c->shift / 1e6, "%+.3f", " ms");
    append_decimal(t, ", ", c->percent, "%+.1f", "%");
    if (isfinite(c->low_percent) && isfinite(c->high_percent)) {
        append_decimal(t, " (", c->low_percent, "%+.1f", "%");
        append_decimal(t, " to ", c->high_percent, "%+.1f", "%)");
    }
    append_decimal(t, ", p ", c->p, "%.4f", "");
    if (c->verdict == VERDICT_UNDECIDED && c->boots) {
        g_string_append_printf(t, "; %u boots would probably tell", c->boots);
    }
    return g_string_free(t, FALSE);
}

static JunitResult result_of(const Diff *d, const Change *c)
{
    if (c->outside || c->verdict == VERDICT_WITHIN) {
        return JUNIT_PASSED;
    }
    if (c->verdict == VERDICT_SLOWER || d->opt.undecided == UNDECIDED_FAIL) {
        return JUNIT_FAILED;
    }
    return JUNIT_SKIPPED;
}

static void put_change(Junit *j, const Diff *d, const Change *c,
                       const char *table)
{
    g_autofree char *class = g_strdup_printf("bootstamp.%s", c->kind);
    g_autofree char *message = describe(c);

    junit_case(j, class, c->name, c->b.median / 1e9, result_of(d, c),
               verdict_name(c->verdict), message, table);
}

static void put_finding(Junit *j, const Diff *d, const Finding *f)
{
    g_autofree char *title = measure_title(measure_kind_name(f->kind), f->name);
    g_autofree char *name =
        g_strdup_printf("%s %s", f->panic ? "no" : "reaches", title);
    g_autofree char *message = g_strdup_printf(
        "in %u of %u boots of A, %u of %u of B", f->a,
        d->a.sample->captures->len, f->b, d->b.sample->captures->len);
    g_autoptr(GArray) lacking =
        sample_lacking(d->b.sample, sample_find(d->b.sample, f->kind, f->name));
    g_autofree char *text = names(d->b.sample, lacking);

    junit_case(j, "bootstamp.boot", name, -1,
               f->bad ? JUNIT_FAILED : JUNIT_PASSED,
               f->panic ? "panic" : "missing", message, text);
}

static void print_diff_junit(const Diff *d)
{
    Junit *j = junit_new();
    g_autoptr(GString) table = g_string_new(NULL);
    g_autofree char *none = diff_no_verdict(d);
    JunitResult unknown =
        d->opt.undecided == UNDECIDED_FAIL ? JUNIT_FAILED : JUNIT_SKIPPED;

    append_diff_table(table, d);
    junit_suite(j,
                d->rule.paired ? "bootstamp diff --paired" : "bootstamp diff");
    junit_property(j, "clock", sample_clock_name(d->a.sample));
    junit_property(j, "verdict", diff_verdict_name(d));
    for (guint i = 0; i < d->measures->len; i++) {
        put_change(j, d, &g_array_index(d->measures, Change, i), table->str);
    }
    for (guint i = 0; i < d->findings->len; i++) {
        put_finding(j, d, &g_array_index(d->findings, Finding, i));
    }
    put_budgets(j, d->budgets, unknown);
    put_failed(j, d->opt.failed);
    if (none) {
        junit_case(j, "bootstamp.boot", "verdict", -1,
                   d->trouble ? JUNIT_ERROR : unknown, diff_verdict_name(d),
                   none, NULL);
    }
    junit_output(j, table->str);
    junit_print(j, stdout);
    junit_free(j);
}

const DiffFormat diff_junit = {
    .name = "junit",
    .summary = "JUnit XML: a case per phase and budget, for CI pages",
    .print = print_diff_junit,
};
