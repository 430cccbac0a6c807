/*
 * Faults of the file.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <sys/stat.h>
#include <string.h>

#include "writer-cut.h"
#include "writer-grow.h"
#include "writer-place.h"

/*
 * What was kept and is no longer there.  A word that a thread is storing
 * right now may be in either number; after the last one it is exact.
 */
static void count_gone(CaptureWriter *w)
{
    uint64_t bytes = __atomic_load_n(&w->reserved, __ATOMIC_RELAXED) -
                     w->first -
                     __atomic_load_n(&w->other_words, __ATOMIC_RELAXED);
    uint64_t events = __atomic_load_n(&w->events, __ATOMIC_RELAXED);
    CaptureLost kept = salvage_count(w->fd, w->first, &w->kept_end);

    __atomic_store_n(&w->gone.bytes, bytes - MIN(kept.bytes, bytes),
                     __ATOMIC_RELAXED);
    __atomic_store_n(&w->gone.events, events - MIN(kept.events, events),
                     __ATOMIC_RELAXED);
}

/*
 * After the first cut, or one more: what is left ends with a whole record,
 * and behind it comes what a reader needs to go on.
 */
static void begin_tail(CaptureWriter *w, uint64_t words)
{
    w->kept_end = MIN(w->kept_end, words);
    count_gone(w);
    w->tail = w->kept_end;
    if (w->kept_end < w->first + writer_event_words(w->session->len)) {
        w->tail = w->kept_end = MIN(w->kept_end, w->first);
        w->tail = salvage_event(w->fd, w->tail, 0, CAPTURE_SESSION,
                                w->session->data, w->session->len);
    }
}

static void put_header(CaptureWriter *w, const CaptureLost *lost)
{
    pthread_mutex_lock(&w->lock);
    salvage_header(w->fd, &w->saved, lost);
    pthread_mutex_unlock(&w->lock);
}

void writer_salvage(CaptureWriter *w)
{
    CaptureClock clock = { .time_ns = capture_writer_now(w) };
    uint64_t words;
    CaptureLost lost;
    struct stat st;

    if (fstat(w->fd, &st) || !salvage_is_ours(w->fd)) {
        return;
    }
    words = st.st_size > CAPTURE_HEADER_SIZE ? writer_words_in(st.st_size) : 0;
    if (words < w->tail) {
        /* First: once there are records it would be taken for whole. */
        lost = writer_losses(w);
        put_header(w, &lost);
        begin_tail(w, words);
    } else {
        count_gone(w);
    }
    lost = writer_losses(w);
    put_header(w, &lost);
    w->tail = salvage_event(w->fd, w->tail, clock.time_ns, CAPTURE_CLOCK,
                            &clock, sizeof(clock));
    w->tail = salvage_event(w->fd, w->tail, clock.time_ns, CAPTURE_LOST, &lost,
                            sizeof(lost));
    w->told = lost;
}

/* Somebody cut the file: what we store now goes nowhere, so say it is lost. */
void writer_check_cut(CaptureWriter *w)
{
    struct stat st;

    if (w->dead || (!sigbus_damaged(&w->guard) &&
                    (fstat(w->fd, &st) || (uint64_t)st.st_size >= w->mapped))) {
        return;
    }
    w->dead = true;
    __atomic_store_n(&w->limit, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&w->event_limit, 0, __ATOMIC_RELEASE);
    w->kept_end = writer_words_in(writer_used_bytes(w));
    w->tail = UINT64_MAX;
}

/*
 * One round after the cut, for whoever empties a file may be about to write
 * it, then the header's counters alone: its page in our mapping may not be
 * the file's any more.
 */
void writer_tell_dead(CaptureWriter *w)
{
    CaptureLost lost = writer_losses(w);

    if (w->tail == UINT64_MAX) {
        writer_salvage(w);
        return;
    }
    if (memcmp(&lost, &w->told, sizeof(lost)) && salvage_is_ours(w->fd)) {
        put_header(w, &lost);
        w->told = lost;
    }
}
