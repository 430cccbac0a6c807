/*
 * A comparison as text.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <string.h>

#include "diff-data.h"
#include "sample-loss.h"
#include "figures.h"

/* How many captures without a milestone are named. */
#define NAMED_MAX 5

/* Width of a time; by an exact clock with all digits. */
static int width(const Diff *d)
{
    return d->rule.exact ? 13 : 10;
}

static void print_time(const Diff *d, double ns, const char *sign)
{
    g_autofree char *format =
        g_strdup_printf("%%%s.%df", sign, d->rule.exact ? 6 : 3);

    print_number(ns / 1e6, width(d), format);
}

/* "A", "B", "Shift" and so on over these columns. */
static void print_heads(const Diff *d, int first)
{
    printf("%*s %*s %*s %8s", width(d) + first, "A", width(d), "B", width(d),
           "Shift", "%");
    if (!d->rule.exact) {
        printf(" %8s %8s %7s", "from %", "to %", "p");
    }
    printf("\n");
}

static void print_figures(const Diff *d, const Change *c)
{
    print_time(d, c->a.median, "");
    print_time(d, c->b.median, "");
    print_time(d, c->shift, "+");
    print_number(c->percent, 8, "%+.1f");
    if (!d->rule.exact) {
        print_number(c->low_percent, 8, "%+.1f");
        print_number(c->high_percent, 8, "%+.1f");
        print_number(c->p, 7, "%.4f");
    }
}

/* Cells of the first column: names may be the user's, and long. */
static int title_cells(const Diff *d)
{
    int cells = 22;

    for (guint i = 0; i < d->measures->len; i++) {
        const Change *c = &g_array_index(d->measures, Change, i);
        g_autofree char *title = measure_title(c->kind, c->name);

        cells = MAX(cells, count_cells(title));
    }
    return cells;
}

static void print_measure(const Diff *d, int cells, const Change *c)
{
    g_autofree char *title = measure_title(c->kind, c->name);

    printf("%-*s", field_width(title, cells), title);
    print_figures(d, c);
    if (c->outside) {
        printf("  asynchronous");
    } else if (c->verdict == VERDICT_SLOWER) {
        printf("  SLOWER");
    } else if (c->verdict == VERDICT_UNDECIDED && c->boots) {
        printf("  cannot tell (try %u boots)", c->boots);
    } else if (c->verdict == VERDICT_UNDECIDED) {
        printf("  cannot tell");
    }
    printf("\n");
}

static void print_lines(const Diff *d, int sign, const char *title)
{
    int shown = 0;

    for (guint i = 0; i < d->lines->len && shown < d->opt.lines; i++) {
        const Change *c = &g_array_index(d->lines, Change, i);

        if (c->shift * sign > 0) {
            if (!shown++) {
                printf("\n%s\n", title);
                print_heads(d, 1);
            }
            print_figures(d, c);
            printf("  %s%s\n", c->name, c->outside ? " (asynchronous)" : "");
        }
    }
}

static void print_only(const Diff *d)
{
    if (d->unseen) {
        printf("\nLines after what the other side dropped (keep=), not "
               "compared: %u\n",
               d->unseen);
    }
    if (!d->only->len || !d->opt.lines) {
        return;
    }
    printf("\nLines of one side alone (- A, + B): %u\n", d->only->len);
    for (guint i = 0; i < d->only->len && i < (guint)d->opt.lines; i++) {
        printf("%s\n", (char *)g_ptr_array_index(d->only, i));
    }
}

/* Captures of @side that did not reach the milestone, by name. */
static void print_lacking(const Sample *s, const Finding *f)
{
    const Measure *m = sample_find(s, f->kind, f->name);
    g_autoptr(GArray) lacking = sample_lacking(s, m);

    if (!m || lacking->len == s->captures->len) {
        return; /* all of them: no names are needed */
    }
    for (guint i = 0; i < lacking->len && i < NAMED_MAX; i++) {
        guint capture = g_array_index(lacking, guint, i);

        printf("  without it: ");
        print_path(g_ptr_array_index(s->captures, capture));
        printf("\n");
    }
    if (lacking->len > NAMED_MAX) {
        printf("  and %u more\n", lacking->len - NAMED_MAX);
    }
}

