/*
 * A capture that may talk for months: what is oldest in it is dropped.
 *
 * The file grows on, with a hole in it.  Behind the first records of the
 * session, which always stay, the helper reserves an area as anybody reserves
 * words: a JUMP and two slots.  To drop, it fills the slot that nobody reads,
 * with what a reader must know to go on, and a JUMP to what is kept; makes the
 * first JUMP lead there, by one store; and then frees what no way leads to any
 * more.  Whenever QEMU is killed, what a reader comes to is whole.
 *
 * What was freed is unmapped as well, and its addresses are used again: a
 * word's place in @words is its number modulo their count (writer_word()).
 *
 * All of this is the helper's work, and set-up's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_WRITER_DROP_H
#define CAPTURE_WRITER_DROP_H

#include "writer-state.h"

/*
 * For a new session of @w, whose file ends at @end and takes @disk bytes on
 * the disk; nothing where all is to be kept.
 */
void writer_drop_init(CaptureWriter *w, const CaptureWriterOptions *o,
                      uint64_t end, uint64_t disk);
void writer_drop_free(CaptureWriter *w);

/* Whether parts of the file can be freed; 0, or an errno. */
int writer_drop_probe(int fd, uint64_t end);

/* Reserves the area once the session's first records are there. */
void writer_drop_prepare(CaptureWriter *w);

/*
 * Makes room for the file to be @size bytes long, and returns how long it may
 * be: less where records that are not stored yet must not be passed.
 */
uint64_t writer_drop_make_room(CaptureWriter *w, uint64_t size);

/* Whether the area was cut off. */
bool writer_drop_damaged(const CaptureWriter *w);

/* Nothing of ours is to be in the file's pages any more. */
void writer_drop_let_go(CaptureWriter *w);

/*
 * After a cut to *@end words: the bytes and events that are there, and those
 * that were dropped, where the file says so.  Moves *@end behind the last whole
 * record, or to where the JUMP leads.
 */
CaptureLost writer_drop_count(CaptureWriter *w, uint64_t *end);

#endif
