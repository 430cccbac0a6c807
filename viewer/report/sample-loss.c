/*
 * Captures of a sample that are not whole.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdio.h>
#include <string.h>

#include "sample-loss.h"
#include "viewer/common/loss.h"

#define LOSSES_MAX 5

void print_losses(const char *before, const Sample *s)
{
    g_autoptr(GString) out = g_string_new(NULL);

    for (guint i = 0; i < s->losses->len && i < LOSSES_MAX; i++) {
        const SampleLoss *l = &g_array_index(s->losses, SampleLoss, i);
        const char *path = g_ptr_array_index(s->captures, l->capture);

        g_string_append(out, before);
        append_visible(out, path, strlen(path), false);
        g_string_append(out, ": ");
        append_loss(out, l->lost);
        g_string_append(out, ": the capture is not whole\n");
    }
    if (s->losses->len > LOSSES_MAX) {
        g_string_append_printf(out, "%sand %u more that lost something\n",
                               before, s->losses->len - LOSSES_MAX);
    }
    fputs(out->str, stdout);
}

void losses_put(JsonOut *j, const char *name, const Sample *s)
{
    json_out_begin_array(j, name);
    for (guint i = 0; i < s->losses->len; i++) {
        const SampleLoss *l = &g_array_index(s->losses, SampleLoss, i);

        json_out_begin_object(j, NULL);
        json_out_string(j, "capture",
                        g_ptr_array_index(s->captures, l->capture));
        json_out_int(j, "bytes", l->lost.bytes);
        json_out_int(j, "events", l->lost.events);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}
