/*
 * Statistics and comparisons as one page that needs no other file, and has no
 * script: every boot a dot, the median and its interval, shifts, lines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <string.h>

#include "diff-data.h"
#include "figures.h"
#include "stats-data.h"
#include "markup.h"

/* A strip of dots; with more boots than columns they are darker where many. */
#define STRIP 360
#define STRIP_HEIGHT 18
#define DOTS_MAX 400

static const char style[] =
    "body{font:14px/1.45 system-ui,sans-serif;margin:2em auto;max-width:1200px;"
    "padding:0 1em;color:#1c2430;background:#fff}\n"
    "h1{font-size:1.5em;margin:0 0 .2em}h2{font-size:1.15em;margin:2em 0 .4em}\n"
    "table{border-collapse:collapse;width:100%}\n"
    "th,td{padding:.25em .6em;border-bottom:1px solid #e3e7ed;text-align:right;"
    "white-space:nowrap}\n"
    "th{font-weight:600;color:#566273}\n"
    "th:first-child,td:first-child,td.l,th.l{text-align:left}\n"
    "td.t{text-align:left;width:100%;white-space:normal;font:12px ui-monospace,monospace;"
    "overflow-wrap:anywhere}\n"
    "p.v{font-size:1.1em;padding:.5em .8em;border-radius:6px;background:#e8f5ec}"
    "\np.v.slower{background:#fde8e6}p.v.maybe{background:#fff4d6}\n"
    "tr.slower td{background:#fde8e6}tr.maybe td{background:#fffaea}\n"
    ".bad{color:#b3261e;font-weight:600}.m{color:#566273}\n"
    "pre{background:#f4f6f9;padding:.8em;overflow:auto;font-size:12px}\n"
    "svg{display:block}.a{fill:#3566c4}.b{fill:#d9730d}"
    ".axis{stroke:#cfd6e0}.mid{stroke:#1c2430;stroke-width:1.5}"
    ".ci{stroke:#1c2430;stroke-width:3;opacity:.25}\n"
    "@media(prefers-color-scheme:dark){body{background:#14181f;color:#dde3ec}"
    "th,td{border-color:#2a313c}th,.m{color:#98a4b5}pre{background:#1d232c}"
    "p.v{background:#173524}p.v.slower{background:#4a1f1c}"
    "p.v.maybe{background:#443610}tr.slower td{background:#3d1c1a}"
    "tr.maybe td{background:#2c2512}.a{fill:#7da2ea}.b{fill:#f0a050}"
    ".axis{stroke:#3a4350}.mid,.ci{stroke:#dde3ec}}\n";

/* ------------------------------------------------------------------ */
/* Text                                                                */

static void put_escaped(const char *text)
{
    g_autoptr(GString) visible = g_string_new(NULL);
    g_autoptr(GString) escaped = g_string_new(NULL);

    append_visible(visible, text, strlen(text), false);
    append_escaped(escaped, visible->str);
    fputs(escaped->str, stdout);
}

static void put_head(const char *title)
{
    printf("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
           "<meta charset=\"utf-8\">\n"
           "<meta http-equiv=\"Content-Security-Policy\" "
           "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
           "<meta name=\"viewport\" content=\"width=device-width\">\n"
           "<title>%s</title>\n<style>\n%s</style>\n</head>\n<body>\n",
           title, style);
}

static void put_foot(void)
{
    printf("</body>\n</html>\n");
}

/* A cell with milliseconds. */
static void put_ms(double ns)
{
    printf("<td>");
    print_ms(ns, 0);
    printf("</td>");
}

static void put_title(const char *kind, const char *name)
{
    g_autofree char *title = measure_title(kind, name);

    printf("<td>");
    put_escaped(title);
    printf("</td>");
}

static void put_budgets(const GArray *budgets)
{
    for (guint i = 0; i < budgets->len; i++) {
        const BudgetResult *r = &g_array_index(budgets, BudgetResult, i);
        g_autoptr(GString) lacking = g_string_new(NULL);

        printf("<p>Budget ");
        put_escaped(r->budget->text);
        printf(":");
        print_ms(r->value, 0);
        append_budget_lacking(lacking, r);
        printf(" ms, <span class=\"%s\">%s</span>%s</p>\n",
               r->verdict == BUDGET_KEPT     ? "m"
               : r->verdict == BUDGET_BROKEN ? "bad"
                                             : "maybe",
               budget_verdict_name(r->verdict), lacking->str);
    }
}

