/*
 * Two sequences side by side, as diff(1) puts them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_ALIGN_H
#define VIEWER_REPORT_ALIGN_H

#include <glib.h>
#include <stdint.h>

/*
 * A line's place: its key in the upper half, how often that came before,
 * mostly 0, in the lower.  For hash tables whose keys are uint64_t (with
 * g_int64_equal).
 */
guint place_hash(gconstpointer place);

/*
 * For each of the @n_a numbers in @a, which of @b it goes with: @match (room
 * for @n_a), -1 for none; the pairs are equal and in order.  The most pairs
 * there can be (Myers, "An O(ND) Difference Algorithm"), but where the two
 * differ very much: then good ones, by their number of occurrence.
 */
void align_sequences(const guint *a, guint n_a, const guint *b, guint n_b,
                     int *match);

#endif
