/*
 * Many boots side by side.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "boot-data.h"
#include "capture/kinds.h"
#include "capture/patterns.h"
#include "sample.h"
#include "viewer/common/loss.h"

/* A copy of less is over before it could tell anything; so are reads. */
#define COPY_BYTES_MIN 65536

/* Likewise: stages of QEMU's start, talking, and initcalls, that never took as long in any boot. */
#define START_NS_MIN 1e6
#define TALK_NS_MIN 1e6
#define INITCALL_NS_MIN 1e7

/* Rows of this kind: a guest may print what it likes. */
#define CAUSES_MAX 64

static void measure_free(Measure *m)
{
    g_free(m->name);
    g_array_unref(m->values);
    g_array_unref(m->captures);
    g_free(m);
}

static void free_list(MeasureList *list)
{
    Measure *next;

    for (Measure *m = list->first; m; m = next) {
        next = m->next;
        measure_free(m);
    }
}

/* Behind @before, or first. */
static void insert_measure(MeasureList *list, Measure *before, Measure *m)
{
    Measure **link = before ? &before->next : &list->first;

    m->next = *link;
    *link = m;
    if (!m->next) {
        list->last = m;
    }
}

static void append_list(GPtrArray *all, const MeasureList *list)
{
    for (Measure *m = list->first; m; m = m->next) {
        g_ptr_array_add(all, m);
    }
}

Sample *sample_new(ClockChoice clock, const char *until)
{
    Sample *s = g_new0(Sample, 1);

    s->captures = g_ptr_array_new_with_free_func(g_free);
    s->measures = g_ptr_array_new();
    s->milestones = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(s->by_name); i++) {
        s->by_name[i] = g_hash_table_new(g_str_hash, g_str_equal);
    }
    s->clock = clock == CLOCK_CPU ? CLOCK_HOST : clock;
    s->cpu = clock == CLOCK_CPU;
    s->gaps = g_array_new(FALSE, FALSE, sizeof(guint));
    s->losses = g_array_new(FALSE, FALSE, sizeof(SampleLoss));
    s->disturbed = g_array_new(FALSE, FALSE, sizeof(Disturbed));
    s->until = g_strdup(until);
    return s;
}

void sample_free(Sample *s)
{
    if (!s) {
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(s->by_name); i++) {
        g_hash_table_unref(s->by_name[i]);
    }
    g_ptr_array_unref(s->captures);
    g_ptr_array_unref(s->measures);
    g_ptr_array_unref(s->milestones);
    free_list(&s->phases);
    free_list(&s->copies);
    free_list(&s->reached);
    free_list(&s->causes);
    g_array_unref(s->disturbed);
    g_array_unref(s->losses);
    g_array_unref(s->gaps);
    g_clear_pointer(&s->total, measure_free);
    g_free(s->until);
    g_free(s->end);
    g_free(s);
}

const Measure *sample_measure(const Sample *s, guint i)
{
    return g_ptr_array_index(s->measures, i);
}

const Measure *sample_find(const Sample *s, MeasureKind kind, const char *name)
{
    return kind == MEASURE_TOTAL ? s->total
                                 : g_hash_table_lookup(s->by_name[kind], name);
}

static Measure *measure_new(MeasureKind kind, const char *name)
{
    Measure *m = g_new0(Measure, 1);

    m->kind = kind;
    m->name = g_strdup(name);
    m->values = g_array_new(FALSE, FALSE, sizeof(double));
    m->captures = g_array_new(FALSE, FALSE, sizeof(guint));
    return m;
}

static void append_value(Measure *m, guint capture, double ns, bool outside)
{
    g_array_append_val(m->values, ns);
    g_array_append_val(m->captures, capture);
    m->outside |= outside;
}

/*
 * Adds a value of the capture being read to a measure.  One that is new comes
 * into @all behind @before, or first (NULL).
 */
static Measure *add_value(Sample *s, MeasureList *all, MeasureKind kind,
                          const char *name, Measure *before, uint64_t ns,
                          bool outside)
{
    Measure *m = g_hash_table_lookup(s->by_name[kind], name);

    if (!m) {
        m = measure_new(kind, name);
        insert_measure(all, before, m);
        g_hash_table_insert(s->by_name[kind], m->name, m);
    }
    append_value(m, s->captures->len - 1, ns, outside);
    return m;
}

