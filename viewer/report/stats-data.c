/*
 * What statistics found.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "figures.h"
#include "stats-data.h"

int stats_by_total(gconstpointer a, gconstpointer b)
{
    const LineSum *x = *(LineSum *const *)a, *y = *(LineSum *const *)b;

    return x->total != y->total ? (x->total < y->total ? 1 : -1)
                                : strcmp(x->key, y->key);
}

int stats_by_worst(gconstpointer a, gconstpointer b)
{
    const LineSum *x = *(LineSum *const *)a, *y = *(LineSum *const *)b;

    return x->worst != y->worst ? (x->worst < y->worst ? 1 : -1)
                                : strcmp(x->key, y->key);
}

GPtrArray *stats_sorted_lines(const LineSums *lines, GCompareFunc order)
{
    GPtrArray *all = g_ptr_array_new();
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, lines->sums);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        g_ptr_array_add(all, value);
    }
    g_ptr_array_sort(all, order);
    return all;
}

char *stats_title(const Stats *s, const Measure *m)
{
    g_autofree char *title = measure_title(measure_kind_name(m->kind), m->name);

    return s->group ? g_strdup_printf("%s: %s", s->group, title)
                    : g_steal_pointer(&title);
}
