/*
 * Copies of fw_cfg items in words and figures.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "copies-text.h"

static void show_name(CopyRow *row, const char *text)
{
    g_autoptr(GString) name = g_string_new(NULL);

    append_visible(name, text, strlen(text), false);
    g_strlcpy(row->name, name->str, sizeof(row->name));
}

static double copy_fraction(const CaptureCopy *copy)
{
    if (!copy->size) {
        return copy->bytes ? 1 : 0;
    }
    /* An item that was read again and not to its end was copied before. */
    if (!copy->running && copy->bytes >= copy->size) {
        return 1;
    }
    return MIN((double)copy->offset / copy->size, 1);
}

static void get_copy(const CaptureCopy *copy, CopyRow *row)
{
    *row = (CopyRow){
        .how = capture_copy_method(copy),
        .bytes = copy->bytes,
        .offset = copy->offset,
        .size = copy->size,
        .active_ns = copy->active_ns,
        .bound_ns = copy->bound_ns,
        .rate = capture_copy_rate(copy),
        .fraction = copy_fraction(copy),
        .running = copy->running,
        .small = capture_copy_is_small(copy),
        .first = copy->first,
        .last = copy->last,
    };
    show_name(row, copy->name);
}

static void get_disk(const CaptureDiskReads *disk, CopyRow *row)
{
    *row = (CopyRow){
        .how = "disk",
        .is_disk = true,
        .bytes = disk->total.bytes,
        .active_ns = disk->total.active_ns,
        .rate = capture_disk_rate(&disk->total),
        .first = disk->first,
        .last = disk->last,
    };
    show_name(row, disk->name);
}

guint copies_count(const View *v)
{
    const Model *m = view_source(v)->model;

    return capture_copies_count(model_copies(m)) +
           capture_disks_count(model_disks(m));
}

/* @n small items were added up so far. */
static void add_to_sum(CaptureCopy *sum, const CaptureCopy *copy, guint n)
{
    sum->first = n ? MIN(sum->first, copy->first) : copy->first;
    sum->bytes += copy->bytes;
    sum->active_ns += copy->active_ns;
    sum->bound_ns += copy->bound_ns;
    sum->pio |= copy->pio;
    sum->dma |= copy->dma;
}

static void get_small(const CaptureCopies *copies, CopyRow *row)
{
    CaptureCopy sum = { 0 };
    guint n = 0;

    for (guint i = 0; i < capture_copies_count(copies); i++) {
        const CaptureCopy *copy = capture_copies_get(copies, i);

        if (capture_copy_is_small(copy)) {
            add_to_sum(&sum, copy, n++);
        }
    }
    sum.size = MIN(sum.bytes, UINT32_MAX);
    g_snprintf(sum.name, sizeof(sum.name), "%u small", n);
    get_copy(&sum, row);
}

void copies_get(const View *v, guint i, CopyRow *row)
{
    const Model *m = view_source(v)->model;
    guint n = capture_copies_count(model_copies(m));

    if (i == COPIES_FOLDED) {
        get_small(model_copies(m), row);
    } else if (i < n) {
        get_copy(capture_copies_get(model_copies(m), i), row);
    } else {
        get_disk(capture_disks_get(model_disks(m), i - n), row);
    }
}

void copy_format_time(char *to, size_t size, const CopyRow *row)
{
    char span[32];

    if (row->active_ns || !row->bound_ns) {
        format_span(to, size, row->active_ns);
    } else {
        format_span(span, sizeof(span), row->bound_ns);
        g_snprintf(to, size, "<%s", span);
    }
}

void copy_format_left(char *to, size_t size, const CopyRow *row)
{
    double seconds;

    to[0] = '\0';
    if (!row->running || row->rate <= 0 || row->size <= row->offset) {
        return;
    }
    seconds = (row->size - row->offset) / (row->rate * 1e6);
    if (seconds < 10) {
        g_snprintf(to, size, "%.1fs", seconds);
    } else if (seconds < 600) {
        g_snprintf(to, size, "%.0fs", seconds);
    } else {
        g_snprintf(to, size, "%.0fm", MIN(seconds / 60, 9999));
    }
}

