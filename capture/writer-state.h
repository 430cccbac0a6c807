/*
 * What a writer knows.  For the files of the writer alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_WRITER_STATE_H
#define CAPTURE_WRITER_STATE_H

#include <pthread.h>
#include <time.h>

#include "salvage.h"
#include "sigbus.h"
#include "writer.h"

#define NS_PER_S UINT64_C(1000000000)

/* Kept ready ahead of the guest: at first, and at most, in bytes. */
#define AHEAD_MIN (UINT64_C(4) << 20)
#define AHEAD_MAX (UINT64_C(64) << 20)

/* The smallest piece worth mapping when the disk is nearly full, in bytes. */
#define PIECE_MIN (UINT64_C(64) << 10)

/*
 * Words at the end of what is mapped that are kept for events: at the cap,
 * or on a full disk, the end must be told.
 */
#define EVENT_WORDS 512

/*
 * Pads that threads leave to the helper where addresses are used again: two
 * for each thread at most, between two rounds.
 */
#define PADS_MAX 512

/*
 * A CLOCK record is due when the time enters another half of the 48-bit
 * range, so the reader never has to guess across more than a half.
 */
#define EPOCH_SHIFT (CAPTURE_TIME_BITS - 1)
#define EPOCH_NONE UINT64_MAX

typedef struct WriterDrop WriterDrop;

struct CaptureWriter {
    /* Read by every append; written by the helper when it maps more. */
    uint64_t *words;
    uint64_t mask; /* of a word's number, for its place in @words */
    CaptureHeader *header;
    uint64_t start_ns;
    uint64_t limit; /* first word that bytes may not use */
    uint64_t event_limit; /* first word that events may not use */
    uint64_t epoch; /* time >> EPOCH_SHIFT that was announced last */
    CaptureClockFunc *virtual_now; /* NULL: stamps are the host's */

    uint64_t mapped_words; /* that a pad can be stored to */

    /* Words handed out: what all writers contend for. */
    _Alignas(64) uint64_t reserved;
    uint64_t other_words; /* of those, words that are no guest's byte */
    uint64_t events; /* kept, but for the writer's own */
    const char *last_thread; /* that stamped: see capture_writer_now() */

    /* Refused so far; the header, which can be cut off, has a copy. */
    _Alignas(64) CaptureLost lost;

    /* The helper's own. */
    _Alignas(64) char *region;
    uint64_t region_size; /* bytes that may be mapped there */
    uint64_t window; /* byte of the file from which on it is mapped */
    uint64_t mapped; /* and up to which; the header always is */
    uint64_t size; /* of the file, bytes: we made it so */
    uint64_t whole; /* all words below were seen stored */
    uint64_t ahead, ahead_max; /* bytes to keep ready */
    uint64_t size_max; /* page-aligned, 0: none */
    uint64_t last_reserved;
    CaptureLost reported; /* losses that the capture has already */
    WriterDrop *drop; /* NULL: nothing is ever dropped */
    uint64_t pads[PADS_MAX]; /* first word << 16 | how many; 0: none */
    CaptureLookFunc *look; /* NULL: nothing to look at */
    void *look_data;
    bool last_look; /* the helper's own */
    uint64_t news; /* when it last had some, ns, CLOCK_MONOTONIC */
    uint64_t first; /* word that the session begins at */
    int fd;
    CaptureClockMode clock;
    bool cut; /* the file was not what we made when it was to grow */
    bool dead; /* nor is it any more; nothing of ours is mapped then: */
    _Alignas(8) CaptureLost gone; /* kept, then cut off */
    uint64_t kept_end; /* word behind what the cut left */
    uint64_t tail; /* where the next record can be put */
    bool stop, stopped; /* asked to end; touches nothing any more */
    pthread_t helper;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    SigbusRegion *guard;
    char *path;
    GByteArray *session; /* payload of the SESSION record */
    CaptureHeader saved; /* as it was written, without the counters */
    bool machine_due; /* its machine is not in the file's header yet */
};

static inline uint64_t clock_ns(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static inline uint64_t writer_words_in(uint64_t bytes)
{
    return (bytes - CAPTURE_HEADER_SIZE) / CAPTURE_WORD_SIZE;
}

static inline uint64_t writer_offset(uint64_t word)
{
    return CAPTURE_HEADER_SIZE + word * CAPTURE_WORD_SIZE;
}

/* Where a word is mapped, if it is. */
static inline uint64_t *writer_word(const CaptureWriter *w, uint64_t pos)
{
    return &w->words[pos & w->mask];
}

static inline uint64_t writer_used_bytes(const CaptureWriter *w)
{
    uint64_t words = __atomic_load_n(&w->reserved, __ATOMIC_RELAXED);

    return writer_offset(MIN(words, writer_words_in(w->mapped)));
}

#endif
