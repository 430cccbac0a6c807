/*
 * Welch's t-test, to have something to compare the gate with.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TESTS_UNIT_WELCH_H
#define TESTS_UNIT_WELCH_H

#include "viewer/report/stats-math.h"

/* Two-sided p of equal means, of samples of unequal variance. */
double welch_p(const StatsSummary *a, const StatsSummary *b);

#endif