static void put_failed(const GPtrArray *failed)
{
    for (guint i = 0; failed && i < failed->len; i++) {
        const FailedBoot *f = g_ptr_array_index(failed, i);
        g_autofree char *details = failed_boot_details(f);
        g_autoptr(GString) escaped = g_string_new(NULL);

        printf("<p><span class=\"bad\">Failed, ");
        put_escaped(f->kind);
        printf("</span>: ");
        put_escaped(f->capture);
        printf(": ");
        put_escaped(f->message);
        printf("</p>\n");
        append_escaped(escaped, details);
        if (details[0]) {
            printf("<details><summary>Where it was</summary><pre>%s</pre>"
                   "</details>\n",
                   escaped->str);
        }
    }
}

/* ------------------------------------------------------------------ */
/* Dots                                                                */

/* What the strip goes from and to. */
typedef struct Scale {
    double low, high; /* ns */
} Scale;

static double x_of(const Scale *s, double v)
{
    double span = s->high - s->low;

    return span > 0 ? 6 + (v - s->low) / span * (STRIP - 12) : STRIP / 2.0;
}

static void put_number(double v)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    fputs(g_ascii_formatd(text, sizeof(text), "%.1f", v), stdout);
}

static void put_line(const char *class, double x1, double x2, double y1,
                     double y2)
{
    printf("<line class=\"%s\" x1=\"", class);
    put_number(x1);
    printf("\" x2=\"");
    put_number(x2);
    printf("\" y1=\"");
    put_number(y1);
    printf("\" y2=\"");
    put_number(y2);
    printf("\"/>");
}

static void put_dot(const char *class, double x, double y, double opacity)
{
    printf("<circle class=\"%s\" r=\"2.6\" cx=\"", class);
    put_number(x);
    printf("\" cy=\"");
    put_number(y);
    printf("\" opacity=\"");
    put_number(opacity);
    printf("\"/>");
}

/* Many boots: a dot a column, the darker the more of them are there. */
static void put_columns(const Scale *scale, const char *class, const GArray *v,
                        double y)
{
    guint columns[STRIP] = { 0 }, most = 1;

    for (guint i = 0; i < v->len; i++) {
        guint x = MIN(x_of(scale, g_array_index(v, double, i)), STRIP - 1.0);

        most = MAX(most, ++columns[x]);
    }
    for (guint x = 0; x < STRIP; x++) {
        if (columns[x]) {
            put_dot(class, x, y, 0.15 + 0.85 * columns[x] / most);
        }
    }
}

/* The dots of a set of boots at height @y, its median and interval. */
static void put_dots(const Scale *scale, const char *class, const Measure *m,
                     double y)
{
    StatsSummary s;

    if (!m) {
        return;
    }
    measure_summarise(m, &s);
    if (isfinite(s.low) && isfinite(s.high)) {
        put_line("ci", x_of(scale, s.low), x_of(scale, s.high), y, y);
    }
    if (m->values->len > DOTS_MAX) {
        put_columns(scale, class, m->values, y);
    } else {
        for (guint i = 0; i < m->values->len; i++) {
            put_dot(class, x_of(scale, g_array_index(m->values, double, i)), y,
                    0.5);
        }
    }
    put_line("mid", x_of(scale, s.median), x_of(scale, s.median), y - 7, y + 7);
}

static void widen(Scale *scale, const Measure *m)
{
    StatsSummary s;

    if (m && m->values->len) {
        measure_summarise(m, &s);
        scale->low = MIN(scale->low, s.min);
        scale->high = MAX(scale->high, s.max);
    }
}

