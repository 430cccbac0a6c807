/*
 * Looking several times.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>

#include "looks.h"

/* From look to look the number of pairs grows by this factor. */
#define GROWTH 1.4

void looks_init(Looks *l, guint first, guint last, double error)
{
    *l = (Looks){ first, last, error, 0 };
}

guint looks_next(const Looks *l, guint n)
{
    return n < l->first ? l->first : MIN((guint)ceil(n * GROWTH), l->last);
}

double looks_share(Looks *l, guint n)
{
    double t = MIN((double)n / l->last, 1);
    double all = l->error * log1p((M_E - 1) * t);
    double share = all - l->spent;

    if (pow(0.5, n) > share) {
        return share;
    }
    l->spent = all;
    return share;
}
