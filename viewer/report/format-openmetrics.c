/*
 * Statistics and comparisons for Prometheus: OpenMetrics 1.0, which is also
 * its older text format but for the last line, a comment there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <string.h>

#include "diff-data.h"
#include "stats-data.h"

/* A family of metrics: what stands before its samples. */
static void put_family(const char *name, const char *type, const char *unit,
                       const char *help)
{
    printf("# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
    if (unit) {
        printf("# UNIT %s %s\n", name, unit);
    }
}

/* ,name="value"; @labels is what a sample has so far. */
static void add_label(GString *labels, const char *name, const char *value)
{
    g_autoptr(GString) visible = g_string_new(NULL);

    append_visible(visible, value, strlen(value), false);
    g_string_append_printf(labels, "%s%s=\"", labels->len ? "," : "", name);
    for (const char *p = visible->str; *p; p++) {
        if (*p == '"' || *p == '\\') {
            g_string_append_c(labels, '\\');
        }
        g_string_append_c(labels, *p);
    }
    g_string_append_c(labels, '"');
}

static void put_sample(const char *name, const char *labels, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    if (isnan(value)) {
        return; /* what is not known is no sample */
    }
    g_ascii_formatd(text, sizeof(text), "%.12g", value);
    printf("%s%s%s%s %s\n", name, labels[0] ? "{" : "", labels,
           labels[0] ? "}" : "",
           isinf(value) ? (value > 0 ? "+Inf" : "-Inf") : text);
}

static void put_end(void)
{
    printf("# EOF\n");
}

/* ------------------------------------------------------------------ */
/* A sample of boots                                                   */

/* What a sample of boots is, for all its metrics. */
typedef struct Boots {
    const Sample *sample;
    const char *name, *value; /* a label of its own; NULL: none */
} Boots;

static GString *boots_labels(const Boots *b)
{
    GString *labels = g_string_new(NULL);

    if (b->name) {
        add_label(labels, b->name, b->value);
    }
    return labels;
}

static GString *measure_labels(const Boots *b, const char *kind,
                               const char *name)
{
    GString *labels = boots_labels(b);

    add_label(labels, "kind", kind);
    add_label(labels, "name", name);
    return labels;
}

#define DURATION "bootstamp_duration_seconds"

static void put_quantile(const char *labels, const char *quantile, double ns)
{
    g_autoptr(GString) all = g_string_new(labels);

    add_label(all, "quantile", quantile);
    put_sample(DURATION, all->str, ns / 1e9);
}

static void put_measure(const Boots *b, const Measure *m)
{
    static const char *const tails[STATS_TAILS] = { "0.9", "0.95", "0.99" };
    g_autoptr(GString) labels =
        measure_labels(b, measure_kind_name(m->kind), m->name);
    StatsSummary s;

    measure_summarise(m, &s);
    put_quantile(labels->str, "0.5", s.median);
    for (guint i = 0; i < STATS_TAILS; i++) {
        if (stats_tail_boots(s.n, i)) {
            put_quantile(labels->str, tails[i], s.tail[i]);
        }
    }
    put_sample(DURATION "_sum", labels->str, s.mean * s.n / 1e9);
    put_sample(DURATION "_count", labels->str, s.n);
}

typedef double ValueFunc(const StatsSummary *s);

static double value_min(const StatsSummary *s)
{
    return s->min;
}

static double value_max(const StatsSummary *s)
{
    return s->max;
}

static void put_values(const GArray *boots, const char *name, const char *help,
                       ValueFunc *value)
{
    put_family(name, "gauge", "seconds", help);
    for (guint i = 0; i < boots->len; i++) {
        const Boots *b = &g_array_index(boots, Boots, i);

        for (guint k = 0; k < b->sample->measures->len; k++) {
            const Measure *m = sample_measure(b->sample, k);
            g_autoptr(GString) labels =
                measure_labels(b, measure_kind_name(m->kind), m->name);
            StatsSummary s;

            measure_summarise(m, &s);
            put_sample(name, labels->str, value(&s) / 1e9);
        }
    }
}

static void put_boots(const GArray *boots)
{
    put_family("bootstamp_boots", "gauge", NULL, "Boots that were measured");
    for (guint i = 0; i < boots->len; i++) {
        const Boots *b = &g_array_index(boots, Boots, i);
        g_autoptr(GString) labels = boots_labels(b);

        put_sample("bootstamp_boots", labels->str, b->sample->captures->len);
    }
    put_family("bootstamp_boots_incomplete", "gauge", NULL,
               "Boots that did not reach the milestone that ends the total");
    for (guint i = 0; i < boots->len; i++) {
        const Boots *b = &g_array_index(boots, Boots, i);
        g_autoptr(GString) labels = boots_labels(b);
        g_autoptr(GArray) lacking = sample_lacking(
            b->sample, sample_find(b->sample, MEASURE_TOTAL, "Total"));

        put_sample("bootstamp_boots_incomplete", labels->str,
                   lacking->len - sample_count_unseen(b->sample, lacking));
    }
    put_family(DURATION, "summary", "seconds",
               "Duration of phases, of the whole boot and of fw_cfg copies");
    for (guint i = 0; i < boots->len; i++) {
        const Boots *b = &g_array_index(boots, Boots, i);

        for (guint k = 0; k < b->sample->measures->len; k++) {
            put_measure(b, sample_measure(b->sample, k));
        }
    }
    put_values(boots, "bootstamp_duration_min_seconds", "The shortest one",
               value_min);
    put_values(boots, "bootstamp_duration_max_seconds", "The longest one",
               value_max);
}

/* ------------------------------------------------------------------ */
/* Budgets and boots that failed                                       */

static void put_failed(const GPtrArray *failed)
{
    if (failed) {
        put_family("bootstamp_boots_failed", "gauge", NULL,
                   "Boots that failed and do not count");
        put_sample("bootstamp_boots_failed", "", failed->len);
    }
}

/* @which: 0 the measured value, 1 the limit, 2 whether it is kept. */
static void put_budget(const Boots *b, const BudgetResult *r, int which)
{
    static const char *const names[] = { "bootstamp_budget_value_seconds",
                                         "bootstamp_budget_limit_seconds",
                                         "bootstamp_budget_kept" };
    const double values[] = { r->value / 1e9, r->budget->limit / 1e9,
                              r->verdict == BUDGET_UNKNOWN
                                  ? NAN
                                  : r->verdict == BUDGET_KEPT };
    g_autoptr(GString) labels = boots_labels(b);

    add_label(labels, "budget", r->budget->text);
    put_sample(names[which], labels->str, values[which]);
}

static void budget_family(int which)
{
    if (which == 2) {
        put_family("bootstamp_budget_kept", "gauge", NULL,
                   "1 where every boot has the measure and it is in the "
                   "limit, NaN where records that would tell were dropped");
    } else if (which == 1) {
        put_family("bootstamp_budget_limit_seconds", "gauge", "seconds",
                   "The limit of a budget");
    } else {
        put_family("bootstamp_budget_value_seconds", "gauge", "seconds",
                   "What a budget limits");
    }
}

/* ------------------------------------------------------------------ */
/* The formats                                                         */

static void print_stats_openmetrics(const StatsReport *r)
{
    g_autoptr(GArray) boots = g_array_new(FALSE, FALSE, sizeof(Boots));

    for (guint i = 0; i < r->groups->len; i++) {
        const Stats *s = stats_group(r, i);
        Boots b = { s->sample, s->group ? "group" : NULL, s->group };

        g_array_append_val(boots, b);
    }
    put_boots(boots);
    put_failed(r->opt->failed);
    for (int which = 0; which < 3; which++) {
        budget_family(which);
        for (guint i = 0; i < r->groups->len; i++) {
            const GArray *budgets = stats_group(r, i)->budgets;

            for (guint k = 0; k < budgets->len; k++) {
                put_budget(&g_array_index(boots, Boots, i),
                           &g_array_index(budgets, BudgetResult, k), which);
            }
        }
    }
    put_end();
}

const StatsFormat stats_openmetrics = {
    .name = "openmetrics",
    .summary = "metrics for Prometheus",
    .print = print_stats_openmetrics,
};

/* One figure of a comparison; NAN: it has none. */
typedef double ChangeFunc(const Change *c);

static double change_shift(const Change *c)
{
    return c->shift / 1e9;
}

static double change_low(const Change *c)
{
    return c->test.low / 1e9;
}

static double change_high(const Change *c)
{
    return c->test.high / 1e9;
}

static double change_p(const Change *c)
{
    return c->p;
}

static double change_verdict(const Change *c)
{
    return c->outside ? NAN : c->verdict;
}

static const struct {
    const char *name, *unit, *help;
    ChangeFunc *value;
} changes[] = {
    { "bootstamp_shift_seconds", "seconds",
      "By how much B is more than A (Hodges-Lehmann)", change_shift },
    { "bootstamp_shift_low_seconds", "seconds",
      "Lower end of the interval of the shift", change_low },
    { "bootstamp_shift_high_seconds", "seconds",
      "Upper end of the interval of the shift", change_high },
    { "bootstamp_p_ratio", "ratio",
      "Chance of such boots where B is not slower, corrected for all measures",
      change_p },
    { "bootstamp_verdict", NULL, "0 within, 1 cannot tell, 2 slower",
      change_verdict },
};

static void print_diff_openmetrics(const Diff *d)
{
    g_autoptr(GArray) boots = g_array_new(FALSE, FALSE, sizeof(Boots));
    const Boots sides[] = { { d->a.sample, "side", "a" },
                            { d->b.sample, "side", "b" } };
    const Boots plain = { d->b.sample, NULL, NULL };

    g_array_append_vals(boots, sides, 2);
    put_boots(boots);
    put_failed(d->opt.failed);
    for (size_t f = 0; f < G_N_ELEMENTS(changes); f++) {
        put_family(changes[f].name, "gauge", changes[f].unit, changes[f].help);
        for (guint i = 0; i < d->measures->len; i++) {
            const Change *c = &g_array_index(d->measures, Change, i);
            g_autoptr(GString) labels =
                measure_labels(&plain, c->kind, c->name);

            put_sample(changes[f].name, labels->str, changes[f].value(c));
        }
    }
    for (int which = 0; which < 3; which++) {
        budget_family(which);
        for (guint i = 0; i < d->budgets->len; i++) {
            put_budget(&plain, &g_array_index(d->budgets, BudgetResult, i),
                       which);
        }
    }
    put_family("bootstamp_diff_exit_status", "gauge", NULL,
               "Exit status of the comparison: 0 within, 1 slower, 3 cannot "
               "tell");
    put_sample("bootstamp_diff_exit_status", "", d->status);
    put_end();
}

const DiffFormat diff_openmetrics = {
    .name = "openmetrics",
    .summary = "metrics for Prometheus",
    .print = print_diff_openmetrics,
};
