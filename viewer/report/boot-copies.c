/*
 * Copies of fw_cfg items, boot by boot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "boot-copies.h"

/* A guest may reset for ever: the items of all later boots are together. */
#define BOOTS_MAX 256

static void free_copies(gpointer data)
{
    capture_copies_free(data);
}

GPtrArray *boot_copies_new(void)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(free_copies);

    g_ptr_array_add(all, capture_copies_new());
    return all;
}

void boot_copies_feed(GPtrArray *all, guint boot, const CaptureRecord *rec)
{
    CaptureCopies *now = g_ptr_array_index(all, all->len - 1);

    if (rec->kind == CAPTURE_SESSION) {
        g_ptr_array_set_size(all, 1);
        now = g_ptr_array_index(all, 0);
    } else if (boot >= all->len && all->len < BOOTS_MAX) {
        now = capture_copies_next_boot(now);
        g_ptr_array_add(all, now);
    }
    capture_copies_feed(now, rec);
}
