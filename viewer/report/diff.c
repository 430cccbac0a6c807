/*
 * Two boots, or two sets of boots, side by side.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "align.h"
#include "diff.h"
#include "line-key.h"
#include "sample.h"
#include "stats.h"
#include "viewer/common/json-out.h"

/* Lines of a capture that are compared. */
#define LINES_MAX 65536
#define SIGNIFICANT 0.05

/* A line of the side's first capture, and its times in all of them. */
typedef struct DiffLine {
    guint key;
    GArray *deltas; /* double, ns */
    bool outside; /* a reset was before it */
} DiffLine;

typedef struct Side {
    Sample *sample;
    GPtrArray *lines; /* DiffLine *, in the first capture's order */
    GHashTable *by_key; /* key and occurrence -> DiffLine */
    GHashTable *counts; /* key -> occurrences in the capture being read */
    guint capture, taken;
    bool cut;
} Side;

typedef struct Diff {
    Side a, b;
    GHashTable *ids; /* text -> number, from 1 */
    GPtrArray *texts;
    GString *key;
    bool exact; /* by a clock that counts instructions */
    guint lines, lines_differ; /* of both sides, what the guest decided */
} Diff;

/* What take_line() needs. */
typedef struct Taker {
    Diff *diff;
    Side *side;
} Taker;

/* One comparison. */
typedef struct Change {
    const char *kind, *name;
    StatsSummary a, b;
    double change; /* of the means, ns */
    double percent; /* of A; NAN: A is 0 */
    double p; /* NAN: no test can be made */
    bool slower; /* beyond the threshold, and no chance */
    bool outside; /* QEMU's main loop decided: does not count */
} Change;

static const DiffOptions *opt;

/* ------------------------------------------------------------------ */
/* Reading                                                             */

static void diff_line_free(gpointer data)
{
    DiffLine *l = data;

    g_array_unref(l->deltas);
    g_free(l);
}

/* A place is a key in the upper half and a count, mostly 0, in the lower. */
static guint place_hash(gconstpointer place)
{
    guintptr n = (guintptr)place;

    return (guint)(n >> 32) * 2654435761u ^ (guint)n;
}

static void side_init(Side *s, ClockChoice clock)
{
    s->sample = sample_new(clock, opt->until);
    s->lines = g_ptr_array_new_with_free_func(diff_line_free);
    s->by_key = g_hash_table_new(place_hash, NULL);
    s->counts = g_hash_table_new(NULL, NULL);
}

static void side_clear(Side *s)
{
    sample_free(s->sample);
    g_ptr_array_unref(s->lines);
    g_hash_table_unref(s->by_key);
    g_hash_table_unref(s->counts);
}

static guint key_id(Diff *d)
{
    guint id = GPOINTER_TO_UINT(g_hash_table_lookup(d->ids, d->key->str));

    if (!id) {
        char *text = g_strdup(d->key->str);

        g_ptr_array_add(d->texts, text);
        id = d->texts->len;
        g_hash_table_insert(d->ids, text, GUINT_TO_POINTER(id));
    }
    return id;
}

/* How often @key came in this capture before. */
static guint count_key(Side *s, guint key)
{
    gpointer at = GUINT_TO_POINTER(key);
    guint n = GPOINTER_TO_UINT(g_hash_table_lookup(s->counts, at));

    g_hash_table_insert(s->counts, at, GUINT_TO_POINTER(n + 1));
    return n;
}

static void take_line(void *data, guint capture, const CaptureLine *line,
                      uint64_t delta, bool outside)
{
    Taker *t = data;
    Side *s = t->side;
    double value = delta;
    gpointer place;
    DiffLine *l;
    guint key;

    if (capture != s->capture) {
        s->capture = capture;
        s->taken = 0;
        g_hash_table_remove_all(s->counts);
    }
    if (s->taken++ >= LINES_MAX) {
        s->cut = true;
        return;
    }
    make_line_key(t->diff->key, line);
    key = key_id(t->diff);
    place = (gpointer)((guintptr)key << 32 | count_key(s, key));
    l = g_hash_table_lookup(s->by_key, place);
    if (!l && capture == 0) {
        l = g_new0(DiffLine, 1);
        l->key = key;
        l->deltas = g_array_new(FALSE, FALSE, sizeof(double));
        g_hash_table_insert(s->by_key, place, l);
        g_ptr_array_add(s->lines, l);
    }
    if (l) {
        g_array_append_val(l->deltas, value);
        l->outside |= outside;
    }
}

/* ------------------------------------------------------------------ */
/* Comparing                                                           */

