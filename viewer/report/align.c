/*
 * Two sequences side by side.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "align.h"

/* Edits up to which the exact way is gone: its memory is their square. */
#define EDITS_MAX 2000

typedef struct Align {
    const guint *a, *b;
    int n_a, n_b;
    int *match;
} Align;

/* ------------------------------------------------------------------ */
/* Myers                                                               */

/* Goes back from the end over the furthest points of each round. */
static void trace_back(Align *s, GPtrArray *rounds, int d)
{
    int x = s->n_a, y = s->n_b;

    for (; d > 0; d--) {
        const int *v = (int *)g_ptr_array_index(rounds, d - 1) + d;
        int k = x - y;
        int from = k == -d || (k != d && v[k - 1] < v[k + 1]) ? k + 1 : k - 1;
        int begin_x = v[from], begin_y = v[from] - from;
        int after = from == k + 1 ? begin_x : begin_x + 1;

        while (x > after) {
            s->match[--x] = --y;
        }
        x = begin_x;
        y = begin_y;
    }
    while (x > 0) {
        s->match[--x] = --y;
    }
}

/*
 * Rounds of ever more edits; each keeps the furthest points of its diagonals
 * (-d - 1 to d + 1, so that both neighbours of a diagonal can be looked at).
 */
static gboolean align_exactly(Align *s)
{
    g_autoptr(GPtrArray) rounds = g_ptr_array_new_with_free_func(g_free);
    int *v = g_new0(int, 2 * EDITS_MAX + 5);
    int *mid = v + EDITS_MAX + 2;
    gboolean done = FALSE;

    for (int d = 0; d <= EDITS_MAX && !done; d++) {
        for (int k = -d; k <= d && !done; k += 2) {
            int x = k == -d || (k != d && mid[k - 1] < mid[k + 1])
                        ? mid[k + 1]
                        : mid[k - 1] + 1;

            x = d ? x : 0;
            while (x < s->n_a && x - k < s->n_b && x - k >= 0 &&
                   s->a[x] == s->b[x - k]) {
                x++;
            }
            mid[k] = x;
            done = x >= s->n_a && x - k >= s->n_b;
            if (done) {
                trace_back(s, rounds, d);
            }
        }
        if (!done) {
            g_ptr_array_add(rounds,
                            g_memdup2(mid - d - 1, (2 * d + 3) * sizeof(int)));
        }
    }
    g_free(v);
    return done;
}

/* ------------------------------------------------------------------ */
/* By occurrence                                                       */

guint place_hash(gconstpointer place)
{
    uint64_t n = *(const uint64_t *)place;

    return (guint)(n >> 32) * 2654435761u ^ (guint)n;
}

/* The place of a key for the nth time. */
static uint64_t occurrence(GHashTable *counts, guint key)
{
    guint n =
        GPOINTER_TO_UINT(g_hash_table_lookup(counts, GUINT_TO_POINTER(key)));

    g_hash_table_insert(counts, GUINT_TO_POINTER(key), GUINT_TO_POINTER(n + 1));
    return (uint64_t)key << 32 | n;
}

/*
 * Keeps the longest rising run of @where (-1: none) and drops the rest:
 * patience sorting.
 */
static void keep_rising(int *where, int n)
{
    g_autofree int *tails = g_new(int, n + 1);
    g_autofree int *before = g_new(int, n + 1);
    int len = 0, at;

    for (int i = 0; i < n; i++) {
        int low = 0, high = len;

        if (where[i] < 0) {
            continue;
        }
        while (low < high) {
            int middle = (low + high) / 2;

            if (where[tails[middle]] < where[i]) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        before[i] = low ? tails[low - 1] : -1;
        tails[low] = i;
        len = MAX(len, low + 1);
    }
    at = len ? tails[len - 1] : -1;
    for (int i = n - 1; i >= 0; i--) {
        if (i == at) {
            at = before[i];
        } else {
            where[i] = -1;
        }
    }
}

static void align_by_occurrence(Align *s)
{
    g_autoptr(GHashTable) counts_a = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) counts_b = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) places = g_hash_table_new(place_hash, g_int64_equal);
    g_autofree uint64_t *in_b = g_new(uint64_t, s->n_b + 1);

    for (int i = 0; i < s->n_b; i++) {
        in_b[i] = occurrence(counts_b, s->b[i]);
        g_hash_table_insert(places, &in_b[i], GINT_TO_POINTER(i + 1));
    }
    for (int i = 0; i < s->n_a; i++) {
        uint64_t place = occurrence(counts_a, s->a[i]);

        s->match[i] = GPOINTER_TO_INT(g_hash_table_lookup(places, &place)) - 1;
    }
    keep_rising(s->match, s->n_a);
}

void align_sequences(const guint *a, guint n_a, const guint *b, guint n_b,
                     int *match)
{
    Align s = { a, b, n_a, n_b, match };

    for (guint i = 0; i < n_a; i++) {
        match[i] = -1;
    }
    if (!align_exactly(&s)) {
        align_by_occurrence(&s);
    }
}