void format_copy_rate(char *to, size_t size, double rate)
{
    if (rate <= 0) {
        g_snprintf(to, size, "-");
    } else if (rate < 99.95) {
        g_snprintf(to, size, "%.1f", rate);
    } else {
        g_snprintf(to, size, "%.0f", MIN(rate, 999999));
    }
}

typedef struct SortedCopy {
    double weight;
    guint i;
} SortedCopy;

/* Large ones first; equal ones in their order. */
static int by_weight(gconstpointer a, gconstpointer b)
{
    const SortedCopy *x = a;
    const SortedCopy *y = b;

    return x->weight > y->weight   ? -1
           : x->weight < y->weight ? 1
                                   : (x->i > y->i) - (x->i < y->i);
}

static double weight_of(const CopyRow *row, CopySort sort)
{
    switch (sort) {
    case SORT_SIZE:
        return row->bytes;
    case SORT_TIME:
        return row->active_ns;
    case SORT_RATE:
        return row->rate;
    default:
        return 0;
    }
}

GArray *copies_sorted(const View *v, CopySort sort)
{
    guint n = copies_count(v);
    g_autoptr(GArray) sorted = g_array_new(FALSE, FALSE, sizeof(SortedCopy));
    GArray *numbers = g_array_sized_new(FALSE, FALSE, sizeof(guint), n);
    guint folded = COPIES_FOLDED;

    for (guint i = 0; i < n; i++) {
        SortedCopy copy = { .i = i };
        CopyRow row;

        copies_get(v, i, &row);
        copy.weight = weight_of(&row, sort);
        if (v->all_items || !row.small) {
            g_array_append_val(sorted, copy);
        }
    }
    if (sort != SORT_ORDER) {
        g_array_sort(sorted, by_weight);
    }
    for (guint i = 0; i < sorted->len; i++) {
        g_array_append_val(numbers, g_array_index(sorted, SortedCopy, i).i);
    }
    if (sorted->len < n) {
        g_array_append_val(numbers, folded);
    }
    return numbers;
}

char *copies_largest(const View *v, int width)
{
    g_autoptr(GArray) sorted = copies_sorted(v, SORT_TIME);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < sorted->len; i++) {
        g_autofree char *bytes = NULL, *one = NULL;
        char span[32];
        CopyRow row;

        copies_get(v, g_array_index(sorted, guint, i), &row);
        bytes = format_bytes(row.bytes);
        copy_format_time(span, sizeof(span), &row);
        one =
            g_strdup_printf("%s%s %s %s", i ? ", " : "", row.name, bytes, span);
        /* "and 12 more" has to fit behind it. */
        if (text_width(text->str) + text_width(one) +
                (i + 1 < sorted->len ? 14 : 0) >
            width) {
            if (text->len) {
                g_string_append_printf(text, " and %u more", sorted->len - i);
            }
            break;
        }
        g_string_append(text, one);
    }
    return g_string_free(text, FALSE);
}

int copies_now(const View *v)
{
    const Model *m = view_source(v)->model;
    int now = -1, disk;

    if (model_state(m) != CAPTURE_LIVE) {
        return -1;
    }
    now = capture_copies_current(model_copies(m));
    if (now >= 0) {
        return now;
    }
    disk = capture_disks_current(model_disks(m), model_elapsed(m));
    return disk < 0 ? -1 : (int)capture_copies_count(model_copies(m)) + disk;
}

uint64_t copies_idle(const View *v)
{
    uint64_t now = model_elapsed(view_source(v)->model), last = 0;

    for (guint i = 0; i < copies_count(v); i++) {
        CopyRow row;

        copies_get(v, i, &row);
        last = MAX(last, row.last);
    }
    return now > last ? now - last : 0;
}

char *copies_summary(View *v)
{
    int now = copies_now(v);
    CopyRow row;
    char left[16];

    if (now < 0) {
        return NULL;
    }
    copies_get(v, now, &row);
    if (row.is_disk) {
        g_autofree char *bytes = format_bytes(row.bytes);

        return g_strdup_printf("%s %s %.1f MB/s", row.name, bytes, row.rate);
    }
    copy_format_left(left, sizeof(left), &row);
    return g_strdup_printf("%s %d%% %.1f MB/s %s", row.name,
                           (int)(row.fraction * 100), row.rate, left);
}
