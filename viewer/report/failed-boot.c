/*
 * A boot that did not count.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "failed-boot.h"

FailedBoot *failed_boot_new(const char *capture, const char *kind,
                            const char *message, const char *details)
{
    FailedBoot *f = g_new0(FailedBoot, 1);

    f->capture = g_strdup(capture);
    f->kind = g_strdup(kind);
    f->message = g_strdup(message);
    f->details = g_strdup(details);
    return f;
}

void failed_boot_free(FailedBoot *f)
{
    if (f) {
        g_free(f->capture);
        g_free(f->kind);
        g_free(f->message);
        g_free(f->details);
        g_free(f);
    }
}

void failed_boots_put(JsonOut *j, const GPtrArray *failed)
{
    if (!failed) {
        return;
    }
    json_builder_set_member_name(j->builder, "failed");
    json_builder_begin_array(j->builder);
    for (guint i = 0; i < failed->len; i++) {
        const FailedBoot *f = g_ptr_array_index(failed, i);

        json_builder_begin_object(j->builder);
        json_out_string(j, "capture", f->capture);
        json_out_string(j, "kind", f->kind);
        json_out_string(j, "message", f->message);
        json_out_string(j, "details", f->details);
        json_builder_end_object(j->builder);
    }
    json_builder_end_array(j->builder);
}
