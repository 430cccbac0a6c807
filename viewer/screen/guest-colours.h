/*
 * The colours that a guest gave its text, for curses: nothing of the guest's
 * sequences reaches the terminal.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_GUEST_COLOURS_H
#define VIEWER_SCREEN_GUEST_COLOURS_H

#include "row.h"

typedef struct ColourRun {
    uint32_t from, to; /* bytes of the row's text */
    uint32_t attributes; /* of curses, never 0 */
} ColourRun;

/*
 * The parts of a row that have colours, bold and so on, as the sequences in
 * the row say; a GArray of ColourRun.  NULL: none have, or Row.bytes is not
 * there.
 */
GArray *guest_colours(const Row *row);

#endif
