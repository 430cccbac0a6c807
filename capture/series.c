/*
 * Counters that were looked at now and then.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "series.h"

/* @sums came up to @to, and what is new in it not before @from. */
typedef struct Look {
    uint64_t from, to;
    CaptureSums sums;
} Look;

struct CaptureSeries {
    GArray *looks; /* Look, those that had news, by time */
};

CaptureSeries *capture_series_new(void)
{
    CaptureSeries *s = g_new(CaptureSeries, 1);

    s->looks = g_array_new(FALSE, FALSE, sizeof(Look));
    return s;
}

void capture_series_free(CaptureSeries *s)
{
    if (s) {
        g_array_unref(s->looks);
        g_free(s);
    }
}

static Look *look_at(const CaptureSeries *s, guint i)
{
    return &g_array_index(s->looks, Look, i);
}

/* Every second look goes; what it tells is in the one behind it. */
static void thin_out(CaptureSeries *s)
{
    guint n = s->looks->len / 2;

    for (guint i = 0; i < n; i++) {
        Look both = *look_at(s, 2 * i + 1);

        both.from = look_at(s, 2 * i)->from;
        *look_at(s, i) = both;
    }
    g_array_set_size(s->looks, n);
}

static void add_values(CaptureSums *sums,
                       const uint64_t values[CAPTURE_SERIES_VALUES])
{
    for (int i = 0; i < CAPTURE_SERIES_VALUES; i++) {
        sums->value[i] += values[i];
    }
}

void capture_series_add(CaptureSeries *s, uint64_t from, uint64_t to,
                        const uint64_t values[CAPTURE_SERIES_VALUES])
{
    guint n = s->looks->len;
    Look *last = n ? look_at(s, n - 1) : NULL;
    Look look = { .from = from, .to = to };

    if (last && to <= last->to) {
        add_values(&last->sums, values);
        return;
    }
    if (last) {
        look.from = MAX(from, last->to);
        look.sums = last->sums;
    }
    look.from = MIN(look.from, to);
    look.sums.active_ns += to - look.from;
    add_values(&look.sums, values);
    if (n == CAPTURE_SERIES_LOOKS_MAX) {
        thin_out(s);
    }
    g_array_append_val(s->looks, look);
}

/* ------------------------------------------------------------------ */
/* Answers                                                             */

/* The first look that ends behind @time; as many as there are: none does. */
static guint look_after(const CaptureSeries *s, uint64_t time)
{
    guint low = 0, high = s->looks->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (look_at(s, middle)->to > time) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static CaptureSums difference(CaptureSums a, CaptureSums b)
{
    for (int i = 0; i < CAPTURE_SERIES_VALUES; i++) {
        b.value[i] -= a.value[i];
    }
    b.active_ns -= a.active_ns;
    return b;
}

/* @part is below 1, so that even the largest number has room. */
static uint64_t share(uint64_t whole, double part)
{
    return whole * part;
}

/* What came up to @time. */
static CaptureSums sums_at(const CaptureSeries *s, uint64_t time)
{
    guint i = look_after(s, time);
    CaptureSums sums = i ? look_at(s, i - 1)->sums : (CaptureSums){ 0 };
    CaptureSums new;
    const Look *look;
    double part;

    if (i == s->looks->len || time <= look_at(s, i)->from) {
        return sums;
    }
    look = look_at(s, i);
    part = (double)(time - look->from) / (look->to - look->from);
    new = difference(sums, look->sums);
    for (int j = 0; j < CAPTURE_SERIES_VALUES; j++) {
        sums.value[j] += share(new.value[j], part);
    }
    sums.active_ns += share(new.active_ns, part);
    return sums;
}

CaptureSums capture_series_total(const CaptureSeries *s)
{
    guint n = s->looks->len;

    return n ? look_at(s, n - 1)->sums : (CaptureSums){ 0 };
}

CaptureSums capture_series_between(const CaptureSeries *s, uint64_t from,
                                   uint64_t to)
{
    return difference(sums_at(s, from), sums_at(s, MAX(from, to)));
}

GArray *capture_series_runs(const CaptureSeries *s, uint64_t gap_ns)
{
    GArray *runs = g_array_new(FALSE, FALSE, sizeof(CaptureRun));
    CaptureSums before = { 0 };
    CaptureRun run = { 0 };

    for (guint i = 0; i < s->looks->len; i++) {
        const Look *look = look_at(s, i);

        if (i && look->from - run.end > gap_ns) {
            g_array_append_val(runs, run);
            before = look_at(s, i - 1)->sums;
            run.start = look->from;
        } else if (!i) {
            run.start = look->from;
        }
        run.end = look->to;
        run.sums = difference(before, look->sums);
    }
    if (s->looks->len) {
        g_array_append_val(runs, run);
    }
    return runs;
}
