/*
 * Two boots, or two sets of boots, side by side.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "align.h"
#include "diff.h"
#include "line-key.h"

/* A line of the side's first capture, and its times in all of them. */
typedef struct DiffLine {
    guint key;
    uint64_t place; /* of it and its occurrence: see align.h */
    GArray *deltas; /* double, ns */
    bool outside; /* a reset was before it */
} DiffLine;

/* What lines_merge() needs. */
typedef struct Taker {
    Diff *diff;
    DiffSide *side;
} Taker;

#define FORMAT_ROW(name) &diff_##name,
static const DiffFormat *const formats[] = { DIFF_FORMATS(FORMAT_ROW) };

/* ------------------------------------------------------------------ */
/* Reading                                                             */

static void diff_line_free(gpointer data)
{
    DiffLine *l = data;

    g_array_unref(l->deltas);
    g_free(l);
}

static void side_init(DiffSide *s, const DiffOptions *opt)
{
    s->sample = sample_new(opt->clock, opt->until);
    s->sample->controls = opt->controls;
    s->lines = g_ptr_array_new_with_free_func(diff_line_free);
    s->by_key = g_hash_table_new(place_hash, g_int64_equal);
    s->counts = g_hash_table_new(NULL, NULL);
}

static void side_clear(DiffSide *s)
{
    sample_free(s->sample);
    g_ptr_array_unref(s->lines);
    g_hash_table_unref(s->by_key);
    g_hash_table_unref(s->counts);
}

Diff *diff_new(const DiffOptions *options)
{
    Diff *d = g_new0(Diff, 1);

    d->opt = *options;
    side_init(&d->a, options);
    side_init(&d->b, options);
    d->ids = g_hash_table_new(g_str_hash, g_str_equal);
    d->texts = g_ptr_array_new_with_free_func(g_free);
    d->key = g_string_new(NULL);
    return d;
}

