/*
 * The guest's path, first half: how a place in the capture is taken and
 * filled.  The second half is writer-append.c; what is met seldom is in
 * writer-place.c.  Any number of threads run through here at once, with
 * no system call, lock, allocation or wait.  Why that is right:
 *
 * 1. A place has one owner.  @reserved only grows, by one atomic addition
 *    for each record, so no two threads are given the same words.
 * 2. A place below the limit can be stored to.  The helper maps and faults
 *    pages in first and raises the limit behind that (release); who reads
 *    the limit (acquire) finds them there.  Nothing that is still to be stored
 *    to is ever unmapped, so an old limit is right as well.
 * 3. A reader never takes half a record for one.  Words are published with
 *    one store each (release), a record's head last; a word of 0 is "not
 *    yet".  So is what a thread leaves behind that is stopped in between.
 * 4. No place stays 0 for good.  Who took one beyond the limit pads it; where
 *    it is not mapped yet, the helper pads it when it is.  Each of the two
 *    does an atomic addition on @reserved between its own store and its look
 *    at the other's, and those have one order: one of them sees the other.
 *    (Where records are dropped the helper pads all: see writer-place.c.)
 * 5. @reserved does not run away.  It is looked at before it is added to, so
 *    while there is no room each thread exceeds the limit once at most.
 * 6. A reader can tell the upper bits of the time: see writer_check_epoch().
 * 7. Everything is kept or counted: the caller counts what got no place.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_WRITER_PLACE_H
#define CAPTURE_WRITER_PLACE_H

#include "writer-state.h"

/*
 * A race took @n places at @pos beyond the limit: no reader shall wait for
 * them.
 */
void writer_pad(CaptureWriter *w, uint64_t pos, uint64_t n);

/* The helper's: pads what threads left to it. */
void writer_take_pads(CaptureWriter *w);

/* Tells that the time enters another epoch; false: there was no place. */
bool writer_announce_epoch(CaptureWriter *w, uint64_t time);

/* What was refused, and what was kept and then cut off. */
CaptureLost writer_losses(const CaptureWriter *w);

/* Counts what got no place. */
void writer_refuse_bytes(CaptureWriter *w, uint64_t n);
void writer_refuse_event(CaptureWriter *w);

static inline void writer_publish(CaptureWriter *w, uint64_t pos, uint64_t word)
{
    __atomic_store_n(writer_word(w, pos), word, __ATOMIC_RELEASE);
}

/*
 * Reserves @n words below *@limit, or returns UINT64_MAX.  The look before
 * the add keeps the counter from running away while nothing can be stored.
 * The limit is read once: who was refused stays refused, so that a place
 * beyond the old limit is never a record's and a pad's in turn.
 */
static inline uint64_t writer_reserve(CaptureWriter *w, const uint64_t *limit,
                                      uint64_t n)
{
    uint64_t end = __atomic_load_n(limit, __ATOMIC_ACQUIRE);
    uint64_t pos;

    if (__builtin_expect(
            __atomic_load_n(&w->reserved, __ATOMIC_RELAXED) + n > end, 0)) {
        return UINT64_MAX;
    }
    pos = __atomic_fetch_add(&w->reserved, n, __ATOMIC_RELAXED);
    if (__builtin_expect(pos + n > end, 0)) {
        writer_pad(w, pos, n);
        return UINT64_MAX;
    }
    return pos;
}

/* For *@len bytes that do not all fit: as many as do, or UINT64_MAX. */
uint64_t writer_reserve_some(CaptureWriter *w, size_t *len);

static inline uint64_t writer_event_words(size_t len)
{
    return 1 + (len + CAPTURE_CONT_BYTES - 1) / CAPTURE_CONT_BYTES;
}

/* Stores an event in the writer_event_words(@len) words at @pos, head last. */
void writer_store_event(CaptureWriter *w, uint64_t pos, uint64_t time,
                        uint8_t kind, const uint8_t *payload, size_t len);

static inline bool writer_in_epoch(const CaptureWriter *w, uint64_t time)
{
    return time >> EPOCH_SHIFT == __atomic_load_n(&w->epoch, __ATOMIC_ACQUIRE);
}

/*
 * False: no record of @time can be kept, for a reader would misdate it.  The
 * first record of an epoch is a CLOCK record, whoever wins the race for it.
 */
static inline bool writer_check_epoch(CaptureWriter *w, uint64_t time)
{
    return __builtin_expect(writer_in_epoch(w, time), 1) ||
           writer_announce_epoch(w, time);
}

#endif
