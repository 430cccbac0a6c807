/*
 * Looking for the rows that came longest after the one before.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_SLOWEST_H
#define VIEWER_SCREEN_SLOWEST_H

#include "state.h"

/* Goes on looking until @deadline; true: there is more. */
bool slowest_work(View *v, int64_t deadline);

#endif