static void compare(Change *c, const GArray *a, const GArray *b)
{
    StatsTest test;

    stats_summarise((double *)(void *)a->data, a->len, &c->a);
    stats_summarise((double *)(void *)b->data, b->len, &c->b);
    c->change = c->b.mean - c->a.mean;
    c->percent = c->a.mean > 0 ? 100 * c->change / c->a.mean : NAN;
    stats_welch(&c->a, &c->b, &test);
    c->p = test.p;
}

/* More than the threshold; from nothing to something is more than any. */
static bool over(const Change *c)
{
    return c->change > opt->ignore_ms * 1e6 &&
           (isnan(c->percent) || c->percent > opt->percent);
}

static bool by_chance(const Change *c)
{
    return !isnan(c->p) && c->p >= SIGNIFICANT;
}

/* Anything at all, of what the guest decided. */
static bool differs(const Change *c)
{
    return !c->outside &&
           (c->a.min != c->b.min || c->a.max != c->b.max || c->change != 0);
}

/* Phases, copies and the total of both sides; those of one side alone too. */
static GArray *compare_measures(const Diff *d)
{
    GArray *changes = g_array_new(FALSE, TRUE, sizeof(Change));
    g_autoptr(GArray) p = g_array_new(FALSE, FALSE, sizeof(double));

    for (guint i = 0; i < d->a.sample->measures->len; i++) {
        const Measure *a = sample_measure(d->a.sample, i);
        const Measure *b = sample_find(d->b.sample, a->kind, a->name);
        Change c = { .kind = measure_kind_name(a->kind), .name = a->name };

        if (b) {
            compare(&c, a->values, b->values);
            c.outside = d->exact && (a->outside || b->outside);
            g_array_append_val(changes, c);
            if (!c.outside) {
                g_array_append_val(p, c.p);
            }
        }
    }
    stats_holm((double *)(void *)p->data, p->len);
    for (guint i = 0, j = 0; i < changes->len; i++) {
        Change *c = &g_array_index(changes, Change, i);

        if (!c->outside) {
            c->p = g_array_index(p, double, j++);
            c->slower = over(c) && !by_chance(c);
        }
    }
    return changes;
}

/* Changes of lines that are worth a row, by size; @sign 1: slower. */
static int by_change(gconstpointer x, gconstpointer y)
{
    const Change *a = x, *b = y;
    double m = fabs(a->change), n = fabs(b->change);

    return m != n ? (m < n ? 1 : -1) : strcmp(a->name, b->name);
}

static guint *keys_of(const Side *s)
{
    guint *keys = g_new(guint, s->lines->len + 1);

    for (guint i = 0; i < s->lines->len; i++) {
        keys[i] = ((DiffLine *)g_ptr_array_index(s->lines, i))->key;
    }
    return keys;
}

static void compare_pair(Diff *d, guint i, guint j, GArray *changes)
{
    const DiffLine *a = g_ptr_array_index(d->a.lines, i);
    const DiffLine *b = g_ptr_array_index(d->b.lines, j);
    Change c = { .kind = "line" };

    c.name = g_ptr_array_index(d->texts, a->key - 1);
    compare(&c, a->deltas, b->deltas);
    c.outside = d->exact && (a->outside || b->outside);
    d->lines += !c.outside;
    d->lines_differ += differs(&c);
    if (fabs(c.change) > opt->ignore_ms * 1e6 && !by_chance(&c) &&
        !(fabs(c.percent) <= opt->percent)) {
        g_array_append_val(changes, c);
    }
}

/* What diff would print: "-text" and "+text" in their order. */
static GArray *compare_lines(Diff *d, GPtrArray *only)
{
    GArray *changes = g_array_new(FALSE, TRUE, sizeof(Change));
    g_autofree guint *a = keys_of(&d->a), *b = keys_of(&d->b);
    g_autofree int *match = g_new(int, d->a.lines->len + 1);
    guint j = 0;

    align_sequences(a, d->a.lines->len, b, d->b.lines->len, match);
    for (guint i = 0; i <= d->a.lines->len; i++) {
        bool end = i == d->a.lines->len;
        guint to = end ? d->b.lines->len : match[i] >= 0 ? (guint)match[i] : j;

        for (; j < to; j++) {
            g_ptr_array_add(only,
                            g_strdup_printf("+ %s", (char *)g_ptr_array_index(
                                                        d->texts, b[j] - 1)));
        }
        if (end) {
            break;
        }
        if (match[i] < 0) {
            g_ptr_array_add(only,
                            g_strdup_printf("- %s", (char *)g_ptr_array_index(
                                                        d->texts, a[i] - 1)));
        } else {
            compare_pair(d, i, j++, changes);
        }
    }
    g_array_sort(changes, by_change);
    return changes;
}

/* ------------------------------------------------------------------ */
/* Text                                                                */

static void print_number(double v, int width, const char *format)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    printf(" %*s", width,
           isnan(v) ? "-" : g_ascii_formatd(text, sizeof(text), format, v));
}

