/*
 * Statistics and comparisons as Markdown of GitHub's kind, for a comment on a
 * change.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <string.h>

#include "diff-data.h"
#include "figures.h"
#include "stats-data.h"

/*
 * A guest's text in <code>: nothing in it is markup, and nobody is mentioned.
 * A character by its number never means structure (CommonMark 0.30, 2.5).
 */
static void append_code(GString *to, const char *text)
{
    g_autoptr(GString) visible = g_string_new(NULL);

    append_visible(visible, text, strlen(text), false);
    g_string_append(to, "<code>");
    for (const char *p = visible->str; *p; p++) {
        if (g_ascii_ispunct(*p) && !strchr(",.%/", *p)) {
            g_string_append_printf(to, "&#%d;", *p);
        } else {
            g_string_append_c(to, *p);
        }
    }
    g_string_append(to, "</code>");
}

static void put_code(const char *text)
{
    g_autoptr(GString) code = g_string_new(NULL);

    append_code(code, text);
    fputs(code->str, stdout);
}

static void put_ms(double ns)
{
    printf(" |");
    print_ms(ns, 0);
}

static void put_title(const char *kind, const char *name)
{
    g_autofree char *title = measure_title(kind, name);

    printf("| ");
    put_code(title);
}

static void put_budgets(const GArray *budgets)
{
    for (guint i = 0; i < budgets->len; i++) {
        const BudgetResult *r = &g_array_index(budgets, BudgetResult, i);
        const char *bold = r->verdict == BUDGET_BROKEN ? "**" : "";
        g_autoptr(GString) lacking = g_string_new(NULL);

        printf("%s- budget ", i ? "" : "\n");
        put_code(r->budget->text);
        printf(":");
        print_ms(r->value, 0);
        append_budget_lacking(lacking, r);
        printf(" ms, %s%s%s%s\n", bold, budget_verdict_name(r->verdict), bold,
               lacking->str);
    }
}

static void put_failed(const GPtrArray *failed)
{
    for (guint i = 0; failed && i < failed->len; i++) {
        const FailedBoot *f = g_ptr_array_index(failed, i);

        printf("%s- **failed** (%s): ", i ? "" : "\n", f->kind);
        put_code(f->capture);
        printf(": ");
        put_code(f->message);
        printf("\n");
    }
}

/* ------------------------------------------------------------------ */
/* stats                                                               */

static void put_measure(const Measure *m)
{
    StatsSummary s;

    measure_summarise(m, &s);
    put_title(measure_kind_name(m->kind), m->name);
    printf(" | %u", s.n);
    put_ms(s.median);
    put_ms(s.low);
    put_ms(s.high);
    put_ms(s.min);
    put_ms(s.max);
    printf(" |\n");
}

static void put_lines(const Stats *s)
{
    g_autoptr(GPtrArray) all = stats_sorted_lines(s->lines, stats_by_total);

    if (!all->len || !s->opt.lines) {
        return;
    }
    printf("\n<details><summary>Slowest lines</summary>\n\n"
           "| total | worst | count | line |\n|--:|--:|--:|---|\n");
    for (guint i = 0; i < all->len && i < (guint)s->opt.lines; i++) {
        const LineSum *l = g_ptr_array_index(all, i);

        printf("|");
        print_ms(l->total, 0);
        put_ms(l->worst);
        printf(" | %" G_GUINT64_FORMAT " | ", l->count);
        put_code(l->key);
        printf(" |\n");
    }
    printf("\n</details>\n");
}

static void put_stats(const Stats *s)
{
    const Sample *sample = s->sample;
    guint unseen = sample_count_unseen(sample, s->lacking);

    printf("### Boot time");
    if (s->group) {
        printf(": ");
        put_code(s->group);
    }
    printf("\n\n%u capture%s, %s clock", sample->captures->len,
           sample->captures->len == 1 ? "" : "s", sample_clock_name(sample));
    if (sample->end) {
        printf("; Total is up to ");
        put_code(sample->end);
    }
    printf(".\n");
    if (s->lacking->len > unseen) {
        printf("\n- %u boot%s did not get there\n", s->lacking->len - unseen,
               s->lacking->len - unseen == 1 ? "" : "s");
    }
    if (unseen) {
        printf("\n- of %u nobody can tell: records were dropped (keep=)\n",
               unseen);
    }
    put_failed(s->opt.failed);
    put_budgets(s->budgets);
    printf("\n| ms | n | median | 95%% from | to | min | max |\n"
           "|---|--:|--:|--:|--:|--:|--:|\n");
    for (guint i = 0; i < sample->measures->len; i++) {
        put_measure(sample_measure(sample, i));
    }
    put_lines(s);
}