static void print_findings(const Diff *d)
{
    guint all_a = d->a.sample->captures->len,
          all_b = d->b.sample->captures->len;

    for (guint i = 0; i < d->findings->len; i++) {
        const Finding *f = &g_array_index(d->findings, Finding, i);
        g_autofree char *title =
            measure_title(measure_kind_name(f->kind), f->name);

        printf("%s%s: in %u of %u boots of A, %u of %u of B%s\n",
               i ? "" : "\nNot in all boots\n", title, f->a, all_a, f->b, all_b,
               !f->bad    ? ""
               : f->panic ? "  FAILED"
                          : "  MISSING");
        print_lacking(d->a.sample, f);
        print_lacking(d->b.sample, f);
    }
}

static void print_exactly(const Diff *d)
{
    guint compared;
    guint n = diff_measures_differ(d, &compared);

    if (!d->rule.exact) {
        return;
    }
    printf("\nasynchronous: stamped by QEMU's main loop; does not count\n");
    printf("the guest, to the nanosecond: %u of %u phases and copies differ, "
           "%u of %u lines\n",
           n, compared, d->lines_differ + d->only->len,
           d->lines_exact + d->only->len);
}

/* Behind the verdict: what it is about. */
static void print_reasons(const Diff *d)
{
    guint measures = d->measures->len;
    g_autofree char *none = diff_no_verdict(d);

    if (d->trouble) {
        printf(": %s\n", none);
        return;
    }
    printf(": %u of %u %sby more than %g%% and %g ms", d->slower, measures,
           d->verdict == VERDICT_SLOWER ? "" : "slower ", d->opt.percent,
           d->opt.ignore_ms);
    if (!d->rule.exact) {
        printf(", p < %g (%s, corrected for all rows)", d->rule.error,
               d->rule.paired ? "signed ranks" : "rank sums");
    }
    printf("\n");
    if (d->bad) {
        printf("%u more: what B lacks, panics, what is over a budget\n",
               d->bad);
    }
    if (none) {
        printf("%s\n", none);
    }
    if (d->undecided) {
        printf("%u cannot be told from so few boots", d->undecided);
        if (d->boots) {
            printf(": about %u a side would probably do", d->boots);
        }
        printf("\n");
    }
}

static void print_verdict(const Diff *d)
{
    printf("\n%s", diff_verdict_name(d));
    print_reasons(d);
    if (d->a.cut || d->b.cut) {
        printf("only the first %d lines of a capture were compared\n",
               DIFF_LINES_MAX);
    }
}

static void print_side(const char *name, const Sample *s)
{
    printf("%s: ", name);
    print_path(s->captures->len ? g_ptr_array_index(s->captures, 0) : "-");
    if (s->captures->len > 1) {
        printf(" and %u more", s->captures->len - 1);
    }
    printf("\n");
}

/* Waiting for a CPU makes wall time longer, and not the guest slower. */
static void print_disturbed(const char *name, const Sample *s)
{
    if (s->disturbed->len && !s->cpu && !s->virtual_clock) {
        printf("%s: %u of %u boots waited for a CPU for more than a tenth of "
               "their time; see stats, and --clock cpu\n",
               name, s->disturbed->len, s->captures->len);
    }
}

static void print_text(const Diff *d)
{
    int cells = title_cells(d);

    print_side("A", d->a.sample);
    print_side("B", d->b.sample);
    printf("\n%-*s ", cells,
           d->rule.paired ? "Median of pairs, ms" : "Median, ms");
    print_heads(d, 0);
    for (guint i = 0; i < d->measures->len; i++) {
        print_measure(d, cells, &g_array_index(d->measures, Change, i));
    }
    if (d->a.sample->cpu) {
        printf("by the time that vCPUs were on a CPU\n");
    }
    print_disturbed("A", d->a.sample);
    print_disturbed("B", d->b.sample);
    print_losses("A: ", d->a.sample);
    print_losses("B: ", d->b.sample);
    if (d->a.sample->end) {
        printf("Total is up to %s\n", d->a.sample->end);
    }
    print_findings(d);
    budgets_print(d->budgets);
    print_lines(d, 1, "Slower lines (time since the line before)");
    print_lines(d, -1, "Faster lines");
    print_only(d);
    print_exactly(d);
    print_verdict(d);
}

const DiffFormat diff_text = {
    .name = "text",
    .summary = "tables for a person",
    .print = print_text,
};
