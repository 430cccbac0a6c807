/*
 * Looking for the rows that came longest after the one before.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "slowest.h"

#define SLOWEST_MAX 200

static void slowest_clear(SlowState *slow)
{
    if (!slow->rows) {
        slow->rows = g_array_new(FALSE, FALSE, sizeof(SlowRow));
    }
    g_array_set_size(slow->rows, 0);
    slow->next = 0;
    slow->selected = slow->top = 0;
}

static void take(SlowState *slow, uint64_t delta, uint64_t pos)
{
    SlowRow row = { delta, pos };
    guint at = slow->rows->len;

    if (at == SLOWEST_MAX &&
        g_array_index(slow->rows, SlowRow, at - 1).delta >= delta) {
        return;
    }
    while (at > 0 && g_array_index(slow->rows, SlowRow, at - 1).delta < delta) {
        at--;
    }
    g_array_insert_val(slow->rows, at, row);
    if (slow->rows->len > SLOWEST_MAX) {
        g_array_set_size(slow->rows, SLOWEST_MAX);
    }
}

bool slowest_work(View *v, int64_t deadline)
{
    Source *s = view_source(v);
    SlowState *slow = &s->slow;
    ModelFound found = MODEL_FOUND;
    Row row;

    if (!slow->rows || slow->generation != model_view_generation(s->model)) {
        slowest_clear(slow);
        slow->generation = model_view_generation(s->model);
    }
    for (int i = 0; found == MODEL_FOUND; i++) {
        if (i % 256 == 255 && g_get_monotonic_time() > deadline) {
            break;
        }
        found = model_find(s->model, slow->next, 1, &row, deadline);
        if (found != MODEL_FOUND) {
            break;
        }
        if (!row.delta.first) {
            take(slow, row_delta_wait(row.delta), row.pos);
        }
        slow->next = row.pos + 1;
        v->dirty = true;
    }
    slow->at_end = found == MODEL_NONE;
    return !slow->at_end || model_progress(s->model) < 1;
}