static void print_stats_markdown(const StatsReport *r)
{
    for (guint i = 0; i < r->groups->len; i++) {
        printf("%s", i ? "\n" : "");
        put_stats(stats_group(r, i));
    }
}

const StatsFormat stats_markdown = {
    .name = "markdown",
    .summary = "tables for a comment on a change (GitHub, GitLab)",
    .print = print_stats_markdown,
};

/* ------------------------------------------------------------------ */
/* diff                                                                */

static void put_percent(double v)
{
    printf(" |");
    print_number(v, 0, "%+.1f");
    printf("%s", isfinite(v) ? "%" : "");
}

static void put_change(const Diff *d, const Change *c)
{
    put_title(c->kind, c->name);
    put_ms(c->a.median);
    put_ms(c->b.median);
    put_ms(c->shift);
    put_percent(c->percent);
    if (!d->rule.exact) {
        put_percent(c->low_percent);
        put_percent(c->high_percent);
    }
    printf(" | %s |\n", c->outside                     ? "asynchronous"
                        : c->verdict == VERDICT_SLOWER ? "**slower**"
                        : c->verdict == VERDICT_WITHIN ? ""
                                                       : "cannot tell");
}

static void put_findings(const Diff *d)
{
    for (guint i = 0; i < d->findings->len; i++) {
        const Finding *f = &g_array_index(d->findings, Finding, i);
        g_autofree char *title =
            measure_title(measure_kind_name(f->kind), f->name);

        printf("%s- %s", i ? "" : "\n",
               !f->bad    ? ""
               : f->panic ? "**failed**: "
                          : "**missing**: ");
        put_code(title);
        printf(" in %u of %u boots of A, %u of %u of B\n", f->a,
               d->a.sample->captures->len, f->b, d->b.sample->captures->len);
    }
}

static void put_changed_lines(const Diff *d)
{
    if (!d->lines->len || !d->opt.lines) {
        return;
    }
    printf("\n<details><summary>Lines that changed most</summary>\n\n"
           "| A | B | shift | line |\n|--:|--:|--:|---|\n");
    for (guint i = 0; i < d->lines->len && i < (guint)d->opt.lines; i++) {
        const Change *c = &g_array_index(d->lines, Change, i);

        printf("|");
        print_ms(c->a.median, 0);
        put_ms(c->b.median);
        put_ms(c->shift);
        printf(" | ");
        put_code(c->name);
        printf(" |\n");
    }
    printf("\n</details>\n");
}

static void print_diff_markdown(const Diff *d)
{
    g_autofree char *none = diff_no_verdict(d);

    printf("### Boot time: %s%s%s\n\n%u boots of A, %u of B, %s clock; %u of "
           "%u slower by more than %g%% and %g ms.\n",
           d->verdict == VERDICT_SLOWER ? "**" : "", diff_verdict_name(d),
           d->verdict == VERDICT_SLOWER ? "**" : "", d->a.sample->captures->len,
           d->b.sample->captures->len, sample_clock_name(d->a.sample),
           d->slower, d->measures->len, d->opt.percent, d->opt.ignore_ms);
    if (none) {
        printf("\n- %s\n", none);
    }
    put_findings(d);
    put_failed(d->opt.failed);
    put_budgets(d->budgets);
    printf("\n| ms | A | B | shift | %% |%s |\n|---|--:|--:|--:|--:|%s---|\n",
           d->rule.exact ? "" : " from | to |",
           d->rule.exact ? "" : "--:|--:|");
    for (guint i = 0; i < d->measures->len; i++) {
        put_change(d, &g_array_index(d->measures, Change, i));
    }
    put_changed_lines(d);
}

const DiffFormat diff_markdown = {
    .name = "markdown",
    .summary = "tables for a comment on a change (GitHub, GitLab)",
    .print = print_diff_markdown,
};
