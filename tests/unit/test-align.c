/*
 * The alignment of lines, beside the longest common subsequence by the book.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "util.h"
#include "viewer/report/align.h"

#define MAX_N 40

/* Pairs are equal and in order; returns how many. */
static guint check_pairs(const guint *a, guint n_a, const guint *b, guint n_b,
                         const int *match)
{
    int last = -1;
    guint pairs = 0;

    for (guint i = 0; i < n_a; i++) {
        if (match[i] >= 0) {
            g_assert_cmpint(match[i], >, last);
            g_assert_cmpuint(match[i], <, n_b);
            g_assert_cmpuint(a[i], ==, b[match[i]]);
            last = match[i];
            pairs++;
        }
    }
    return pairs;
}

static guint longest(const guint *a, guint n_a, const guint *b, guint n_b)
{
    guint best[MAX_N + 1][MAX_N + 1] = { 0 };

    for (guint i = 1; i <= n_a; i++) {
        for (guint j = 1; j <= n_b; j++) {
            best[i][j] = a[i - 1] == b[j - 1]
                             ? best[i - 1][j - 1] + 1
                             : MAX(best[i - 1][j], best[i][j - 1]);
        }
    }
    return best[n_a][n_b];
}

static void test_random(void)
{
    guint a[MAX_N], b[MAX_N];
    int match[MAX_N];

    for (int round = 0; round < 20000; round++) {
        guint n_a = g_test_rand_int_range(0, MAX_N + 1);
        guint n_b = g_test_rand_int_range(0, MAX_N + 1);
        int keys = g_test_rand_int_range(1, 12);

        for (guint i = 0; i < MAX_N; i++) {
            a[i] = g_test_rand_int_range(0, keys) + 1;
            b[i] = g_test_rand_int_range(0, keys) + 1;
        }
        align_sequences(a, n_a, b, n_b, match);
        g_assert_cmpuint(check_pairs(a, n_a, b, n_b, match), ==,
                         longest(a, n_a, b, n_b));
    }
}

static void test_edges(void)
{
    guint a[] = { 1, 2, 3 };
    int match[3];

    align_sequences(a, 3, a, 3, match);
    g_assert_cmpuint(check_pairs(a, 3, a, 3, match), ==, 3);
    align_sequences(a, 3, a, 0, match);
    g_assert_cmpuint(check_pairs(a, 3, a, 0, match), ==, 0);
    align_sequences(a, 0, a, 3, match);
    align_sequences(a, 0, a, 0, match);
}

/* So different that the other way is gone: long, and no pair is lost. */
static void test_different(void)
{
    enum { N = 30000 };
    guint *a = g_new(guint, N), *b = g_new(guint, N);
    int *match = g_new(int, N);

    for (guint i = 0; i < N; i++) {
        a[i] = i % 3 ? 2 * i + 1 : i + 1;
        b[i] = i % 3 ? 2 * i + 2 + 2 * N : i + 1;
    }
    align_sequences(a, N, b, N, match);
    g_assert_cmpuint(check_pairs(a, N, b, N, match), >=, N / 3);
    g_free(a);
    g_free(b);
    g_free(match);
}

int main(int argc, char **argv)
{
    test_begin(&argc, &argv);
    g_test_add_func("/align/edges", test_edges);
    g_test_add_func("/align/random", test_random);
    g_test_add_func("/align/different", test_different);
    return g_test_run();
}
