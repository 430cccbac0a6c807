/*
 * What lines took.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "line-key.h"
#include "line-sums.h"

static void line_sum_free(gpointer data)
{
    LineSum *l = data;

    g_free((char *)l->key);
    g_free(l);
}

LineSums *line_sums_new(void)
{
    LineSums *l = g_new0(LineSums, 1);

    l->sums =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, line_sum_free);
    l->key = g_string_new(NULL);
    return l;
}

void line_sums_free(LineSums *l)
{
    g_hash_table_unref(l->sums);
    g_string_free(l->key, TRUE);
    g_free(l);
}

static void prune(LineSums *l)
{
    g_autoptr(GPtrArray) all = stats_sorted_lines(l, stats_by_total);

    for (guint i = STATS_KEYS_MAX / 2; i < all->len; i++) {
        const LineSum *sum = g_ptr_array_index(all, i);

        g_hash_table_remove(l->sums, sum->key);
    }
    l->pruned = true;
}

static LineSum *find(LineSums *l, const char *key)
{
    LineSum *sum = g_hash_table_lookup(l->sums, key);

    if (!sum) {
        if (g_hash_table_size(l->sums) >= STATS_KEYS_MAX) {
            prune(l);
        }
        sum = g_new0(LineSum, 1);
        sum->key = g_strdup(key);
        g_hash_table_insert(l->sums, (char *)sum->key, sum);
    }
    return sum;
}

/* The first of many, or the only one: its lines need not be copied. */
static void adopt(LineSums *to, LineSums *from, guint capture)
{
    GHashTable *none = to->sums;
    GHashTableIter it;
    gpointer value;

    to->sums = from->sums;
    from->sums = none;
    g_hash_table_iter_init(&it, to->sums);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        ((LineSum *)value)->worst_capture = capture;
    }
}

void line_sums_merge(LineSums *to, LineSums *from, guint capture)
{
    GHashTableIter it;
    gpointer value;

    if (!g_hash_table_size(to->sums)) {
        adopt(to, from, capture);
    }
    g_hash_table_iter_init(&it, from->sums);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const LineSum *s = value;
        LineSum *sum = find(to, s->key);

        sum->outside |= s->outside;
        sum->count += s->count;
        sum->total += s->total;
        sum->cpu += s->cpu;
        sum->wait += s->wait;
        sum->idle += s->idle;
        if (s->worst > sum->worst) {
            sum->worst = s->worst;
            sum->worst_capture = capture;
        }
    }
    to->has_host |= from->has_host;
    to->pruned |= from->pruned;
    line_sums_free(from);
}

static void *begin(void)
{
    return line_sums_new();
}

static void handle_line(void *own, const BootLine *line)
{
    LineSums *l = own;
    LineSum *sum;

    make_line_key(l->key, line->line);
    sum = find(l, l->key->str);
    sum->outside |= line->outside;
    sum->count++;
    sum->total += line->delta;
    sum->cpu += line->host.cpu;
    sum->wait += line->host.wait;
    sum->idle += line->host.idle;
    l->has_host |= line->host.cpu > 0;
    sum->worst = MAX(sum->worst, line->delta);
}

static void merge(void *data, void *own, guint capture)
{
    line_sums_merge(((Stats *)data)->lines, own, capture);
}

static void discard(void *own)
{
    line_sums_free(own);
}

const BootLineOps line_sums_ops = { begin, handle_line, merge, discard };
