/*
 * What a comparison found.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "diff-data.h"

const char *diff_verdict_name(const Diff *d)
{
    return d->trouble ? "error" : verdict_name(d->verdict);
}

/* Anything at all, of what the guest decided. */
static bool differs(const Change *c)
{
    return !c->outside &&
           (c->a.min != c->b.min || c->a.max != c->b.max || c->shift != 0);
}

guint diff_measures_differ(const Diff *d, guint *compared)
{
    guint n = 0;

    for (guint i = 0; i < d->findings->len; i++) {
        const Finding *f = &g_array_index(d->findings, Finding, i);

        n += !f->a || !f->b;
    }
    *compared = n;
    for (guint i = 0; i < d->measures->len; i++) {
        const Change *c = &g_array_index(d->measures, Change, i);

        *compared += !c->outside;
        n += differs(c);
    }
    return n;
}
