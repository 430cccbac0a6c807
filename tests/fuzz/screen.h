/*
 * A screen that nobody sees, for the viewer to draw on.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TESTS_FUZZ_SCREEN_H
#define TESTS_FUZZ_SCREEN_H

#include <stdbool.h>

/* Begins curses on a terminal of 256 colours; no signal handler is set. */
void screen_begin(void);

/* Another size, and whether it shows more than ASCII. */
void screen_choose(int height, int width, bool utf8);

/* Each cell of it has a character that a terminal shows as such. */
void screen_check(void);

#endif