/*
 * QEMU was told to end by a signal, its monitor or its window: when that came
 * is not the guest's doing.
 */
static bool is_host_end(const CaptureMilestone *p)
{
    return p->milestone == CAPTURE_MS_SHUTDOWN &&
           g_str_has_prefix(p->detail, "host-");
}

/* How many of the milestones are of the boot itself. */
static guint count_guests(const CaptureMilestones *phases)
{
    guint n = capture_milestones_count(phases);

    for (guint i = 0; i < n; i++) {
        if (is_host_end(capture_milestones_get(phases, i))) {
            return i;
        }
    }
    return n;
}

/* From @start to @end by the sample's clock, ns. */
static uint64_t duration(const Sample *s, const BootData *b, uint64_t start,
                         uint64_t end)
{
    if (s->cpu) {
        return capture_vcpus_between(b->vcpus, start, end).cpu;
    }
    return end > start ? end - start : 0;
}

static void handle_phases(Sample *s, const BootData *b)
{
    g_autoptr(GArray) spans = boot_data_spans(b);
    g_autoptr(GPtrArray) names = phase_names(b->phases);
    guint n = count_guests(b->phases);
    Measure *phase = NULL, *milestone = NULL;

    for (guint i = 0; i < n; i++) {
        const CaptureMilestone *p = capture_milestones_get(b->phases, i);
        const PhaseSpan *span =
            i < spans->len ? &g_array_index(spans, PhaseSpan, i) : NULL;
        const char *name = g_ptr_array_index(names, i);

        if (p->time > b->seen) {
            break; /* an earlier one of that name may have been dropped */
        }
        milestone =
            add_value(s, &s->reached, MEASURE_MILESTONE, name, milestone,
                      duration(s, b, b->start, p->time), p->outside || p->boot);
        milestone->panic = p->milestone == CAPTURE_MS_PANIC;
        if (s->until && !strcmp(name, s->until)) {
            break;
        }
        if (span && i + 1 < n && span->end <= b->seen) {
            phase = add_value(s, &s->phases, MEASURE_PHASE, span->name, phase,
                              duration(s, b, span->start, span->end),
                              span->outside);
        }
    }
}

static void handle_copies(Sample *s, const BootData *b)
{
    Measure *before = s->copies.last;

    for (guint i = 0; i < capture_copies_count(b->copies); i++) {
        const CaptureCopy *c = capture_copies_get(b->copies, i);
        g_autoptr(GString) name = g_string_new(NULL);

        if (c->bytes >= COPY_BYTES_MIN) {
            append_visible(name, c->name, strlen(c->name), false);
            before = add_value(s, &s->copies, MEASURE_COPY, name->str, before,
                               s->cpu ? duration(s, b, c->first, c->last)
                                      : c->active_ns,
                               false);
        }
    }
}

/* What comes several times in a boot adds up: a device that is probed again. */
static void add_cause(Sample *s, MeasureKind kind, const char *name,
                      uint64_t ns)
{
    g_autoptr(GString) shown = g_string_new(NULL);
    Measure *m;
    guint last;

    append_visible(shown, name, strlen(name), false);
    m = g_hash_table_lookup(s->by_name[kind], shown->str);
    last = m ? m->values->len - 1 : 0;
    if (m && g_array_index(m->captures, guint, last) == s->captures->len - 1) {
        g_array_index(m->values, double, last) += ns;
    } else {
        add_value(s, &s->causes, kind, shown->str, NULL, ns, false);
    }
}

/*
 * A stage is what led to its event.  Where there are but the first and the last
 * event, the one stage is the phase Start.
 */
static void handle_start(Sample *s, const BootData *b)
{
    for (guint i = 1; !s->cpu && !s->virtual_clock && b->stages.count > 2 &&
                      i < b->stages.count;
         i++) {
        const StartStage *stage = &b->stages.stages[i];

        add_cause(s, MEASURE_START, capture_vm_text(stage->event),
                  stage->time - stage[-1].time);
    }
}

/* QEMU's counters are the host's: no other clock tells when they moved. */
static void handle_disks(Sample *s, const BootData *b)
{
    for (guint i = 0; i < capture_disks_count(b->disks); i++) {
        const CaptureDiskReads *d = capture_disks_get(b->disks, i);

        if (!s->cpu && !s->virtual_clock && d->total.bytes >= COPY_BYTES_MIN) {
            add_cause(s, MEASURE_DISK, d->name, d->total.active_ns);
        }
    }
}