void diff_free(Diff *d)
{
    if (!d) {
        return;
    }
    side_clear(&d->a);
    side_clear(&d->b);
    g_hash_table_unref(d->ids);
    g_ptr_array_unref(d->texts);
    g_string_free(d->key, TRUE);
    g_clear_pointer(&d->measures, g_array_unref);
    g_clear_pointer(&d->findings, g_array_unref);
    g_clear_pointer(&d->budgets, g_array_unref);
    g_clear_pointer(&d->lines, g_array_unref);
    g_clear_pointer(&d->only, g_ptr_array_unref);
    g_free(d);
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
static guint count_key(DiffSide *s, guint key)
{
    gpointer at = GUINT_TO_POINTER(key);
    guint n = GPOINTER_TO_UINT(g_hash_table_lookup(s->counts, at));

    g_hash_table_insert(s->counts, at, GUINT_TO_POINTER(n + 1));
    return n;
}

/* Lines of one capture, on their way: keys one after the other, with NULs. */
typedef struct ReadLines {
    GString *keys, *key;
    GArray *lines; /* ReadLine */
    bool cut; /* there were more */
} ReadLines;

typedef struct ReadLine {
    uint64_t delta; /* ns */
    bool outside;
} ReadLine;

static void *lines_begin(void)
{
    ReadLines *r = g_new0(ReadLines, 1);

    r->keys = g_string_new(NULL);
    r->key = g_string_new(NULL);
    r->lines = g_array_new(FALSE, FALSE, sizeof(ReadLine));
    return r;
}

static void lines_discard(void *own)
{
    ReadLines *r = own;

    g_string_free(r->keys, TRUE);
    g_string_free(r->key, TRUE);
    g_array_unref(r->lines);
    g_free(r);
}

static void lines_line(void *own, const BootLine *line)
{
    ReadLines *r = own;
    ReadLine l = { line->delta, line->outside };

    if (r->lines->len >= DIFF_LINES_MAX) {
        r->cut = true;
        return;
    }
    make_line_key(r->key, line->line);
    g_string_append_len(r->keys, r->key->str, r->key->len + 1);
    g_array_append_val(r->lines, l);
}

static void take_line(const Taker *t, const char *text, const ReadLine *line,
                      guint capture)
{
    DiffSide *s = t->side;
    double value = line->delta;
    uint64_t place;
    DiffLine *l;
    guint key;

    g_string_assign(t->diff->key, text);
    key = key_id(t->diff);
    place = (uint64_t)key << 32 | count_key(s, key);
    l = g_hash_table_lookup(s->by_key, &place);
    if (!l && capture == 0) {
        l = g_new0(DiffLine, 1);
        l->key = key;
        l->deltas = g_array_new(FALSE, FALSE, sizeof(double));
        l->place = place;
        g_hash_table_insert(s->by_key, &l->place, l);
        g_ptr_array_add(s->lines, l);
    }
    if (l) {
        g_array_append_val(l->deltas, value);
        l->outside |= line->outside;
    }
}

static void lines_merge(void *data, void *own, guint capture)
{
    const Taker *t = data;
    ReadLines *r = own;
    const char *text = r->keys->str;

    g_hash_table_remove_all(t->side->counts);
    for (guint i = 0; i < r->lines->len; i++) {
        take_line(t, text, &g_array_index(r->lines, ReadLine, i), capture);
        text += strlen(text) + 1;
    }
    t->side->cut |= r->cut;
    lines_discard(r);
}

static const BootLineOps line_ops = { lines_begin, lines_line, lines_merge,
                                      lines_discard };

bool diff_add(Diff *d, bool to_b, const char *path)
{
    Taker t = { d, to_b ? &d->b : &d->a };

    if (to_b && d->a.sample->captures->len) {
        d->b.sample->clock = d->a.sample->clock;
    }
    return sample_add(t.side->sample, path, &line_ops, &t);
}

/* ------------------------------------------------------------------ */
/* What one side lacks                                                 */

/* Of @m of one side, which @a boots of A and @b of B have. */
static void add_finding(Diff *d, const Measure *m, guint a, guint b)
{
    MeasureKind kind = m->kind;
    Finding f = {
        .kind = kind, .name = m->name, .panic = m->panic, .a = a, .b = b
    };
    guint64 all_a = d->a.sample->captures->len;
    guint64 all_b = d->b.sample->captures->len;

    if (kind == MEASURE_MILESTONE) {
        /* It may be among what was dropped: then nobody can tell. */
        f.bad = f.panic ? b * all_a > (a + d->a.sample->gaps->len) * all_b
                        : (b + d->b.sample->gaps->len) * all_a < a * all_b;
    } else if (a && b) {
        return; /* a copy that some boots need not make */
    }
    if (a < all_a || b < all_b) {
        d->bad += f.bad;
        g_array_append_val(d->findings, f);
    }
}

static void find_lacking(Diff *d, MeasureKind kind, const GPtrArray *of_a,
                         const GPtrArray *of_b)
{
    for (guint i = 0; i < of_a->len; i++) {
        const Measure *a = g_ptr_array_index(of_a, i);
        const Measure *b = sample_find(d->b.sample, kind, a->name);

        if (a->kind == kind) {
            add_finding(d, a, a->values->len, b ? b->values->len : 0);
        }
    }
    for (guint i = 0; i < of_b->len; i++) {
        const Measure *b = g_ptr_array_index(of_b, i);

        if (b->kind == kind && !sample_find(d->a.sample, kind, b->name)) {
            add_finding(d, b, 0, b->values->len);
        }
    }
}

/* All of ab's may have failed. */
static bool has_boots(const Diff *d)
{
    return d->a.sample->captures->len && d->b.sample->captures->len;
}

/*
 * The milestone that was asked for is there in all of A, or no verdict is.
 * What was dropped may have it: then the verdict is that nobody can tell.
 */
static bool lacks_until(const Diff *d)
{
    const Sample *s = d->a.sample;
    g_autoptr(GArray) lacking = NULL;

    if (!d->opt.until) {
        return false;
    }
    lacking =
        sample_lacking(s, sample_find(s, MEASURE_MILESTONE, d->opt.until));
    return lacking->len > sample_count_unseen(s, lacking);
}

/* ------------------------------------------------------------------ */
/* Judging                                                             */

static bool is_cause(const Measure *m)
{
    return m->kind >= MEASURE_START && m->kind <= MEASURE_PROBE;
}

static void compare(Diff *d, const Measure *a, const Measure *b)
{
    Change c = { 0 };

    compare_measures(&c, a, b, &d->rule);
    g_array_append_val(d->measures, c);
}

/* What phases were spent on counts where all boots of both sides have it. */
static bool is_comparable(const Diff *d, const Measure *a, const Measure *b)
{
    return a && b &&
           (!is_cause(a) || (sample_is_complete(d->a.sample, a) &&
                             sample_is_complete(d->b.sample, b)));
}

static void compare_all(Diff *d)
{
    const Sample *of_a = d->a.sample, *of_b = d->b.sample;

    for (guint i = 0; i < of_a->measures->len; i++) {
        const Measure *a = sample_measure(of_a, i);
        const Measure *b = sample_find(of_b, a->kind, a->name);

        if (is_comparable(d, a, b)) {
            compare(d, a, b);
        }
    }
    /* What was too short for a row of A, and is not in B. */
    for (guint i = 0; i < of_b->measures->len; i++) {
        const Measure *b = sample_measure(of_b, i);
        const Measure *a = sample_find(of_a, b->kind, b->name);

        if (is_cause(b) && !g_ptr_array_find(of_a->measures, a, NULL) &&
            is_comparable(d, a, b)) {
            compare(d, a, b);
        }
    }
    compare_judge(d->measures, &d->rule);
}

static void count_verdicts(Diff *d)
{
    bool hopeless = false;

    for (guint i = 0; i < d->measures->len; i++) {
        const Change *c = &g_array_index(d->measures, Change, i);

        d->slower += c->verdict == VERDICT_SLOWER;
        if (c->verdict == VERDICT_UNDECIDED) {
            d->undecided++;
            d->boots = MAX(d->boots, c->boots);
            hopeless |= !c->boots;
        }
    }
    d->boots = hopeless ? 0 : d->boots;
    d->bad += budgets_count(d->budgets, BUDGET_BROKEN);
    d->dropped = d->a.sample->gaps->len + d->b.sample->gaps->len;
    d->verdict = d->slower || d->bad          ? VERDICT_SLOWER
                 : d->undecided || d->dropped ? VERDICT_UNDECIDED
                                              : VERDICT_WITHIN;
}

static void reset(Diff *d)
{
    g_clear_pointer(&d->measures, g_array_unref);
    g_clear_pointer(&d->findings, g_array_unref);
    g_clear_pointer(&d->budgets, g_array_unref);
    d->measures = changes_new();
    d->findings = g_array_new(FALSE, TRUE, sizeof(Finding));
    d->slower = d->undecided = d->bad = d->boots = 0;
}

Verdict diff_judge(Diff *d, double error)
{
    reset(d);
    d->rule = (CompareRule){
        .percent = d->opt.percent,
        .ignore_ns = d->opt.ignore_ms * 1e6,
        .error = error,
        .paired = d->opt.paired,
        .exact = d->a.sample->exact && d->b.sample->exact,
    };
    sample_finish(d->a.sample, NULL);
    sample_finish(d->b.sample, d->a.sample->end);
    d->trouble = !has_boots(d) || lacks_until(d);
    find_lacking(d, MEASURE_MILESTONE, d->a.sample->milestones,
                 d->b.sample->milestones);
    for (MeasureKind kind = MEASURE_COPY; kind < MEASURE_MILESTONE; kind++) {
        find_lacking(d, kind, d->a.sample->measures, d->b.sample->measures);
    }
    compare_all(d);
    d->budgets = budgets_check(d->opt.budgets, d->b.sample);
    count_verdicts(d);
    return d->verdict;
}

guint diff_boots_to_tell(const Diff *d)
{
    return d->boots;
}

/* ------------------------------------------------------------------ */
/* Lines                                                               */

/* Changes of lines that are worth a row, by size. */
static int by_change(gconstpointer x, gconstpointer y)
{
    const Change *a = x, *b = y;
    double m = fabs(a->shift), n = fabs(b->shift);

    return m != n ? (m < n ? 1 : -1) : strcmp(a->name, b->name);
}

static guint *keys_of(const DiffSide *s)
{
    guint *keys = g_new(guint, s->lines->len + 1);

    for (guint i = 0; i < s->lines->len; i++) {
        keys[i] = ((DiffLine *)g_ptr_array_index(s->lines, i))->key;
    }
    return keys;
}

/* Is a line's change worth a row?  Where so few boots can tell, by chance. */
static bool is_notable(const Change *c, const CompareRule *rule)
{
    bool testable = 2 * c->test.least < COMPARE_ERROR;

    return fabs(c->shift) > rule->ignore_ns &&
           !(fabs(c->percent) <= rule->percent) &&
           (rule->exact || !testable || c->test.two_sided < COMPARE_ERROR);
}

/* All of both sides are nearer than what is ignored: no test is needed. */
static bool is_quiet(const GArray *a, const GArray *b, double ignore_ns)
{
    double low = INFINITY, high = -INFINITY;

    for (guint i = 0; i < a->len + b->len; i++) {
        double v = i < a->len ? g_array_index(a, double, i)
                              : g_array_index(b, double, i - a->len);

        low = MIN(low, v);
        high = MAX(high, v);
    }
    return high - low <= ignore_ns;
}

static void compare_pair(Diff *d, guint i, guint j)
{
    const DiffLine *a = g_ptr_array_index(d->a.lines, i);
    const DiffLine *b = g_ptr_array_index(d->b.lines, j);
    CompareRule rule = d->rule;
    Change c = { .kind = "line" };

    rule.paired = false;
    c.outside = rule.exact && (a->outside || b->outside);
    d->lines_exact += !c.outside;
    if (!rule.exact && is_quiet(a->deltas, b->deltas, rule.ignore_ns)) {
        return;
    }
    c.name = g_ptr_array_index(d->texts, a->key - 1);
    compare_values(&c, a->deltas, b->deltas, &rule);
    c.p = rule.exact ? NAN : c.test.two_sided;
    d->lines_differ += !c.outside && (c.a.min != c.b.min ||
                                      c.a.max != c.b.max || c.shift != 0);
    if (is_notable(&c, &rule)) {
        g_array_append_val(d->lines, c);
    }
}

static void add_only(Diff *d, const char *side, guint key)
{
    const char *text = g_ptr_array_index(d->texts, key - 1);

    g_ptr_array_add(d->only, g_strdup_printf("%s %s", side, text));
}

/*
 * Lines before @*end_a and @*end_b can be on one side alone.  Behind the last
 * that both have, those of one side are where the other may have dropped them.
 */
static void find_ends(const Diff *d, const int *match, guint *end_a,
                      guint *end_b)
{
    guint i = d->a.lines->len;

    while (i && match[i - 1] < 0) {
        i--;
    }
    *end_a = sample_has_gap(d->b.sample, 0) ? i : d->a.lines->len;
    *end_b = d->b.lines->len;
    if (sample_has_gap(d->a.sample, 0)) {
        *end_b = i ? match[i - 1] + 1 : 0;
    }
}

/* What diff(1) would print: "- text" and "+ text" in their order. */
static void compare_lines(Diff *d)
{
    g_autofree guint *a = keys_of(&d->a), *b = keys_of(&d->b);
    g_autofree int *match = g_new(int, d->a.lines->len + 1);
    guint j = 0, end_a, end_b;

    d->lines = changes_new();
    d->only = g_ptr_array_new_with_free_func(g_free);
    align_sequences(a, d->a.lines->len, b, d->b.lines->len, match);
    find_ends(d, match, &end_a, &end_b);
    d->unseen = d->a.lines->len - end_a + d->b.lines->len - end_b;
    for (guint i = 0; i <= end_a; i++) {
        bool end = i == end_a;
        guint to = end ? end_b : match[i] >= 0 ? (guint)match[i] : j;

        for (; j < to; j++) {
            add_only(d, "+", b[j]);
        }
        if (end) {
            break;
        }
        if (match[i] < 0) {
            add_only(d, "-", a[i]);
        } else {
            compare_pair(d, i, j++);
        }
    }
    g_array_sort(d->lines, by_change);
}

/* ------------------------------------------------------------------ */
/* The report                                                          */

static int undecided_status(const DiffOptions *opt)
{
    if (opt->undecided == UNDECIDED_PASS) {
        return EXIT_SUCCESS;
    }
    if (opt->undecided == UNDECIDED_FAIL) {
        return EXIT_FAILURE;
    }
    return opt->bisect ? EXIT_SKIP : EXIT_UNDECIDED;
}

static int diff_status(const Diff *d)
{
    if (d->trouble) {
        return d->opt.bisect ? EXIT_SKIP : EXIT_TROUBLE;
    }
    if (d->verdict == VERDICT_SLOWER) {
        return EXIT_FAILURE;
    }
    return d->verdict == VERDICT_WITHIN ? EXIT_SUCCESS
                                        : undecided_status(&d->opt);
}

int diff_print(Diff *d, int failed)
{
    d->status = failed ? failed : diff_status(d);
    compare_lines(d);
    (d->opt.format ? d->opt.format : formats[0])->print(d);
    return d->status;
}

void print_diff_formats(FILE *to)
{
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        fprintf(to, "%-24s %s\n", formats[i]->name, formats[i]->summary);
    }
}