/* A cell with a strip of one set or two. */
static void put_strip(const Measure *a, const Measure *b)
{
    Scale scale = { INFINITY, -INFINITY };
    int height = STRIP_HEIGHT * (b ? 2 : 1);

    widen(&scale, a);
    widen(&scale, b);
    printf("<td class=\"l\"><svg width=\"%d\" height=\"%d\" role=\"img\" "
           "aria-label=\"a dot for each boot\">",
           STRIP, height);
    put_line("axis", 0, STRIP, height - 0.5, height - 0.5);
    put_dots(&scale, "a", a, STRIP_HEIGHT / 2.0);
    put_dots(&scale, "b", b, STRIP_HEIGHT * 1.5);
    printf("</svg></td>");
}

/* ------------------------------------------------------------------ */
/* stats                                                               */

static void put_measure(const Measure *m)
{
    StatsSummary s;

    measure_summarise(m, &s);
    printf("<tr>");
    put_title(measure_kind_name(m->kind), m->name);
    printf("<td>%u</td>", s.n);
    put_ms(s.median);
    put_ms(s.low);
    put_ms(s.high);
    put_ms(s.min);
    put_ms(s.max);
    put_strip(m, NULL);
    printf("</tr>\n");
}

static void put_sums(const Stats *s)
{
    g_autoptr(GPtrArray) all = stats_sorted_lines(s->lines, stats_by_total);

    if (!all->len || !s->opt.lines) {
        return;
    }
    printf("<h2>Slowest lines</h2>\n<table><tr><th class=\"l\">Total, ms</th>"
           "<th>Worst, ms</th><th>Count</th><th class=\"l\">Line</th></tr>\n");
    for (guint i = 0; i < all->len && i < (guint)s->opt.lines; i++) {
        const LineSum *l = g_ptr_array_index(all, i);

        printf("<tr>");
        put_ms(l->total);
        put_ms(l->worst);
        printf("<td>%" G_GUINT64_FORMAT "</td><td class=\"t\">", l->count);
        put_escaped(l->key);
        printf("</td></tr>\n");
    }
    printf("</table>\n");
}

static void put_stats(const Stats *s)
{
    const Sample *sample = s->sample;
    guint unseen = sample_count_unseen(sample, s->lacking);

    if (s->group) {
        printf("<h2>");
        put_escaped(s->group);
        printf("</h2>\n");
    }
    printf("<p class=\"m\">%u capture%s, %s clock", sample->captures->len,
           sample->captures->len == 1 ? "" : "s", sample_clock_name(sample));
    if (sample->end) {
        printf("; Total is up to ");
        put_escaped(sample->end);
    }
    if (s->lacking->len > unseen) {
        printf("; %u did not get there", s->lacking->len - unseen);
    }
    if (unseen) {
        printf("; of %u nobody can tell: records were dropped (keep=)", unseen);
    }
    printf("</p>\n");
    put_budgets(s->budgets);
    printf("<table><tr><th>Phase</th><th>n</th><th>Median, ms</th>"
           "<th>95%% from</th><th>to</th><th>Min</th><th>Max</th>"
           "<th class=\"l\">Boots, from the shortest to the longest</th>"
           "</tr>\n");
    for (guint i = 0; i < sample->measures->len; i++) {
        put_measure(sample_measure(sample, i));
    }
    printf("</table>\n");
    put_sums(s);
}

static void print_stats_html(const StatsReport *r)
{
    put_head("Boot times");
    printf("<h1>Boot times</h1>\n");
    put_failed(r->opt->failed);
    for (guint i = 0; i < r->groups->len; i++) {
        put_stats(stats_group(r, i));
    }
    put_foot();
}

const StatsFormat stats_html = {
    .name = "html",
    .summary = "a page: a dot for each boot, the slowest lines",
    .print = print_stats_html,
};

/* ------------------------------------------------------------------ */
/* diff                                                                */

static void put_percent(double v)
{
    printf("<td>");
    print_number(v, 0, "%+.1f");
    printf("%s</td>", isfinite(v) ? "%" : "");
}

static const char *row_class(const Change *c)
{
    return c->outside || c->verdict == VERDICT_WITHIN ? ""
           : c->verdict == VERDICT_SLOWER             ? "slower"
                                                      : "maybe";
}

/* The measure of a side that a change is of. */
static const Measure *measure_of(const Sample *s, const Change *c)
{
    for (guint i = 0; i < s->measures->len; i++) {
        const Measure *m = sample_measure(s, i);

        if (!strcmp(m->name, c->name) &&
            !strcmp(measure_kind_name(m->kind), c->kind)) {
            return m;
        }
    }
    return NULL;
}