static void handle_talk(Sample *s, const BootData *b)
{
    for (int i = 0; !s->cpu && i < b->names.count; i++) {
        CaptureTalkUse use = capture_talk_total(b->talk, i);
        g_autofree char *tag = stream_tag(&b->names, i);

        if (use.bytes) {
            add_cause(s, MEASURE_TALK, tag, use.talk_ns);
        }
    }
}

static void handle_initcalls(Sample *s, const BootData *b)
{
    guint n = capture_initcalls_count(b->initcalls);

    for (guint i = 0; i < n; i++) {
        const CaptureInitcall *c = capture_initcalls_get(b->initcalls, i);

        add_cause(
            s, c->kind == CAPTURE_INITCALL ? MEASURE_INITCALL : MEASURE_PROBE,
            c->name, duration(s, b, c->start, c->end));
    }
}

static gint by_number(gconstpointer a, gconstpointer b)
{
    guint x = *(const guint *)a, y = *(const guint *)b;

    return x < y ? -1 : x > y;
}

bool sample_has_gap(const Sample *s, guint capture)
{
    return g_array_binary_search(s->gaps, &capture, by_number, NULL);
}

guint sample_count_unseen(const Sample *s, const GArray *lacking)
{
    guint n = 0;

    for (guint i = 0; i < lacking->len; i++) {
        n += sample_has_gap(s, g_array_index(lacking, guint, i));
    }
    return n;
}

/*
 * The milestone that was the last one most often, where all records are there:
 * what comes before a gap is no boot's end.
 */
static const char *usual_end(const Sample *s)
{
    g_autofree int *last = g_new(int, s->captures->len + 1);
    g_autofree guint *times = g_new0(guint, s->milestones->len + 1);
    g_autofree uint64_t *at = g_new0(uint64_t, s->captures->len + 1);
    guint best = 0;

    for (guint i = 0; i < s->captures->len; i++) {
        last[i] = -1;
    }
    for (guint i = 0; i < s->milestones->len; i++) {
        const Measure *m = g_ptr_array_index(s->milestones, i);

        for (guint j = 0; j < m->values->len; j++) {
            guint capture = g_array_index(m->captures, guint, j);
            double ns = g_array_index(m->values, double, j);

            if (last[capture] < 0 || ns >= at[capture]) {
                last[capture] = i;
                at[capture] = ns;
            }
        }
    }
    for (guint i = 0; i < s->captures->len; i++) {
        if (last[i] >= 0 && !sample_has_gap(s, i)) {
            times[last[i]]++;
        }
    }
    for (guint i = 0; i < s->milestones->len; i++) {
        best = times[i] >= times[best] ? i : best;
    }
    return times[best]
               ? ((Measure *)g_ptr_array_index(s->milestones, best))->name
               : NULL;
}

static void make_total(Sample *s)
{
    const Measure *end =
        s->end ? sample_find(s, MEASURE_MILESTONE, s->end) : NULL;

    g_clear_pointer(&s->total, measure_free);
    if (!end) {
        return;
    }
    s->total = measure_new(MEASURE_TOTAL, "Total");
    for (guint i = 0; i < end->values->len; i++) {
        append_value(s->total, g_array_index(end->captures, guint, i),
                     g_array_index(end->values, double, i), end->outside);
    }
}

static double largest(const Measure *m)
{
    double max = 0;

    for (guint i = 0; i < m->values->len; i++) {
        max = MAX(max, g_array_index(m->values, double, i));
    }
    return max;
}

/* By kind, and what took longest in any boot first. */
static int by_kind_and_size(gconstpointer a, gconstpointer b)
{
    const Measure *x = *(const Measure *const *)a;
    const Measure *y = *(const Measure *const *)b;
    double m = largest(x), n = largest(y);

    return x->kind != y->kind ? (int)x->kind - (int)y->kind
           : m != n           ? (m < n) - (m > n)
                              : strcmp(x->name, y->name);
}

static bool is_notable(const Measure *m)
{
    switch (m->kind) {
    case MEASURE_START:
        return largest(m) >= START_NS_MIN;
    case MEASURE_TALK:
        return largest(m) >= TALK_NS_MIN;
    case MEASURE_INITCALL:
    case MEASURE_PROBE:
        return largest(m) >= INITCALL_NS_MIN;
    case MEASURE_PHASE:
    case MEASURE_TOTAL:
    case MEASURE_COPY:
    case MEASURE_DISK:
    case MEASURE_MILESTONE:
    case MEASURE_KINDS:
        break;
    }
    return true;
}