/* Milliseconds, by an exact clock with all their digits. */
static void print_ms(const Diff *d, double ns, const char *sign)
{
    g_autofree char *format =
        g_strdup_printf("%%%s.%df", sign, d->exact ? 6 : 3);

    print_number(ns / 1e6, d->exact ? 13 : 10, format);
}

static void print_change(const Diff *d, const Change *c, bool name_last)
{
    const char *mark = c->outside ? "  outside" : c->slower ? "  SLOWER" : "";
    g_autofree char *name = g_strcmp0(c->kind, "copy")
                                ? g_strdup(c->name)
                                : g_strdup_printf("copy of %s", c->name);

    if (!name_last) {
        printf("%-26s", name);
    }
    print_ms(d, c->a.mean, "");
    print_ms(d, c->b.mean, "");
    print_ms(d, c->change, "+");
    print_number(c->percent, 8, "%+.1f");
    print_number(c->p, 7, "%.4f");
    if (name_last) {
        printf("  %s%s\n", name, c->outside ? " (outside)" : "");
    } else {
        printf("%s\n", mark);
    }
}

/* "A", "B", "Change" and so on over these columns. */
static void print_heads(const Diff *d, int first)
{
    int width = d->exact ? 13 : 10;

    printf("%*s %*s %*s %8s %7s\n", width + first, "A", width, "B", width,
           "Change", "%", "p");
}

static void print_lines(const Diff *d, const GArray *changes, int sign,
                        const char *title)
{
    int shown = 0;

    for (guint i = 0; i < changes->len && shown < opt->lines; i++) {
        const Change *c = &g_array_index(changes, Change, i);

        if (c->change * sign > 0) {
            if (!shown++) {
                printf("\n%s\n", title);
                print_heads(d, 1);
            }
            print_change(d, c, true);
        }
    }
}

static void print_only(const GPtrArray *only)
{
    if (!only->len || !opt->lines) {
        return;
    }
    printf("\nLines of one side alone (- A, + B): %u\n", only->len);
    for (guint i = 0; i < only->len && i < (guint)opt->lines; i++) {
        printf("%s\n", (char *)g_ptr_array_index(only, i));
    }
}

static void print_missing(const Sample *from, const Sample *in,
                          const char *side)
{
    for (guint i = 0; i < from->measures->len; i++) {
        const Measure *m = sample_measure(from, i);

        if (!sample_find(in, m->kind, m->name)) {
            printf("%s alone has the %s %s\n", side, measure_kind_name(m->kind),
                   m->name);
        }
    }
}

static guint count_missing(const Sample *from, const Sample *in)
{
    guint n = 0;

    for (guint i = 0; i < from->measures->len; i++) {
        const Measure *m = sample_measure(from, i);

        n += !sample_find(in, m->kind, m->name);
    }
    return n;
}

/* How many of the measures that the guest decides differ, or are missing. */
static guint measures_differ(const Diff *d, const GArray *measures,
                             guint *compared)
{
    guint n = count_missing(d->a.sample, d->b.sample) +
              count_missing(d->b.sample, d->a.sample);

    *compared = n;
    for (guint i = 0; i < measures->len; i++) {
        const Change *c = &g_array_index(measures, Change, i);

        *compared += !c->outside;
        n += differs(c);
    }
    return n;
}

static void print_exactly(const Diff *d, const GArray *measures,
                          const GPtrArray *only)
{
    guint compared;
    guint n = measures_differ(d, measures, &compared);

    if (!d->exact) {
        return;
    }
    printf("\noutside: QEMU's main loop beside the guest decided when; "
           "does not count\n");
    printf("the guest, to the nanosecond: %u of %u phases and copies differ, "
           "%u of %u lines\n",
           n, compared, d->lines_differ + only->len, d->lines + only->len);
}

static void print_verdict(const Diff *d, guint slower)
{
    bool tested =
        d->a.sample->captures->len > 1 && d->b.sample->captures->len > 1;

    printf("\n%s: %u slower by more than %g%% and %g ms%s\n",
           slower ? "over" : "within", slower, opt->percent, opt->ignore_ms,
           d->exact ? ""
           : tested ? ", p < 0.05 (Welch, Holm)"
                    : "; several captures a side would tell chance");
    if (d->a.cut || d->b.cut) {
        printf("only the first %d lines of a capture were compared\n",
               LINES_MAX);
    }
}

static void print_side(const char *name, const Sample *s)
{
    printf("%s: ", name);
    print_path(g_ptr_array_index(s->captures, 0));
    if (s->captures->len > 1) {
        printf(" and %u more", s->captures->len - 1);
    }
    printf("\n");
}

