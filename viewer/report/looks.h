/*
 * Looking at a comparison several times while boots are added, without more
 * chance of a wrong verdict than one look has.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_LOOKS_H
#define VIEWER_REPORT_LOOKS_H

#include <glib.h>

typedef struct Looks {
    guint first, last; /* pairs at the first look and at the last */
    double error; /* for all looks together */
    double spent; /* of it, by the looks so far */
} Looks;

/* @first pairs to begin with, @last at most: one look where they are equal. */
void looks_init(Looks *l, guint first, guint last, double error);

/* After @n pairs, at how many the next look is. */
guint looks_next(const Looks *l, guint n);

/*
 * The share of the error that the look at @n pairs may spend; call it once a
 * look.  As pairs come in, the sum of all shares grows along the spending
 * function of Lan and DeMets that is near Pocock's bounds; the shares are used
 * as Bonferroni's, so the rule holds whatever the looks have in common.  A look
 * at so few pairs that no test could reach its share spends nothing.
 */
double looks_share(Looks *l, guint n);

#endif