bool sample_is_complete(const Sample *s, const Measure *m)
{
    return m->values->len == s->captures->len;
}

static void add_causes(Sample *s)
{
    g_autoptr(GPtrArray) notable = g_ptr_array_new();

    for (Measure *m = s->causes.first; m; m = m->next) {
        if (is_notable(m) && sample_is_complete(s, m)) {
            g_ptr_array_add(notable, m);
        }
    }
    g_ptr_array_sort(notable, by_kind_and_size);
    for (guint i = 0; i < notable->len && i < CAUSES_MAX; i++) {
        g_ptr_array_add(s->measures, g_ptr_array_index(notable, i));
    }
}

void sample_finish(Sample *s, const char *end)
{
    g_ptr_array_set_size(s->milestones, 0);
    append_list(s->milestones, &s->reached);
    end = end ? end : s->until ? s->until : usual_end(s);
    g_free(s->end);
    s->end = g_strdup(end);
    make_total(s);
    g_ptr_array_set_size(s->measures, 0);
    append_list(s->measures, &s->phases);
    if (s->total) {
        g_ptr_array_add(s->measures, s->total);
    }
    append_list(s->measures, &s->copies);
    add_causes(s);
}

GArray *sample_lacking(const Sample *s, const Measure *m)
{
    GArray *lacking = g_array_new(FALSE, FALSE, sizeof(guint));

    for (guint i = 0, at = 0; i < s->captures->len; i++) {
        while (m && at < m->captures->len &&
               g_array_index(m->captures, guint, at) < i) {
            at++;
        }
        if (!m || at == m->captures->len ||
            g_array_index(m->captures, guint, at) != i) {
            g_array_append_val(lacking, i);
        }
    }
    return lacking;
}

/* Waiting for more than this share of the time that they wanted to run. */
#define DISTURBED_SHARE 0.1

static void handle_host(Sample *s, const BootData *b)
{
    guint n = capture_milestones_count(b->phases);
    uint64_t end = n ? capture_milestones_get(b->phases, n - 1)->time : b->end;
    CaptureVcpuTime t = capture_vcpus_between(b->vcpus, b->start, end);
    Disturbed d = { s->captures->len - 1, t.cpu, t.wait, t.steal };

    if (t.wait > DISTURBED_SHARE * (t.cpu + t.wait)) {
        g_array_append_val(s->disturbed, d);
    }
}

static void handle_loss(Sample *s, CaptureLost lost)
{
    SampleLoss loss = { s->captures->len - 1, lost };

    if (is_lost(lost)) {
        g_array_append_val(s->losses, loss);
    }
}

bool sample_take(Sample *s, const BootReading *r)
{
    const BootData *boot = r->boot;

    if (s->cpu && !capture_vcpus_threads(boot->vcpus)) {
        fail(r->path, "has no CPU times: an older version "
                      "wrote it, or nothing ran");
        return false;
    }
    if (!s->captures->len) {
        s->clock = r->virtual_clock ? CLOCK_VIRTUAL : CLOCK_HOST;
        s->exact = r->virtual_clock;
    }
    s->virtual_clock = r->virtual_clock;
    g_ptr_array_add(s->captures, g_strdup(r->path));
    s->exact &= boot->icount;
    handle_phases(s, boot);
    handle_start(s, boot);
    if (boot->seen != UINT64_MAX) {
        guint capture = s->captures->len - 1;

        g_array_append_val(s->gaps, capture);
    } else {
        /* Sums, of which nobody knows how much is missing. */
        handle_copies(s, boot);
        handle_disks(s, boot);
        handle_talk(s, boot);
        handle_initcalls(s, boot);
    }
    handle_host(s, boot);
    handle_loss(s, r->lost);
    warn_of_dropped(r->path, &boot->dropped);
    s->bytes += boot->bytes;
    if (!boot->bytes) {
        warn_of_no_bytes(r->path);
    }
    s->lines += boot->lines;
    return true;
}

/* What take() needs. */
typedef struct Adder {
    Sample *sample;
    const BootLineOps *ops;
    void *data;
} Adder;