static void print_text(const Diff *d, const GArray *measures,
                       const GArray *lines, const GPtrArray *only, guint slower)
{
    print_side("A", d->a.sample);
    print_side("B", d->b.sample);
    printf("\n%-26s ", "Mean, ms");
    print_heads(d, 0);
    for (guint i = 0; i < measures->len; i++) {
        print_change(d, &g_array_index(measures, Change, i), false);
    }
    print_missing(d->a.sample, d->b.sample, "A");
    print_missing(d->b.sample, d->a.sample, "B");
    print_lines(d, lines, 1, "Slower lines (time since the line before)");
    print_lines(d, lines, -1, "Faster lines");
    print_only(only);
    print_exactly(d, measures, only);
    print_verdict(d, slower);
}

/* ------------------------------------------------------------------ */
/* JSON                                                                */

static void put_changes(JsonOut *j, const char *name, const GArray *changes)
{
    json_builder_set_member_name(j->builder, name);
    json_builder_begin_array(j->builder);
    for (guint i = 0; i < changes->len; i++) {
        const Change *c = &g_array_index(changes, Change, i);

        json_builder_begin_object(j->builder);
        json_out_string(j, "kind", c->kind);
        json_out_string(j, "name", c->name);
        json_out_int(j, "n_a", c->a.n);
        json_out_int(j, "n_b", c->b.n);
        json_out_double(j, "mean_a_ns", c->a.mean);
        json_out_double(j, "mean_b_ns", c->b.mean);
        json_out_double(j, "change_ns", c->change);
        json_out_double(j, "percent", c->percent);
        json_out_double(j, "p", c->p);
        json_out_bool(j, "slower", c->slower);
        json_out_bool(j, "outside", c->outside);
        json_builder_end_object(j->builder);
    }
    json_builder_end_array(j->builder);
}

static void print_json(const Diff *d, const GArray *measures,
                       const GArray *lines, const GPtrArray *only, guint slower)
{
    JsonOut *j = json_out_new();
    guint compared;
    guint n = measures_differ(d, measures, &compared);

    json_builder_begin_object(json_out_begin(j));
    json_out_string(j, "schema", "bootstamp-diff");
    json_out_int(j, "version", 1);
    json_out_bool(j, "within", !slower);
    json_out_bool(j, "exact", d->exact);
    if (d->exact) {
        json_out_int(j, "measures_differ", n);
        json_out_int(j, "lines_differ", d->lines_differ + only->len);
    }
    put_changes(j, "measures", measures);
    put_changes(j, "lines", lines);
    json_builder_set_member_name(j->builder, "one_side");
    json_builder_begin_array(j->builder);
    for (guint i = 0; i < only->len; i++) {
        json_builder_add_string_value(j->builder, g_ptr_array_index(only, i));
    }
    json_builder_end_array(j->builder);
    json_builder_end_object(j->builder);
    json_out_end(j, stdout, "\n");
    json_out_free(j);
}

/* ------------------------------------------------------------------ */
/* The report                                                          */

static int report(Diff *d)
{
    g_autoptr(GPtrArray) only = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) measures = NULL, lines = NULL;
    guint slower = 0;

    d->exact = d->a.sample->exact && d->b.sample->exact;
    measures = compare_measures(d);
    lines = compare_lines(d, only);
    for (guint i = 0; i < measures->len; i++) {
        slower += g_array_index(measures, Change, i).slower;
    }
    if (opt->format == DIFF_JSON) {
        print_json(d, measures, lines, only, slower);
    } else {
        print_text(d, measures, lines, only, slower);
    }
    return slower ? EXIT_FAILURE : EXIT_SUCCESS;
}

bool parse_diff_format(const char *name, DiffFormat *format)
{
    if (!name || !strcmp(name, "text")) {
        *format = DIFF_TEXT;
    } else if (!strcmp(name, "json")) {
        *format = DIFF_JSON;
    } else {
        return false;
    }
    return true;
}

int print_diff(const char *a, const char *b, const DiffOptions *options)
{
    Diff d = { 0 };
    Taker to_a = { &d, &d.a }, to_b = { &d, &d.b };
    int status = EXIT_TROUBLE;

    opt = options;
    side_init(&d.a, options->clock);
    side_init(&d.b, options->clock);
    d.ids = g_hash_table_new(g_str_hash, g_str_equal);
    d.texts = g_ptr_array_new_with_free_func(g_free);
    d.key = g_string_new(NULL);
    if (sample_add(d.a.sample, a, take_line, &to_a)) {
        d.b.sample->clock = d.a.sample->clock;
        if (sample_add(d.b.sample, b, take_line, &to_b)) {
            status = report(&d);
        }
    }
    side_clear(&d.a);
    side_clear(&d.b);
    g_hash_table_unref(d.ids);
    g_ptr_array_unref(d.texts);
    g_string_free(d.key, TRUE);
    return status;
}
