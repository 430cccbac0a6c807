/*
 * Where ":" goes to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_JUMP_H
#define VIEWER_SCREEN_JUMP_H

#include "state.h"

/*
 * "120" a line, "35%", "1.5s" since the start, "+20ms" from here, "12:30:05"
 * of the day, "boot 2", or a milestone's name.  False, with a message: @text is
 * none of them.
 */
bool jump_to(View *v, const char *text);

#endif
