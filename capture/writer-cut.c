/*
 * Faults of the file.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "writer-cut.h"
#include "writer-drop.h"
#include "writer-map.h"
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
    CaptureLost kept = writer_drop_count(w, &w->kept_end);

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
    bool has_session;

    w->kept_end = MIN(w->kept_end, words);
    count_gone(w);
    has_session = w->kept_end >= w->first + writer_event_words(w->session->len);
    if (!has_session) {
        w->kept_end = MIN(w->kept_end, w->first);
    }
    /*
     * The page in which a file ends goes on behind its end, and what threads
     * stored there would appear when the file grows again.
     */
    if (ftruncate(w->fd,
                  CAPTURE_HEADER_SIZE + w->kept_end * CAPTURE_WORD_SIZE)) {
        /* The disk is worse off than the file. */
    }
    w->tail = w->kept_end;
    if (!has_session) {
        w->tail = salvage_event(w->fd, w->tail, 0, CAPTURE_SESSION,
                                w->session->data, w->session->len);
    }
}

/* False: it is somebody else's by now, and not to be touched. */
static bool is_ours(CaptureWriter *w)
{
    bool ours;

    pthread_mutex_lock(&w->lock);
    ours = salvage_is_ours(
        w->fd, &w->saved, CAPTURE_HEADER_SIZE + w->whole * CAPTURE_WORD_SIZE,
        CAPTURE_HEADER_SIZE + __atomic_load_n(&w->reserved, __ATOMIC_RELAXED) *
                                  CAPTURE_WORD_SIZE);
    pthread_mutex_unlock(&w->lock);
    return ours;
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

    if (fstat(w->fd, &st) || !is_ours(w)) {
        /* All is gone, and there is no file to say so in. */
        w->kept_end = w->first;
        count_gone(w);
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
    w->reported = lost;
}

/*
 * Every word below @w->whole was there once: where the last of them is zero
 * now, the file was cut, and grown again by somebody.  Moves it on.
 */
static bool words_are_there(CaptureWriter *w, uint64_t end)
{
    uint64_t at = w->whole;

    if (at > w->first &&
        !__atomic_load_n(writer_word(w, at - 1), __ATOMIC_RELAXED)) {
        return false;
    }
    while (at < end && __atomic_load_n(writer_word(w, at), __ATOMIC_RELAXED)) {
        at++;
    }
    w->whole = at;
    return true;
}

/* The header's beginning, which we never change while we write. */
static bool header_is_ours(const CaptureWriter *w)
{
    return !memcmp(w->header, &w->saved, offsetof(CaptureHeader, flags)) &&
           w->header->start_mono_ns == w->saved.start_mono_ns &&
           w->header->start_wall_ns == w->saved.start_wall_ns &&
           w->header->pid == w->saved.pid;
}

static bool is_whole(CaptureWriter *w, bool last)
{
    uint64_t end = writer_words_in(writer_used_bytes(w));
    struct stat st;

    if (w->cut || (fstat(w->fd, &st) == 0 && (uint64_t)st.st_size != w->size)) {
        return false;
    }
    if (!header_is_ours(w) || !words_are_there(w, end) ||
        sigbus_damaged(w->guard) || writer_drop_damaged(w)) {
        return false;
    }
    /* When nobody writes any more, nobody is about to fill a gap. */
    return !last || w->whole == end;
}

/*
 * From here on nothing of ours is in the file's pages: threads that have a
 * place store into memory that is nobody's, and what they store is lost.
 */
static __attribute__((noinline)) void let_go(CaptureWriter *w)
{
    __atomic_store_n(&w->limit, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&w->event_limit, 0, __ATOMIC_RELEASE);
    writer_unmap_all(w, true);
    writer_drop_let_go(w);
}

void writer_check_cut(CaptureWriter *w, bool last)
{
    if (w->dead || is_whole(w, last)) {
        return;
    }
    w->dead = true;
    let_go(w);
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
    if (memcmp(&lost, &w->reported, sizeof(lost)) && is_ours(w)) {
        put_header(w, &lost);
        w->reported = lost;
    }
}

int writer_end_dead(CaptureWriter *w)
{
    writer_salvage(w);
    return is_ours(w) ? salvage_end(w->fd, &w->saved) : 0;
}
