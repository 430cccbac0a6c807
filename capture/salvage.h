/*
 * What is left of a capture that somebody cut while it was written.
 *
 * The writer can no longer use its mapping then.  These put the file right
 * by plain writes: a header again, and a LOST record behind what is left.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_SALVAGE_H
#define CAPTURE_SALVAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "format.h"

/*
 * True where the file is empty or begins with @header, or with what a cut
 * left of it: @whole is where the words end that were seen in it, @used where
 * all words end (bytes of the file).  Otherwise it is somebody else's by now,
 * another capture's perhaps, and not to be touched.
 */
bool salvage_is_ours(int fd, const CaptureHeader *header, uint64_t whole,
                     uint64_t used);

/* True where the file begins with @header, all of it. */
bool salvage_has_header(int fd, const CaptureHeader *header);

/*
 * Counts what is whole in the words [first, *end): guest bytes, and events
 * but for those that the writer makes for itself.  Moves *@end behind the
 * last whole record.
 */
CaptureLost salvage_count(int fd, uint64_t first, uint64_t *end);

/* The words of an event into @words; returns how many. */
size_t salvage_words(uint64_t *words, uint64_t time, CaptureKind kind,
                     const void *payload, size_t len);

/* Writes an event at word @pos; returns the word behind it. */
uint64_t salvage_event(int fd, uint64_t pos, uint64_t time, CaptureKind kind,
                       const void *payload, size_t len);

/* Writes @header, with what was lost. */
void salvage_header(int fd, const CaptureHeader *header,
                    const CaptureLost *lost);

/* Marks the capture as closed in good order; returns 0 or an errno. */
int salvage_end(int fd, const CaptureHeader *header);

#endif
