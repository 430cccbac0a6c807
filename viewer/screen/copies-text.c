/*
 * Copies of fw_cfg items in words and figures.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "copies-text.h"

char *copy_name(const CaptureCopy *copy)
{
    GString *name = g_string_new(NULL);

    append_visible(name, copy->name, strlen(copy->name), false);
    return g_string_free(name, FALSE);
}

double copy_fraction(const CaptureCopy *copy)
{
    if (!copy->size) {
        return copy->bytes ? 1 : 0;
    }
    /* An item that was read again and not to its end was copied before. */
    if (!copy->running && copy->bytes >= copy->size) {
        return 1;
    }
    return MIN((double)copy->offset / copy->size, 1);
}

void copy_format_left(char *to, size_t size, const CaptureCopy *copy)
{
    double rate = capture_copy_rate(copy);
    double seconds;

    to[0] = '\0';
    if (!copy->running || rate <= 0 || copy->size <= copy->offset) {
        return;
    }
    seconds = (copy->size - copy->offset) / (rate * 1e6);
    if (seconds < 10) {
        g_snprintf(to, size, "%.1fs", seconds);
    } else if (seconds < 600) {
        g_snprintf(to, size, "%.0fs", seconds);
    } else {
        g_snprintf(to, size, "%.0fm", MIN(seconds / 60, 9999));
    }
}

void format_copy_rate(char *to, size_t size, double rate)
{
    if (rate <= 0) {
        g_snprintf(to, size, "-");
    } else if (rate < 99.95) {
        g_snprintf(to, size, "%.1f", rate);
    } else {
        g_snprintf(to, size, "%.0f", MIN(rate, 999999));
    }
}

char *copies_summary(View *v)
{
    const CaptureCopies *copies = model_copies(view_source(v)->model);
    int now = capture_copies_current(copies);
    const CaptureCopy *copy;
    g_autofree char *name = NULL;
    char left[16];

    if (now < 0) {
        return NULL;
    }
    copy = capture_copies_get(copies, now);
    name = copy_name(copy);
    copy_format_left(left, sizeof(left), copy);
    return g_strdup_printf("%s %d%% %.1f MB/s %s", name,
                           (int)(copy_fraction(copy) * 100),
                           capture_copy_rate(copy), left);
}
