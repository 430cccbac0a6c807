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

char *diff_no_verdict(const Diff *d)
{
    if (!d->a.sample->captures->len || !d->b.sample->captures->len) {
        return g_strdup("there is no boot to compare");
    }
    if (d->trouble) {
        return g_strdup_printf("A does not reach '%s' in every boot",
                               d->opt.until);
    }
    if (d->dropped) {
        return g_strdup_printf("cannot tell about what was dropped (keep=) in "
                               "%u of the captures",
                               d->dropped);
    }
    return NULL;
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
