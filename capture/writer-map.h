/*
 * Where the file is mapped: the header, and the words from byte w->window of
 * the file to byte w->mapped.  A word's address is its number's, modulo how
 * many there are addresses for: see addresses() in writer-open.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_WRITER_MAP_H
#define CAPTURE_WRITER_MAP_H

#include "writer-state.h"

/* Faults pages of the file in for writing; the data in them stays. */
void writer_populate(CaptureWriter *w, uint64_t at, uint64_t size);

/* Maps the header alone, where the rest is mapped apart; an errno, or 0. */
int writer_map_header(CaptureWriter *w);

/* Maps @add more bytes of the file, which has them; an errno, or 0. */
int writer_map_piece(CaptureWriter *w, uint64_t add);

/* Unmaps what is mapped of the file before byte @at, but for the header. */
void writer_unmap_before(CaptureWriter *w, uint64_t at);

/*
 * Nothing of the file is mapped any more; with @stay zeros are in its place,
 * and what threads still store there is lost.
 */
void writer_unmap_all(CaptureWriter *w, bool stay);

#endif
