/*
 * Copies of fw_cfg items in words and figures.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "copies-text.h"

char *copy_name(const CaptureCopy *copy)
{
    GString *name = g_string_new(NULL);

    append_visible(name, copy->name, strlen(copy->name), false);
    return g_string_free(name, FALSE);
}

double copy_fraction(const CaptureCopy *copy)
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

void copy_format_left(char *to, size_t size, const CaptureCopy *copy)
{
    double rate = capture_copy_rate(copy);
    double seconds;

    to[0] = '\0';
    if (!copy->running || rate <= 0 || copy->size <= copy->offset) {
        return;
    }
    seconds = (copy->size - copy->offset) / (rate * 1e6);
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

static double weight_of(const CaptureCopy *copy, CopySort sort)
{
    switch (sort) {
    case SORT_SIZE:
        return copy->bytes;
    case SORT_TIME:
        return copy->active_ns;
    case SORT_RATE:
        return capture_copy_rate(copy);
    default:
        return 0;
    }
}

GArray *copies_sorted(const View *v, CopySort sort)
{
    const CaptureCopies *copies = model_copies(view_source(v)->model);
    guint n = capture_copies_count(copies);
    g_autoptr(GArray) sorted = g_array_new(FALSE, FALSE, sizeof(SortedCopy));
    GArray *numbers = g_array_sized_new(FALSE, FALSE, sizeof(guint), n);

    for (guint i = 0; i < n; i++) {
        SortedCopy copy = { weight_of(capture_copies_get(copies, i), sort), i };

        g_array_append_val(sorted, copy);
    }
    if (sort != SORT_ORDER) {
        g_array_sort(sorted, by_weight);
    }
    for (guint i = 0; i < n; i++) {
        g_array_append_val(numbers, g_array_index(sorted, SortedCopy, i).i);
    }
    return numbers;
}

char *copies_largest(const View *v, int width)
{
    const CaptureCopies *copies = model_copies(view_source(v)->model);
    g_autoptr(GArray) sorted = copies_sorted(v, SORT_TIME);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < sorted->len; i++) {
        const CaptureCopy *copy =
            capture_copies_get(copies, g_array_index(sorted, guint, i));
        g_autofree char *name = copy_name(copy);
        g_autofree char *bytes = format_bytes(copy->bytes);
        g_autofree char *one = NULL;
        char span[32];

        format_span(span, sizeof(span), copy->active_ns);
        one = g_strdup_printf("%s%s %s %s", i ? ", " : "", name, bytes, span);
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

    return model_state(m) == CAPTURE_LIVE
               ? capture_copies_current(model_copies(m))
               : -1;
}

char *copies_summary(View *v)
{
    const CaptureCopies *copies = model_copies(view_source(v)->model);
    int now = copies_now(v);
    const CaptureCopy *copy;
    g_autofree char *name = NULL;
    char left[16];

    if (now < 0) {
        return NULL;
    }
    copy = capture_copies_get(copies, now);
    name = copy_name(copy);
    copy_format_left(left, sizeof(left), copy);
    return g_strdup_printf("%s %d%% %.1f MB/s %s", name,
                           (int)(copy_fraction(copy) * 100),
                           capture_copy_rate(copy), left);
}