bool parse_diff_format(const char *name, const DiffFormat **format)
{
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (!name || !strcmp(name, formats[i]->name)) {
            *format = formats[i];
            return true;
        }
    }
    return false;
}

bool parse_undecided(const char *name, UndecidedIs *undecided)
{
    *undecided = !name                   ? UNDECIDED_ITSELF
                 : !strcmp(name, "pass") ? UNDECIDED_PASS
                                         : UNDECIDED_FAIL;
    return !name || !strcmp(name, "pass") || !strcmp(name, "fail");
}

/* Pairs are made by number, so both sides must have the same. */
static bool check_pairs(const Diff *d)
{
    guint a = d->a.sample->captures->len, b = d->b.sample->captures->len;

    if (d->opt.paired && a != b) {
        fail("diff", "--paired: A has %u capture%s and B has %u", a,
             a == 1 ? "" : "s", b);
        return false;
    }
    return true;
}

int print_diff(const char *a, const char *b, const DiffOptions *options)
{
    g_autoptr(Diff) d = diff_new(options);

    if (!diff_add(d, false, a) || !diff_add(d, true, b) || !check_pairs(d)) {
        return options->bisect ? EXIT_SKIP : EXIT_TROUBLE;
    }
    diff_judge(d, COMPARE_ERROR);
    return diff_print(d, EXIT_SUCCESS);
}
