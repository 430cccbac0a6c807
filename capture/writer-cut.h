/*
 * Faults of the file: somebody cuts it, or writes another one over it, while
 * we write it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_WRITER_CUT_H
#define CAPTURE_WRITER_CUT_H

#include "writer-state.h"

/*
 * Looks whether the file is still what we made: its size, its header, and the
 * words that were seen there.  If not, w->dead is set, and nothing of ours is
 * mapped from then on.  @last: nobody else writes any more.
 */
void writer_check_cut(CaptureWriter *w, bool last);

/* Marks the salvaged capture as closed in good order; an errno, or 0. */
int writer_end_dead(CaptureWriter *w);

/* Makes a capture again of what the cut left, and tells what it took. */
void writer_salvage(CaptureWriter *w);

/* The helper's rounds after the cut: the first salvages, all tell of losses. */
void writer_tell_dead(CaptureWriter *w);

#endif
