/*
 * What actions do everywhere, where the pane has no other use for them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_ACT_H
#define VIEWER_SCREEN_ACT_H

#include "keys.h"
#include "state.h"

void act_global(View *v, Action action);

#endif