static void put_change(const Diff *d, const Change *c)
{
    printf("<tr class=\"%s\">", row_class(c));
    put_title(c->kind, c->name);
    put_ms(c->a.median);
    put_ms(c->b.median);
    put_ms(c->shift);
    put_percent(c->percent);
    put_percent(c->low_percent);
    put_percent(c->high_percent);
    printf("<td class=\"l\">%s</td>",
           c->outside ? "asynchronous" : verdict_name(c->verdict));
    put_strip(measure_of(d->a.sample, c), measure_of(d->b.sample, c));
    printf("</tr>\n");
}

static void put_findings(const Diff *d)
{
    for (guint i = 0; i < d->findings->len; i++) {
        const Finding *f = &g_array_index(d->findings, Finding, i);
        g_autofree char *title =
            measure_title(measure_kind_name(f->kind), f->name);

        printf("<p%s>", f->bad ? " class=\"bad\"" : "");
        put_escaped(title);
        printf(": in %u of %u boots of A, %u of %u of B</p>\n", f->a,
               d->a.sample->captures->len, f->b, d->b.sample->captures->len);
    }
}

static void put_changed_lines(const Diff *d)
{
    if (!d->lines->len || !d->opt.lines) {
        return;
    }
    printf("<h2>Lines that changed most</h2>\n<table><tr>"
           "<th class=\"l\">A, ms</th><th>B, ms</th><th>Shift, ms</th>"
           "<th class=\"l\">Line</th></tr>\n");
    for (guint i = 0; i < d->lines->len && i < (guint)d->opt.lines; i++) {
        const Change *c = &g_array_index(d->lines, Change, i);

        printf("<tr>");
        put_ms(c->a.median);
        put_ms(c->b.median);
        put_ms(c->shift);
        printf("<td class=\"t\">");
        put_escaped(c->name);
        printf("</td></tr>\n");
    }
    printf("</table>\n");
}

static void put_side(const char *name, const char *class, const Sample *s)
{
    printf("<p class=\"m\"><svg width=\"10\" height=\"10\" "
           "style=\"display:inline\"><circle class=\"%s\" cx=\"5\" cy=\"5\" "
           "r=\"4\"/></svg> %s: %u boot%s, ",
           class, name, s->captures->len, s->captures->len == 1 ? "" : "s");
    put_escaped(s->captures->len ? g_ptr_array_index(s->captures, 0) : "-");
    printf("%s</p>\n", s->captures->len > 1 ? " and so on" : "");
}

static void print_diff_html(const Diff *d)
{
    const char *class = d->verdict == VERDICT_SLOWER      ? "slower"
                        : d->verdict == VERDICT_UNDECIDED ? "maybe"
                                                          : "";
    g_autofree char *none = diff_no_verdict(d);

    put_head("Boot times compared");
    printf("<h1>Boot times compared</h1>\n");
    put_side("A", "a", d->a.sample);
    put_side("B", "b", d->b.sample);
    printf("<p class=\"v %s\"><b>%s</b>: %u of %u slower by more than %g%% and "
           "%g ms</p>\n",
           class, diff_verdict_name(d), d->slower, d->measures->len,
           d->opt.percent, d->opt.ignore_ms);
    if (none) {
        printf("<p>");
        put_escaped(none);
        printf("</p>\n");
    }
    put_findings(d);
    put_budgets(d->budgets);
    put_failed(d->opt.failed);
    printf("<table><tr><th>Phase</th><th>A, ms</th><th>B, ms</th>"
           "<th>Shift, ms</th><th>%%</th><th>from</th><th>to</th>"
           "<th class=\"l\">Verdict</th><th class=\"l\">A above, B below</th>"
           "</tr>\n");
    for (guint i = 0; i < d->measures->len; i++) {
        put_change(d, &g_array_index(d->measures, Change, i));
    }
    printf("</table>\n");
    put_changed_lines(d);
    put_foot();
}

const DiffFormat diff_html = {
    .name = "html",
    .summary = "a page: a dot for each boot, shifts, the lines that changed",
    .print = print_diff_html,
};
