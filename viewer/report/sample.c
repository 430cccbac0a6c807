/*
 * Many boots side by side.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <string.h>

#include "boot-data.h"
#include "capture/paths.h"
#include "capture/patterns.h"
#include "sample.h"
#include "viewer/common/walk.h"

/* A copy of less is over before it could tell anything. */
#define COPY_BYTES_MIN 65536

static void measure_free(gpointer data)
{
    Measure *m = data;

    g_free(m->name);
    g_array_unref(m->values);
    g_array_unref(m->captures);
    g_free(m);
}

Sample *sample_new(ClockChoice clock, const char *until)
{
    Sample *s = g_new0(Sample, 1);

    s->captures = g_ptr_array_new_with_free_func(g_free);
    s->measures = g_ptr_array_new_with_free_func(measure_free);
    s->clock = clock;
    s->until = g_strdup(until);
    return s;
}

void sample_free(Sample *s)
{
    if (s) {
        g_ptr_array_unref(s->captures);
        g_ptr_array_unref(s->measures);
        g_free(s->until);
        g_free(s);
    }
}

const Measure *sample_measure(const Sample *s, guint i)
{
    return g_ptr_array_index(s->measures, i);
}

static int find_measure(const Sample *s, MeasureKind kind, const char *name)
{
    for (guint i = 0; i < s->measures->len; i++) {
        const Measure *m = sample_measure(s, i);

        if (m->kind == kind && !strcmp(m->name, name)) {
            return i;
        }
    }
    return -1;
}

const Measure *sample_find(const Sample *s, MeasureKind kind, const char *name)
{
    int i = find_measure(s, kind, name);

    return i < 0 ? NULL : sample_measure(s, i);
}

/*
 * Adds a value to the measure, which is made at @at where it is new: behind
 * the one that came before it in this boot.  Returns its place.
 */
static int add_value(Sample *s, MeasureKind kind, const char *name, int at,
                     uint64_t ns, bool outside)
{
    int i = find_measure(s, kind, name);
    guint capture = s->captures->len - 1;
    double value = ns;
    Measure *m;

    if (i < 0) {
        m = g_new0(Measure, 1);
        m->kind = kind;
        m->name = g_strdup(name);
        m->values = g_array_new(FALSE, FALSE, sizeof(double));
        m->captures = g_array_new(FALSE, FALSE, sizeof(guint));
        i = at;
        g_ptr_array_insert(s->measures, i, m);
    }
    m = g_ptr_array_index(s->measures, i);
    g_array_append_val(m->values, value);
    g_array_append_val(m->captures, capture);
    m->outside |= outside;
    return i;
}

static bool is_until(const Sample *s, const char *name)
{
    return s->until && !strcmp(name, s->until);
}

static void take_phases(Sample *s, const BootData *b)
{
    g_autoptr(GArray) spans = boot_data_spans(b);
    guint n = capture_phases_count(b->phases);
    const CapturePhase *last = n ? capture_phases_get(b->phases, n - 1) : NULL;
    uint64_t end = boot_data_total(b);
    bool outside = last && (last->outside || last->boot);
    int at = 0;

    for (guint i = 0; i < spans->len; i++) {
        const PhaseSpan *p = &g_array_index(spans, PhaseSpan, i);

        if (is_until(s, p->name)) {
            last = capture_phases_get(b->phases, i);
            end = p->start - b->start;
            outside = last->outside || last->boot;
            break;
        }
        at = add_value(s, MEASURE_PHASE, p->name, at, p->end - p->start,
                       p->outside) +
             1;
    }
    if (last) {
        at = find_measure(s, MEASURE_TOTAL, "Total");
        add_value(s, MEASURE_TOTAL, "Total",
                  at < 0 ? (int)s->measures->len : at, end, outside);
    }
}

static void take_copies(Sample *s, const BootData *b)
{
    for (guint i = 0; i < capture_copies_count(b->copies); i++) {
        const CaptureCopy *c = capture_copies_get(b->copies, i);
        g_autoptr(GString) name = g_string_new(NULL);

        if (c->bytes >= COPY_BYTES_MIN) {
            append_visible(name, c->name, strlen(c->name), false);
            add_value(s, MEASURE_COPY, name->str, s->measures->len,
                      c->active_ns, false);
        }
    }
}

typedef struct Pass {
    Sample *sample;
    BootData *boot;
    SampleLineFunc func;
    void *data;
    RowClock clock;
    uint64_t last_pos; /* of the line before */
    uint64_t reset_pos; /* of the last reset */
} Pass;

static void take_line(void *data, const CaptureLine *line)
{
    Pass *p = data;
    RowDelta delta = row_clock_next(&p->clock, line->time);

    boot_data_line(p->boot, line);
    if (p->func && !line->continued) {
        p->func(p->data, p->sample->captures->len - 1, line,
                row_delta_wait(delta),
                !delta.first && p->last_pos < p->reset_pos &&
                    p->reset_pos < line->pos);
    }
    p->last_pos = line->pos;
}

static WalkNext take_record(void *data, const CaptureRecord *rec)
{
    Pass *p = data;

    boot_data_record(p->boot, rec);
    if (rec->kind == CAPTURE_VM && rec->u.vm.event == CAPTURE_VM_RESET) {
        p->reset_pos = rec->pos;
    }
    return WALK_ON;
}

static bool add_capture(Sample *s, const char *path, SampleLineFunc func,
                        void *data)
{
    CaptureReader *r = open_capture(path);
    g_autoptr(BootData) boot = NULL;
    Pass pass = { .sample = s, .func = func, .data = data };
    static const WalkOps ops = { .record = take_record, .line = take_line };

    if (!r || !choose_clock(r, s->clock, &s->virtual_clock)) {
        capture_reader_close(r);
        return false;
    }
    if (!s->captures->len) {
        s->clock = s->virtual_clock ? CLOCK_VIRTUAL : CLOCK_HOST;
        s->exact = s->virtual_clock;
    }
    g_ptr_array_add(s->captures, g_strdup(capture_reader_path(r)));
    boot = pass.boot = boot_data_new(s->virtual_clock);
    walk_capture(r, s->virtual_clock, &ops, &pass);
    s->exact &= boot->icount;
    take_phases(s, boot);
    take_copies(s, boot);
    s->bytes += boot->bytes;
    s->lines += boot->lines;
    capture_reader_close(r);
    return true;
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool add_folder(Sample *s, const char *path, SampleLineFunc func,
                       void *data)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name;

    if (!dir) {
        fail(path, "cannot open: %s", g_strerror(errno));
        return false;
    }
    while ((name = g_dir_read_name(dir))) {
        if (g_str_has_suffix(name, CAPTURE_SUFFIX)) {
            g_ptr_array_add(names, g_build_filename(path, name, NULL));
        }
    }
    if (!names->len) {
        fail(path, "has no capture: no *" CAPTURE_SUFFIX " file");
        return false;
    }
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        if (!add_capture(s, g_ptr_array_index(names, i), func, data)) {
            return false;
        }
    }
    return true;
}

bool sample_add(Sample *s, const char *path, SampleLineFunc func, void *data)
{
    if (path && g_file_test(path, G_FILE_TEST_IS_DIR)) {
        return add_folder(s, path, func, data);
    }
    return add_capture(s, path, func, data);
}

void measure_summarise(const Measure *m, StatsSummary *summary)
{
    stats_summarise((const double *)(void *)m->values->data, m->values->len,
                    summary);
}

const char *measure_kind_name(MeasureKind kind)
{
    return kind == MEASURE_PHASE   ? "phase"
           : kind == MEASURE_TOTAL ? "total"
                                   : "copy";
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