static bool take(void *data, BootReading *r)
{
    const Adder *a = data;

    if (!sample_take(a->sample, r)) {
        return false;
    }
    if (a->ops) {
        a->ops->merge(a->data, g_steal_pointer(&r->lines),
                      a->sample->captures->len - 1);
    }
    return true;
}

bool sample_add(Sample *s, const char *path, const BootLineOps *ops, void *data)
{
    g_autoptr(GPtrArray) files = boot_files_new();
    BootReadRules rules = {
        .clock = s->clock, .cpu = s->cpu, .controls = s->controls, .ops = ops
    };
    Adder a = { s, ops, data };

    return boot_files_add(files, path) && read_boots(files, &rules, take, &a);
}

void measure_summarise(const Measure *m, StatsSummary *summary)
{
    stats_summarise((const double *)(void *)m->values->data, m->values->len,
                    summary);
}

const char *sample_clock_name(const Sample *s)
{
    return s->cpu ? "cpu" : s->virtual_clock ? "virtual" : "host";
}

const char *measure_kind_name(MeasureKind kind)
{
    static const char *const names[] = {
        [MEASURE_PHASE] = "phase",         [MEASURE_TOTAL] = "total",
        [MEASURE_COPY] = "copy",           [MEASURE_START] = "start",
        [MEASURE_DISK] = "disk",           [MEASURE_TALK] = "talk",
        [MEASURE_INITCALL] = "initcall",   [MEASURE_PROBE] = "probe",
        [MEASURE_MILESTONE] = "milestone",
    };

    return names[kind];
}

const char *measure_kind_prefix(MeasureKind kind)
{
    static const char *const prefixes[MEASURE_KINDS] = {
        [MEASURE_COPY] = "copy of ",      [MEASURE_START] = "QEMU's start: ",
        [MEASURE_DISK] = "reads of ",     [MEASURE_TALK] = "talking on ",
        [MEASURE_INITCALL] = "initcall ", [MEASURE_PROBE] = "probe of ",
    };

    return prefixes[kind] ? prefixes[kind] : "";
}

const Measure *sample_find_title(const Sample *s, const char *title)
{
    if (!strcmp(title, "Total")) {
        return s->total;
    }
    for (MeasureKind kind = MEASURE_COPY; kind < MEASURE_MILESTONE; kind++) {
        const char *prefix = measure_kind_prefix(kind);

        if (g_str_has_prefix(title, prefix)) {
            return sample_find(s, kind, title + strlen(prefix));
        }
    }
    return sample_find(s, MEASURE_PHASE, title);
}

bool is_milestone(const char *name)
{
    CapturePatterns *p = capture_patterns_default(NULL);

    for (guint i = 0; i < capture_patterns_count(p); i++) {
        const CapturePattern *row = capture_patterns_get(p, i);

        if (!row->hidden && !strcmp(row->name, name)) {
            return true;
        }
    }
    return capture_milestone_number(name) >= 0;
}

#define NAME_MAX_LEN 64

/* Letters to insert, remove or change, in any case (Levenshtein). */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[NAME_MAX_LEN + 1];
    size_t n = strlen(b);

    if (n > NAME_MAX_LEN || strlen(a) > NAME_MAX_LEN) {
        return NAME_MAX_LEN;
    }
    for (size_t j = 0; j <= n; j++) {
        row[j] = j;
    }
    for (size_t i = 0; a[i]; i++) {
        unsigned diagonal = row[0]++;

        for (size_t j = 0; j < n; j++) {
            bool same = g_ascii_tolower(a[i]) == g_ascii_tolower(b[j]);
            unsigned change = diagonal + !same;

            diagonal = row[j + 1];
            row[j + 1] = MIN(change, MIN(row[j], row[j + 1]) + 1);
        }
    }
    return row[n];
}

const char *similar_milestone(const char *name)
{
    CapturePatterns *p = capture_patterns_default(NULL);

    for (guint i = 0; i < capture_patterns_count(p); i++) {
        const CapturePattern *row = capture_patterns_get(p, i);

        if (!row->hidden && distance(row->name, name) <= 2) {
            return row->name;
        }
    }
    for (int i = 0; i < CAPTURE_MS_CUSTOM; i++) {
        if (distance(capture_milestone_name(i), name) <= 2) {
            return capture_milestone_name(i);
        }
    }
    return NULL;
}
