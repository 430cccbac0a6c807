/*
 * Bytes of a stream into rows, a run at a time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_SPLIT_H
#define VIEWER_SCREEN_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a stream stands in its line. */
typedef struct LineState {
    uint32_t len; /* bytes of the row so far */
    bool open; /* its row goes on with the next byte */
    bool complete; /* a newline came last: no further piece follows */
} LineState;

/* A run of bytes up to the end of a row at most. */
typedef struct Piece {
    size_t len; /* bytes of text in it */
    bool starts, continued, ends;
} Piece;

/*
 * Takes the first of @n bytes (1 or more) of a stream, the same way as
 * capture/lines.h splits them.  Returns how many, a newline included.
 */
size_t split_piece(LineState *s, const uint8_t *bytes, size_t n, Piece *p);
void split_reset(LineState *states);

#endif
