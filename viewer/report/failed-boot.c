/*
 * A boot that did not count.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "failed-boot.h"
#include "viewer/common/common.h"

HangEvidence *hang_evidence_new(void)
{
    HangEvidence *e = g_new0(HangEvidence, 1);

    e->lines = g_ptr_array_new_with_free_func(g_free);
    return e;
}

void hang_evidence_free(HangEvidence *e)
{
    if (e) {
        g_free(e->milestone);
        g_ptr_array_unref(e->lines);
        g_free(e->state);
        g_free(e->registers);
        g_free(e);
    }
}

FailedBoot *failed_boot_new(const char *capture, const char *kind,
                            const char *message, HangEvidence *evidence)
{
    FailedBoot *f = g_new0(FailedBoot, 1);

    f->capture = g_strdup(capture);
    f->kind = g_strdup(kind);
    f->message = g_strdup(message);
    f->evidence = evidence;
    return f;
}

void failed_boot_free(FailedBoot *f)
{
    if (f) {
        g_free(f->capture);
        g_free(f->kind);
        g_free(f->message);
        hang_evidence_free(f->evidence);
        g_free(f);
    }
}

static void append_lines(GString *to, const char *title, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    g_string_append_printf(to, "%s\n", title);
    for (guint i = 0; lines[i]; i++) {
        g_autofree char *line = g_strchomp(g_strdup(lines[i]));

        if (line[0]) {
            g_string_append(to, "  ");
            append_visible(to, line, strlen(line), true);
            g_string_append_c(to, '\n');
        }
    }
}

char *failed_boot_details(const FailedBoot *f)
{
    const HangEvidence *e = f->evidence;
    GString *to = g_string_new(NULL);

    if (!e) {
        return g_string_free(to, FALSE);
    }
    g_string_append_printf(to, "last milestone: %s",
                           e->milestone ? e->milestone : "none");
    if (e->milestone) {
        g_string_append(to, " at ");
        append_seconds(to, e->milestone_ns, 6);
    }
    g_string_append(to, "\nlast byte, copy or disk read: ");
    append_seconds(to, e->activity_ns, 6);
    g_string_append_printf(to, "\nlast %u lines:\n", e->lines->len);
    for (guint i = 0; i < e->lines->len; i++) {
        g_string_append_printf(to, "  %s\n",
                               (char *)g_ptr_array_index(e->lines, i));
    }
    g_string_append_printf(to, "QEMU: %s\n",
                           e->state ? e->state : "does not answer");
    if (e->registers) {
        append_lines(to, "registers:", e->registers);
    }
    return g_string_free(to, FALSE);
}

static void put_evidence(JsonOut *j, const HangEvidence *e)
{
    json_out_string(j, "last_milestone", e->milestone);
    json_out_int(j, "last_milestone_ns", e->milestone_ns);
    json_out_int(j, "last_activity_ns", e->activity_ns);
    json_out_begin_array(j, "last_lines");
    for (guint i = 0; i < e->lines->len; i++) {
        json_out_string(j, NULL, g_ptr_array_index(e->lines, i));
    }
    json_out_end_array(j);
    json_out_string(j, "qemu_state", e->state);
    json_out_string(j, "registers", e->registers);
}

void failed_boots_put(JsonOut *j, const GPtrArray *failed)
{
    if (!failed) {
        return;
    }
    json_out_begin_array(j, "failed");
    for (guint i = 0; i < failed->len; i++) {
        const FailedBoot *f = g_ptr_array_index(failed, i);

        json_out_begin_object(j, NULL);
        json_out_string(j, "capture", f->capture);
        json_out_string(j, "kind", f->kind);
        json_out_string(j, "message", f->message);
        if (f->evidence) {
            put_evidence(j, f->evidence);
        }
        json_out_end_object(j);
    }
    json_out_end_array(j);
}
