/*
 * Bytes of a stream into rows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "capture/lines.h"
#include "split.h"

size_t split_piece(LineState *s, const uint8_t *bytes, size_t n, Piece *p)
{
    size_t room;
    const uint8_t *newline;

    p->starts = !s->open;
    p->continued = p->starts && !s->complete;
    if (p->starts) {
        s->open = true;
        s->complete = false;
        s->len = 0;
    }
    room = MIN(n, (size_t)CAPTURE_LINE_MAX - s->len);
    newline = memchr(bytes, '\n', room);
    p->len = newline ? (size_t)(newline - bytes) : room;
    s->len += p->len;
    if (newline) {
        s->open = false;
        s->complete = true;
    } else if (s->len == CAPTURE_LINE_MAX) {
        s->open = false;
    }
    p->ends = !s->open;
    return p->len + (newline ? 1 : 0);
}

/* A QEMU that died in a line does not lend it to the next one. */
void split_reset(LineState *states)
{
    for (int i = 0; i < CAPTURE_STREAMS_MAX; i++) {
        states[i] = (LineState){ .complete = true };
    }
}
