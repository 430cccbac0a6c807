/*
 * The wait-free writer and its helper thread.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "salvage.h"
#include "sigbus.h"
#include "writer.h"

#define NS_PER_S UINT64_C(1000000000)

/* Kept ready ahead of the guest: at first, and at most, in bytes. */
#define AHEAD_MIN (UINT64_C(4) << 20)
#define AHEAD_MAX (UINT64_C(64) << 20)

/* The smallest piece worth mapping when the disk is nearly full, in bytes. */
#define PIECE_MIN (UINT64_C(64) << 10)

/* Address space asked for; halved until the kernel agrees. */
#define REGION_MAX (UINT64_C(256) << 30)
#define REGION_MIN (UINT64_C(64) << 20)

/*
 * Words at the end of what is mapped that are kept for events: at the cap,
 * or on a full disk, the end must be told.
 */
#define EVENT_WORDS 512

/* How long the helper sleeps while bytes come, and while none do. */
#define TICK_BUSY_MS 5
#define TICK_IDLE_MS 40

/* How long exit() waits for the helper, which a disk may hold up. */
#define ABANDON_MS 500

/*
 * A CLOCK record is due when the time enters another half of the 48-bit
 * range, so the reader never has to guess across more than a half.
 */
#define EPOCH_SHIFT (CAPTURE_TIME_BITS - 1)
#define EPOCH_NONE UINT64_MAX

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

struct CaptureWriter {
    /* Read by every append; written by the helper when it maps more. */
    uint64_t *words;
    CaptureHeader *header;
    uint64_t start_ns;
    uint64_t limit; /* first word that bytes may not use */
    uint64_t event_limit; /* first word that events may not use */
    uint64_t epoch; /* time >> EPOCH_SHIFT that was announced last */
    uint64_t mapped_words; /* that a pad can be stored to */
    CaptureClockFunc *virtual_now; /* NULL: stamps are the host's */

    /* Words handed out: what all writers contend for. */
    _Alignas(64) uint64_t reserved;
    uint64_t other_words; /* of those, words that are no guest's byte */
    uint64_t events; /* kept, but for the writer's own */

    /* Refused so far; the header, which can be cut off, has a copy. */
    _Alignas(64) CaptureLost lost;

    /* The helper's own. */
    _Alignas(64) char *region;
    uint64_t region_size;
    uint64_t mapped; /* bytes of the file mapped, header included */
    uint64_t ahead; /* bytes to keep ready */
    uint64_t size_max; /* page-aligned, 0: none */
    uint64_t last_reserved;
    CaptureLost told; /* losses the capture tells of already */
    uint64_t first; /* word that the session begins at */
    int fd;
    CaptureClockMode clock;
    bool dead; /* the file was truncated under us: */
    _Alignas(8) CaptureLost gone; /* kept, then cut off */
    uint64_t kept_end; /* word behind what the cut left */
    uint64_t tail; /* where the next record can be put */
    bool stop, stopped; /* asked to end; touches nothing any more */
    pthread_t helper;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    SigbusRegion guard;
    char *path;
    GByteArray *session; /* payload of the SESSION record */
    CaptureHeader saved; /* as it was written, without the counters */
};

GQuark capture_writer_error_quark(void)
{
    return g_quark_from_static_string("capture-writer-error");
}

static uint64_t clock_ns(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

CaptureClockMode capture_writer_clock(const CaptureWriter *w)
{
    return w->clock;
}

/* A time that wraps below 0 would be read as one of centuries later. */
static inline uint64_t from_zero(int64_t time)
{
    return time < 0 ? 0 : time;
}

uint64_t capture_writer_time(const CaptureWriter *w, uint64_t mono_ns)
{
    uint64_t time = from_zero(mono_ns - w->start_ns);

    if (__builtin_expect(w->virtual_now && time, 0)) {
        return from_zero(w->virtual_now());
    }
    return time;
}

uint64_t capture_writer_now(const CaptureWriter *w)
{
    if (__builtin_expect(w->virtual_now != NULL, 0)) {
        return from_zero(w->virtual_now());
    }
    return from_zero(capture_mono_ns() - w->start_ns);
}

uint64_t capture_writer_words(const CaptureWriter *w)
{
    return __atomic_load_n(&w->reserved, __ATOMIC_RELAXED);
}

const char *capture_writer_path(const CaptureWriter *w)
{
    return w->path;
}

/* ------------------------------------------------------------------ */
/* The guest's path                                                    */

static void count_lost_bytes(CaptureWriter *w, uint64_t n)
{
    __atomic_fetch_add(&w->lost.bytes, n, __ATOMIC_RELAXED);
    __atomic_fetch_add(&w->header->lost_bytes, n, __ATOMIC_RELAXED);
}

static void count_lost_event(CaptureWriter *w)
{
    __atomic_fetch_add(&w->lost.events, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&w->header->lost_events, 1, __ATOMIC_RELAXED);
}

static inline void publish(CaptureWriter *w, uint64_t pos, uint64_t word)
{
    __atomic_store_n(&w->words[pos], word, __ATOMIC_RELEASE);
}

/*
 * A race took @n places at @pos beyond the limit: no reader shall wait for
 * them.  What is not mapped yet the helper pads when it is; either it sees
 * our reservation, or we see its mapping.
 */
static __attribute__((noinline)) void pad(CaptureWriter *w, uint64_t pos,
                                          uint64_t n)
{
    uint64_t end;

    __atomic_fetch_add(&w->other_words, n, __ATOMIC_RELAXED);
    __atomic_fetch_add(&w->reserved, 0, __ATOMIC_ACQ_REL);
    end = MIN(pos + n, __atomic_load_n(&w->mapped_words, __ATOMIC_ACQUIRE));
    for (uint64_t i = pos; i < end; i++) {
        publish(w, i, capture_word(CAPTURE_PAD, 0, 0));
    }
}

/*
 * Reserves @n words below *@limit, or returns UINT64_MAX.  The look before
 * the add keeps the counter from running away while nothing can be stored.
 * The limit is read once: who was refused stays refused, so that a place
 * beyond the old limit is never a record's and a pad's in turn.
 */
static inline uint64_t reserve(CaptureWriter *w, const uint64_t *limit,
                               uint64_t n)
{
    uint64_t end = __atomic_load_n(limit, __ATOMIC_ACQUIRE);
    uint64_t pos;

    sigbus_admit();
    if (__builtin_expect(
            __atomic_load_n(&w->reserved, __ATOMIC_RELAXED) + n > end, 0)) {
        return UINT64_MAX;
    }
    pos = __atomic_fetch_add(&w->reserved, n, __ATOMIC_RELAXED);
    if (__builtin_expect(pos + n > end, 0)) {
        pad(w, pos, n);
        return UINT64_MAX;
    }
    return pos;
}

static inline uint64_t event_words(size_t len)
{
    return 1 + (len + CAPTURE_CONT_BYTES - 1) / CAPTURE_CONT_BYTES;
}

/* Stores an event in the @n + 1 words at @pos, its head last. */
static void store_event(CaptureWriter *w, uint64_t pos, uint64_t time,
                        uint8_t kind, const uint8_t *payload, size_t len)
{
    size_t n = event_words(len) - 1;

    __atomic_fetch_add(&w->other_words, n + 1, __ATOMIC_RELAXED);
    for (size_t i = 0; i < n; i++) {
        size_t at = i * CAPTURE_CONT_BYTES;
        uint64_t word = 0;

        memcpy(&word, payload + at, MIN(len - at, CAPTURE_CONT_BYTES));
        word |= (uint64_t)CAPTURE_CONT << CAPTURE_KIND_SHIFT;
        publish(w, pos + 1 + i, word);
    }
    publish(w, pos, capture_word(kind, n, time));
}

/*
 * At the cap, what comes as often as the guest likes ends with its bytes:
 * the rest of the file is for what happened to the VM, and for the loss.
 */
static const uint64_t *event_limit(const CaptureWriter *w, CaptureKind kind)
{
    switch (capture_kind_class(kind)) {
    case CAPTURE_CLASS_WRITER:
    case CAPTURE_CLASS_VM:
        return &w->event_limit;
    case CAPTURE_CLASS_GUEST:
    case CAPTURE_CLASS_FW_CFG:
    case CAPTURE_CLASS_HOST:
        break;
    }
    return &w->limit;
}

static inline bool in_epoch(const CaptureWriter *w, uint64_t time)
{
    return time >> EPOCH_SHIFT == __atomic_load_n(&w->epoch, __ATOMIC_ACQUIRE);
}

/*
 * Every thread that enters another epoch, a later one or, on the virtual
 * clock, an earlier one, tells of it before its own record.  The epoch is
 * taken down before the CLOCK record gets its place and set after that:
 * whoever sees the new one writes behind the record, and whoever still sees
 * the old one behind its own reservation wrote before it.  False: there was
 * no place.
 */
static __attribute__((noinline)) bool announce_epoch(CaptureWriter *w,
                                                     uint64_t time)
{
    CaptureClock clock = { .time_ns = time };
    uint64_t pos;

    __atomic_store_n(&w->epoch, EPOCH_NONE, __ATOMIC_RELAXED);
    __atomic_fetch_add(&w->reserved, 0, __ATOMIC_ACQ_REL);
    pos = reserve(w, &w->event_limit, event_words(sizeof(clock)));
    if (pos == UINT64_MAX) {
        return false;
    }
    store_event(w, pos, time, CAPTURE_CLOCK, (uint8_t *)&clock, sizeof(clock));
    __atomic_store_n(&w->epoch, time >> EPOCH_SHIFT, __ATOMIC_RELEASE);
    return true;
}

/* False: no record of @time can be kept, for a reader would misdate it. */
static inline bool check_epoch(CaptureWriter *w, uint64_t time)
{
    return __builtin_expect(in_epoch(w, time), 1) || announce_epoch(w, time);
}

static bool append_event(CaptureWriter *w, uint64_t time, const uint64_t *limit,
                         uint8_t kind, const void *payload, size_t len)
{
    uint64_t pos = UINT64_MAX;

    len = MIN(len, CAPTURE_PAYLOAD_MAX);
    if (check_epoch(w, time)) {
        pos = reserve(w, limit, event_words(len));
    }
    if (pos == UINT64_MAX) {
        count_lost_event(w);
        return false;
    }
    __atomic_fetch_add(&w->events, 1, __ATOMIC_RELAXED);
    store_event(w, pos, time, kind, payload, len);
    return true;
}

void capture_append(CaptureWriter *w, uint8_t stream, uint8_t byte)
{
    uint64_t time = capture_writer_now(w);
    uint64_t pos = UINT64_MAX;

    if (check_epoch(w, time)) {
        pos = reserve(w, &w->limit, 1);
    }
    if (__builtin_expect(pos == UINT64_MAX, 0)) {
        count_lost_bytes(w, 1);
        return;
    }
    publish(w, pos, capture_word(CAPTURE_BYTE + stream, byte, time));
}

/* How many of @len words fit below the limit, at *@pos. */
static size_t reserve_some(CaptureWriter *w, size_t len, uint64_t *pos)
{
    uint64_t limit, used;

    *pos = reserve(w, &w->limit, len);
    if (*pos == UINT64_MAX) {
        limit = __atomic_load_n(&w->limit, __ATOMIC_ACQUIRE);
        used = __atomic_load_n(&w->reserved, __ATOMIC_RELAXED);
        len = used < limit ? MIN(limit - used, len) : 0;
        *pos = len ? reserve(w, &w->limit, len) : UINT64_MAX;
    }
    return *pos == UINT64_MAX ? 0 : len;
}

void capture_append_bytes(CaptureWriter *w, uint64_t time, uint8_t stream,
                          const uint8_t *buf, size_t len)
{
    uint64_t pos;
    size_t fits = check_epoch(w, time) ? reserve_some(w, len, &pos) : 0;

    for (size_t i = 0; i < fits; i++) {
        publish(w, pos + i, capture_word(CAPTURE_BYTE + stream, buf[i], time));
    }
    if (__builtin_expect(fits < len, 0)) {
        count_lost_bytes(w, len - fits);
    }
}

bool capture_append_event(CaptureWriter *w, uint64_t time, CaptureKind kind,
                          const void *payload, size_t len)
{
    return append_event(w, time, event_limit(w, kind), kind, payload, len);
}

void capture_append_vclock(CaptureWriter *w, uint64_t time, uint64_t virtual_ns)
{
    /* 56 bits are two years; one word less on every line. */
    append_event(w, time, &w->limit, CAPTURE_VCLOCK, &virtual_ns,
                 CAPTURE_CONT_BYTES);
}

void capture_writer_lost(const CaptureWriter *w, uint64_t *bytes,
                         uint64_t *events)
{
    *bytes = __atomic_load_n(&w->lost.bytes, __ATOMIC_RELAXED) +
             __atomic_load_n(&w->gone.bytes, __ATOMIC_RELAXED);
    *events = __atomic_load_n(&w->lost.events, __ATOMIC_RELAXED) +
              __atomic_load_n(&w->gone.events, __ATOMIC_RELAXED);
}

static CaptureLost losses(const CaptureWriter *w)
{
    uint64_t bytes, events;

    capture_writer_lost(w, &bytes, &events);
    return (CaptureLost){ .bytes = bytes, .events = events };
}

/* ------------------------------------------------------------------ */
/* The helper thread                                                   */

static uint64_t words_in(uint64_t bytes)
{
    return (bytes - CAPTURE_HEADER_SIZE) / CAPTURE_WORD_SIZE;
}

/* Faults pages in for writing; the data in them stays as it is. */
static void populate(char *start, uint64_t size)
{
    if (madvise(start, size, MADV_POPULATE_WRITE) == 0) {
        return;
    }
    for (uint64_t at = 0; at < size; at += 4096) {
        __atomic_fetch_or((uint64_t *)(start + at), 0, __ATOMIC_RELAXED);
    }
}

/* Maps @add more bytes of the file, which has them; not yet faulted in. */
static int map_piece(CaptureWriter *w, uint64_t add)
{
    char *start = w->region + w->mapped;

    if (mmap(start, add, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, w->fd,
             w->mapped) == MAP_FAILED) {
        return errno;
    }
    /* A child of QEMU's has no business in here. */
    madvise(start, add, MADV_DONTFORK);
    w->mapped += add;
    return 0;
}

static int allocate(int fd, uint64_t at, uint64_t size)
{
    int ret;

    do {
        ret = posix_fallocate(fd, at, size);
    } while (ret == EINTR);
    return ret;
}

/*
 * Maps the next piece, up to file size @size or, where the disk has no room
 * for that, as much as it has.  posix_fallocate() and not ftruncate(): a
 * store to a page without a block on a full disk is SIGBUS.
 */
static int map_more(CaptureWriter *w, uint64_t size)
{
    uint64_t add = size - w->mapped;
    int ret = allocate(w->fd, w->mapped, add);

    while (ret && add / 2 >= PIECE_MIN) {
        add = add / 2 & ~UINT64_C(4095);
        ret = allocate(w->fd, w->mapped, add);
    }
    if (ret == 0) {
        ret = map_piece(w, add);
    }
    if (ret == 0) {
        populate(w->region + w->mapped - add, add);
    }
    return ret;
}

/*
 * Room for a LOST record is there whatever came before: only who tells of
 * losses may use the last words.
 */
#define LOST_WORDS                                                             \
    (1 + (sizeof(CaptureLost) + CAPTURE_CONT_BYTES - 1) / CAPTURE_CONT_BYTES)

/*
 * What was lost since the last LOST record.  The helper's alone, or (@alone)
 * after it ended: a reader must not depend on the header's counters.
 *
 * QEMU's own threads write one after the other, but the helper beside them:
 * where the virtual clock jumps, its record must neither come between a
 * CLOCK and what that was for, nor behind one of another time.  Then it
 * waits for the next turn.
 */
static void tell_losses(CaptureWriter *w, bool alone)
{
    CaptureLost lost = losses(w);
    uint64_t time = capture_writer_now(w);
    uint64_t pos;

    if (!memcmp(&lost, &w->told, sizeof(lost)) ||
        !(w->virtual_now && !alone ? in_epoch(w, time)
                                   : check_epoch(w, time))) {
        return;
    }
    pos = __atomic_fetch_add(&w->reserved, LOST_WORDS, __ATOMIC_ACQ_REL);
    if (pos + LOST_WORDS > w->mapped_words || !in_epoch(w, time)) {
        pad(w, pos, LOST_WORDS);
        return;
    }
    store_event(w, pos, time, CAPTURE_LOST, (uint8_t *)&lost, sizeof(lost));
    w->told = lost;
}

/*
 * After more was mapped: pads what was reserved beyond the old limits and
 * tells of what did not fit, then lets the writers go on behind it.
 */
static void raise_limits(CaptureWriter *w)
{
    uint64_t old = w->mapped_words;
    uint64_t words = words_in(w->mapped);
    uint64_t byte_words = words - EVENT_WORDS;
    uint64_t reserved;

    __atomic_store_n(&w->mapped_words, words, __ATOMIC_RELEASE);
    reserved = __atomic_fetch_add(&w->reserved, 0, __ATOMIC_ACQ_REL);
    for (uint64_t i = old; i < MIN(reserved, words); i++) {
        publish(w, i, capture_word(CAPTURE_PAD, 0, 0));
    }
    tell_losses(w, false);
    __atomic_store_n(&w->event_limit, words - LOST_WORDS, __ATOMIC_RELEASE);
    __atomic_store_n(&w->limit, byte_words, __ATOMIC_RELEASE);
}

static uint64_t used_bytes(const CaptureWriter *w)
{
    uint64_t words = __atomic_load_n(&w->reserved, __ATOMIC_RELAXED);

    return CAPTURE_HEADER_SIZE +
           MIN(words, words_in(w->mapped)) * CAPTURE_WORD_SIZE;
}

static void extend(CaptureWriter *w)
{
    uint64_t size = w->mapped + w->ahead;

    if (w->size_max) {
        size = MIN(size, w->size_max);
    }
    size = MIN(size, w->region_size);
    if (size > w->mapped && map_more(w, size) == 0) {
        raise_limits(w);
    }
}

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
    if (w->kept_end < w->first + event_words(w->session->len)) {
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

/* Makes a capture again of what the cut left, and tells what it took. */
static void salvage(CaptureWriter *w)
{
    CaptureClock clock = { .time_ns = capture_writer_now(w) };
    uint64_t words;
    CaptureLost lost;
    struct stat st;

    if (fstat(w->fd, &st) || !salvage_is_ours(w->fd)) {
        return;
    }
    words = st.st_size > CAPTURE_HEADER_SIZE ? words_in(st.st_size) : 0;
    if (words < w->tail) {
        /* First: once there are records it would be taken for whole. */
        lost = losses(w);
        put_header(w, &lost);
        begin_tail(w, words);
    } else {
        count_gone(w);
    }
    lost = losses(w);
    put_header(w, &lost);
    w->tail = salvage_event(w->fd, w->tail, clock.time_ns, CAPTURE_CLOCK,
                            &clock, sizeof(clock));
    w->tail = salvage_event(w->fd, w->tail, clock.time_ns, CAPTURE_LOST, &lost,
                            sizeof(lost));
    w->told = lost;
}

/* Somebody cut the file: what we store now goes nowhere, so say it is lost. */
static void check_truncated(CaptureWriter *w)
{
    struct stat st;

    if (w->dead || (!sigbus_damaged(&w->guard) &&
                    (fstat(w->fd, &st) || (uint64_t)st.st_size >= w->mapped))) {
        return;
    }
    w->dead = true;
    __atomic_store_n(&w->limit, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&w->event_limit, 0, __ATOMIC_RELEASE);
    w->kept_end = words_in(used_bytes(w));
    w->tail = UINT64_MAX;
}

/*
 * One round after the cut, for whoever empties a file may be about to write
 * it, then the header's counters alone: its page in our mapping may not be
 * the file's any more.
 */
static void tell_dead(CaptureWriter *w)
{
    CaptureLost lost = losses(w);

    if (w->tail == UINT64_MAX) {
        salvage(w);
        return;
    }
    if (memcmp(&lost, &w->told, sizeof(lost)) && salvage_is_ours(w->fd)) {
        put_header(w, &lost);
        w->told = lost;
    }
}

/*
 * Write-back makes clean pages read-only again, and the next store to one
 * would fault: keep the header and the page being written to armed.
 */
static void rearm(CaptureWriter *w, uint64_t used)
{
    uint64_t page = used & ~UINT64_C(4095);

    populate(w->region, CAPTURE_HEADER_SIZE);
    populate(w->region + page, MIN(2 * UINT64_C(4096), w->mapped - page));
}

/* One round of the helper's work; returns how long to sleep, in ms. */
static int tick(CaptureWriter *w)
{
    uint64_t reserved = __atomic_load_n(&w->reserved, __ATOMIC_RELAXED);
    uint64_t words = reserved - w->last_reserved;
    uint64_t came = words * CAPTURE_WORD_SIZE;
    uint64_t used;

    if (w->dead) {
        tell_dead(w);
        return TICK_IDLE_MS;
    }
    check_truncated(w);
    if (w->dead) {
        return TICK_IDLE_MS;
    }

    w->last_reserved = reserved;
    __atomic_store_n(&w->header->reserved_words, reserved, __ATOMIC_RELAXED);
    if (came > w->ahead / 4 && w->ahead < AHEAD_MAX) {
        w->ahead *= 2;
    }
    used = used_bytes(w);
    if (w->mapped - used < w->ahead) {
        extend(w);
    }
    if (used < w->mapped) {
        rearm(w, used);
    }
    return came ? TICK_BUSY_MS : TICK_IDLE_MS;
}

static void *helper_main(void *opaque)
{
    CaptureWriter *w = opaque;
    struct timespec until;
    uint64_t at;

    pthread_mutex_lock(&w->lock);
    while (!w->stop) {
        pthread_mutex_unlock(&w->lock);
        capture_clock_tick();
        at = capture_mono_ns() + (uint64_t)tick(w) * 1000000;
        until.tv_sec = at / NS_PER_S;
        until.tv_nsec = at % NS_PER_S;
        pthread_mutex_lock(&w->lock);
        if (!w->stop) {
            pthread_cond_timedwait(&w->wake, &w->lock, &until);
        }
    }
    w->stopped = true;
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* QEMU's signals are for QEMU's threads; faults must still reach us. */
static int start_helper(CaptureWriter *w)
{
    pthread_condattr_t attr;
    sigset_t all, old;
    int ret;

    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&w->wake, &attr);
    pthread_condattr_destroy(&attr);

    sigfillset(&all);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    ret = pthread_create(&w->helper, NULL, helper_main, w);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (ret == 0) {
        pthread_setname_np(w->helper, "bootstamp");
    }
    return ret;
}

static void stop_helper(CaptureWriter *w)
{
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->helper, NULL);
}

/* The same, but waits no longer than that; true once it has stopped. */
static bool stop_helper_soon(CaptureWriter *w)
{
    uint64_t at = clock_ns(CLOCK_MONOTONIC) + ABANDON_MS * UINT64_C(1000000);
    struct timespec until = {
        .tv_sec = at / NS_PER_S,
        .tv_nsec = at % NS_PER_S,
    };
    bool stopped;
    int ret = 0;

    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->wake);
    while (!w->stopped && ret == 0) {
        ret = pthread_cond_timedwait(&w->wake, &w->lock, &until);
    }
    stopped = w->stopped;
    pthread_mutex_unlock(&w->lock);
    return stopped;
}

/* ------------------------------------------------------------------ */
/* Open and close                                                      */

static void set_errno(GError **error, const char *what, int err)
{
    g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_IO, "%s: %s",
                what, g_strerror(err));
}

static int folder_of(const CaptureWriterOptions *o)
{
    return o->dir_fd ? o->dir_fd : AT_FDCWD;
}

static const char *name_of(const CaptureWriterOptions *o)
{
    const char *slash = o->dir_fd ? strrchr(o->path, '/') : NULL;

    return slash ? slash + 1 : o->path;
}

/*
 * *@created: the file is ours to remove again.  Asked for with O_EXCL, for
 * somebody else's may come between a look and an open.
 */
static int open_file(const CaptureWriterOptions *o, bool *created,
                     GError **error)
{
    /* O_NONBLOCK: a FIFO must be refused below, not waited for here. */
    int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    int fd;

    fd = openat(folder_of(o), name_of(o), flags | O_CREAT | O_EXCL, 0600);
    *created = fd >= 0;
    if (*created && fchmod(fd, 0600)) {
        /* Some umask took the owner's bits too; not every file system cares. */
    }
    if (fd < 0 && errno == EEXIST && !o->exclusive) {
        fd = openat(folder_of(o), name_of(o), flags);
    }
    if (fd < 0 && errno == ELOOP) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_FOREIGN,
                    "is a symbolic link; name the file itself");
    } else if (fd < 0 && errno == EEXIST) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_EXISTS,
                    "exists already; name another file");
    } else if (fd < 0) {
        set_errno(error, "cannot create or open the capture", errno);
    }
    return fd;
}

static bool lock_file(int fd, GError **error)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

    if (fcntl(fd, F_OFD_SETLK, &lock) == 0) {
        return true;
    }
    if (errno == EAGAIN || errno == EACCES) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_IN_USE,
                    "is in use by another QEMU; name another file");
    } else {
        set_errno(error, "cannot lock the capture", errno);
    }
    return false;
}

/*
 * Where a file system writes every change to another place (btrfs), the
 * reservation of ours would serve the first store alone, and the next one to
 * the same page be SIGBUS on a full disk.  Works on an empty file only.
 */
static void forbid_copy_on_write(int fd)
{
    int flags;

    if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 && !(flags & FS_NOCOW_FL)) {
        flags |= FS_NOCOW_FL;
        ioctl(fd, FS_IOC_SETFLAGS, &flags);
    }
}

/*
 * A file that was there before: somebody else's would show them what the
 * guest writes, and one with a second name may be anywhere else as well.
 */
static bool check_owner(const struct stat *st, GError **error)
{
    if (st->st_uid != geteuid()) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_FOREIGN,
                    "belongs to another user (uid %u); "
                    "remove it or name another file",
                    (unsigned)st->st_uid);
        return false;
    }
    if (st->st_nlink > 1) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_FOREIGN,
                    "has several names (hard links); "
                    "remove this one or name another file");
        return false;
    }
    return true;
}

/* Looks at what is there: *@old is its header, all zero for a new file. */
static bool check_file(int fd, bool created, CaptureHeader *old, uint64_t *size,
                       GError **error)
{
    struct stat st;
    ssize_t got;

    memset(old, 0, sizeof(*old));
    if (fstat(fd, &st)) {
        set_errno(error, "cannot examine the capture", errno);
        return false;
    }
    if (!S_ISREG(st.st_mode)) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_FOREIGN,
                    "is not a regular file; a capture is mapped into memory");
        return false;
    }
    if (!created && !check_owner(&st, error)) {
        return false;
    }
    *size = st.st_size;
    if (st.st_size == 0) {
        return true;
    }
    got = pread(fd, old, sizeof(*old), 0);
    if (got < (ssize_t)sizeof(CAPTURE_MAGIC) - 1 ||
        memcmp(old->magic, CAPTURE_MAGIC, sizeof(old->magic))) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_FOREIGN,
                    "exists and is not a capture; "
                    "remove it or name another file");
        return false;
    }
    return true;
}

/* Bytes up to and including the last word that is not zero; 0: see errno. */
static uint64_t find_end(int fd, uint64_t size)
{
    uint64_t buf[8192];
    uint64_t end = size & ~(uint64_t)(CAPTURE_WORD_SIZE - 1);

    while (end > CAPTURE_HEADER_SIZE) {
        uint64_t at = end - MIN(end - CAPTURE_HEADER_SIZE, sizeof(buf));
        ssize_t got = pread(fd, buf, end - at, at);

        if (got != (ssize_t)(end - at)) {
            errno = got < 0 ? errno : EIO;
            return 0;
        }
        for (uint64_t i = (end - at) / CAPTURE_WORD_SIZE; i > 0; i--) {
            if (buf[i - 1]) {
                return at + i * CAPTURE_WORD_SIZE;
            }
        }
        end = at;
    }
    return CAPTURE_HEADER_SIZE;
}

static void read_boot_id(char *buf, size_t size)
{
    g_autofree char *text = NULL;

    memset(buf, 0, size);
    if (g_file_get_contents("/proc/sys/kernel/random/boot_id", &text, NULL,
                            NULL)) {
        g_strlcpy(buf, g_strstrip(text), size);
    }
}

static bool map_region(CaptureWriter *w)
{
    uint64_t size = w->size_max ? w->size_max : REGION_MAX;

    for (;;) {
        w->region = mmap(NULL, size, PROT_NONE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (w->region != MAP_FAILED) {
            w->region_size = size;
            return true;
        }
        if (size <= REGION_MIN) {
            return false;
        }
        size /= 2;
    }
}

/*
 * Maps the file up to its first piece beyond @end, the bytes that an earlier
 * session wrote: those first, whole, then as much as there is room for.
 */
static bool map_first(CaptureWriter *w, uint64_t end, GError **error)
{
    uint64_t old = (end + 4095) & ~UINT64_C(4095);
    int ret;

    if (!map_region(w)) {
        set_errno(error, "cannot reserve address space", errno);
        return false;
    }
    /* Before the first page is touched: somebody may cut the file now. */
    sigbus_admit();
    sigbus_guard(&w->guard, w->region, w->region_size, true);
    ret = old < w->region_size ? allocate(w->fd, 0, old) : ENOMEM;
    if (ret == 0) {
        ret = map_piece(w, old);
    }
    if (ret == 0) {
        /* What lies between stays on the disk, all gigabytes of it. */
        populate(w->region, CAPTURE_HEADER_SIZE);
        populate(w->region + old - 4096, 4096);
    }
    if (ret == 0) {
        ret = map_more(w, MIN(old + w->ahead, w->region_size));
    }
    if (ret) {
        set_errno(error, "cannot reserve disk space", ret);
        sigbus_unguard(&w->guard);
        munmap(w->region, w->region_size);
        return false;
    }
    w->header = (CaptureHeader *)w->region;
    w->words = (uint64_t *)(w->region + CAPTURE_HEADER_SIZE);
    return true;
}

static uint32_t version_of(CaptureClockMode clock)
{
    return clock == CAPTURE_CLOCK_MODE_VIRTUAL ? CAPTURE_VERSION_VIRTUAL
                                               : CAPTURE_VERSION;
}

/* VCLOCK records are missing only where no session asked for them. */
static uint32_t first_flags(const CaptureHeader *old, CaptureClockMode clock)
{
    bool had_none = !old->version || old->flags & CAPTURE_FLAG_NO_VCLOCK;

    return had_none && clock == CAPTURE_CLOCK_MODE_HOST ? CAPTURE_FLAG_NO_VCLOCK
                                                        : 0;
}

static void fill_header(CaptureWriter *w, const CaptureWriterOptions *o,
                        const CaptureHeader *old, uint64_t start_ns,
                        uint64_t used_words)
{
    CaptureHeader *h = w->header;
    uint64_t age = capture_mono_ns() - start_ns;
    uint64_t magic;

    h->version = version_of(o->clock);
    h->header_size = CAPTURE_HEADER_SIZE;
    h->clock = o->clock == CAPTURE_CLOCK_MODE_VIRTUAL ? CAPTURE_CLOCK_VIRTUAL
                                                      : CAPTURE_CLOCK_MONOTONIC;
    h->flags = first_flags(old, o->clock);
    if (!old->version) {
        h->start_mono_ns = start_ns;
        h->start_wall_ns = clock_ns(CLOCK_REALTIME) - age;
        read_boot_id(h->boot_id, sizeof(h->boot_id));
    }
    h->size_max = w->size_max;
    h->guest_ram = 0;
    h->pid = getpid();
    h->reserved_words = used_words;
    h->lost_bytes = 0;
    h->lost_events = 0;
    memset(h->machine, 0, sizeof(h->machine));
    g_strlcpy(h->qemu_version, o->qemu_version ? o->qemu_version : "",
              sizeof(h->qemu_version));
    g_strlcpy(h->chardev_id, o->chardev_id ? o->chardev_id : "",
              sizeof(h->chardev_id));
    g_strlcpy(h->arch, o->arch ? o->arch : "", sizeof(h->arch));
    /* Last: a file with the magic has a whole header. */
    memcpy(&magic, CAPTURE_MAGIC, sizeof(magic));
    __atomic_store_n((uint64_t *)h->magic, magic, __ATOMIC_RELEASE);
    w->saved = *h;
}

/*
 * CLOCK_MONOTONIC that stands for time 0.  An appended session goes on in
 * the old one's time: by the same clock where the host is still up, by wall
 * time where it was started again.  Every QEMU's virtual clock begins at 0.
 */
static uint64_t time_zero(const CaptureHeader *old, uint64_t start_ns)
{
    char boot_id[sizeof(old->boot_id)];
    uint64_t wall = clock_ns(CLOCK_REALTIME);

    if (!old->version || old->version == CAPTURE_VERSION_VIRTUAL) {
        return start_ns;
    }
    read_boot_id(boot_id, sizeof(boot_id));
    if (boot_id[0] && !memcmp(boot_id, old->boot_id, sizeof(boot_id))) {
        return old->start_mono_ns;
    }
    return wall > old->start_wall_ns
               ? capture_mono_ns() - (wall - old->start_wall_ns)
               : start_ns;
}

static void begin_session(CaptureWriter *w, const CaptureWriterOptions *o,
                          uint64_t start_ns)
{
    uint64_t time = capture_writer_time(w, start_ns);
    uint64_t age = capture_mono_ns() - start_ns;
    const char *version = o->qemu_version ? o->qemu_version : "";
    CaptureSession session = {
        .time_ns = time,
        .wall_ns = clock_ns(CLOCK_REALTIME) - age,
        .mono_ns = start_ns,
        .pid = getpid(),
    };
    uint64_t pos;

    w->session = g_byte_array_new();
    g_byte_array_append(w->session, (guint8 *)&session, sizeof(session));
    g_byte_array_append(w->session, (guint8 *)version, strlen(version) + 1);
    w->epoch = time >> EPOCH_SHIFT;
    pos = reserve(w, &w->event_limit, event_words(w->session->len));
    store_event(w, pos, time, CAPTURE_SESSION, w->session->data,
                w->session->len);
}

static bool check_options(const CaptureWriterOptions *o, GError **error)
{
    if (!o->path || !o->path[0]) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_INVALID,
                    "the capture's path is empty");
        return false;
    }
    if (o->size_max && o->size_max < CAPTURE_SIZE_MIN) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_INVALID,
                    "size=%" G_GUINT64_FORMAT " is too small; "
                    "give at least %d bytes",
                    o->size_max, CAPTURE_SIZE_MIN);
        return false;
    }
    if (o->clock == CAPTURE_CLOCK_MODE_VIRTUAL && !o->virtual_now) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_INVALID,
                    "there is no virtual clock to stamp with");
        return false;
    }
    return true;
}

static bool refuse_clock(const CaptureHeader *old, GError **error)
{
    bool is_virtual = old->version == CAPTURE_VERSION_VIRTUAL;

    g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_INVALID,
                "cannot append: its times are of %s clock; "
                "%s clock=virtual or name another file",
                is_virtual ? "QEMU's virtual" : "the host's",
                is_virtual ? "give" : "leave out");
    return false;
}

/* Refuses what cannot be appended to before anything is changed. */
static bool check_append(const CaptureWriter *w, const CaptureHeader *old,
                         uint64_t size, uint64_t end, GError **error)
{
    bool known = old->version == CAPTURE_VERSION ||
                 (old->version == CAPTURE_VERSION_VIRTUAL &&
                  old->clock == CAPTURE_CLOCK_VIRTUAL);

    if (size < CAPTURE_HEADER_SIZE || !known ||
        old->header_size != CAPTURE_HEADER_SIZE) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_FOREIGN,
                    "cannot append: written in another format (version %u)",
                    old->version);
        return false;
    }
    if (old->version != version_of(w->clock)) {
        return refuse_clock(old, error);
    }
    if (w->size_max && end + CAPTURE_SIZE_MIN > w->size_max) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_INVALID,
                    "cannot append: %" G_GUINT64_FORMAT " bytes are there and "
                    "size= allows %" G_GUINT64_FORMAT,
                    end, w->size_max);
        return false;
    }
    return true;
}

/*
 * On a full disk the old capture must survive the attempt to replace it, so
 * try the reservation before anything is cut.
 */
static bool check_room(int fd, uint64_t size, uint64_t end, GError **error)
{
    int ret = allocate(fd, 0, ((end + 4095) & ~UINT64_C(4095)) + PIECE_MIN);

    if (ftruncate(fd, size) == 0 && ret == 0) {
        return true;
    }
    set_errno(error, "cannot reserve disk space", ret ? ret : errno);
    return false;
}

static bool prepare(CaptureWriter *w, const CaptureWriterOptions *o,
                    bool created, GError **error)
{
    uint64_t start_ns = o->start_ns ? o->start_ns : capture_mono_ns();
    uint64_t end = CAPTURE_HEADER_SIZE;
    uint64_t size;
    CaptureHeader old;

    if (!check_file(w->fd, created, &old, &size, error)) {
        return false;
    }
    if (!o->append) {
        memset(&old, 0, sizeof(old));
    }
    if (old.version) {
        end = size < CAPTURE_HEADER_SIZE ? size : find_end(w->fd, size);
        if (!end) {
            set_errno(error, "cannot read the capture", errno);
            return false;
        }
        if (!check_append(w, &old, size, end, error)) {
            return false;
        }
    }
    if (!check_room(w->fd, size, end, error)) {
        return false;
    }
    if (ftruncate(w->fd, old.version ? end : 0)) {
        set_errno(error, "cannot truncate the capture", errno);
        return false;
    }
    if (!old.version) {
        forbid_copy_on_write(w->fd);
    }
    if (!map_first(w, end, error)) {
        return false;
    }
    w->start_ns = time_zero(&old, start_ns);
    fill_header(w, o, &old, start_ns, words_in(end));
    /* What an earlier session wrote is none of ours to pad. */
    w->first = words_in(end);
    w->mapped_words = w->reserved = w->last_reserved = w->first;
    raise_limits(w);
    begin_session(w, o, start_ns);
    return true;
}

/*
 * Opens, locks and maps the file.  What it created it removes on failure,
 * unless somebody else was quicker to lock it.
 */
static bool open_and_prepare(CaptureWriter *w, const CaptureWriterOptions *o,
                             GError **error)
{
    bool created, locked;

    w->fd = open_file(o, &created, error);
    if (w->fd < 0) {
        return false;
    }
    locked = lock_file(w->fd, error);
    if (locked && prepare(w, o, created, error)) {
        return true;
    }
    if (created && locked) {
        unlinkat(folder_of(o), name_of(o), 0);
    }
    close(w->fd);
    return false;
}

/*
 * Beyond RLIMIT_FSIZE the kernel sends SIGXFSZ, which would end QEMU, beside
 * the error that we can tell of.  True: it was let through before.
 */
static bool hold_file_size_signal(void)
{
    sigset_t hold, old;

    sigemptyset(&hold);
    sigaddset(&hold, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &hold, &old);
    return !sigismember(&old, SIGXFSZ);
}

static void drop_file_size_signal(bool through)
{
    const struct timespec now = { 0 };
    sigset_t held;

    if (through) {
        sigemptyset(&held);
        sigaddset(&held, SIGXFSZ);
        sigtimedwait(&held, NULL, &now);
        pthread_sigmask(SIG_UNBLOCK, &held, NULL);
    }
}

static void free_writer(CaptureWriter *w)
{
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    close(w->fd);
    g_byte_array_unref(w->session);
    g_free(w->path);
    free(w);
}

CaptureWriter *capture_writer_open(const CaptureWriterOptions *o,
                                   GError **error)
{
    CaptureWriter *w;
    bool signals, ok;
    int ret;

    if (!check_options(o, error)) {
        return NULL;
    }
    capture_clock_init();
    w = aligned_alloc(64, (sizeof(*w) + 63) & ~(size_t)63);
    memset(w, 0, sizeof(*w));
    w->clock = o->clock;
    w->virtual_now =
        o->clock == CAPTURE_CLOCK_MODE_VIRTUAL ? o->virtual_now : NULL;
    w->ahead = AHEAD_MIN;
    w->size_max = o->size_max & ~UINT64_C(4095);
    signals = hold_file_size_signal();
    ok = open_and_prepare(w, o, error);
    drop_file_size_signal(signals);
    if (!ok) {
        free(w);
        return NULL;
    }
    w->path = g_strdup(o->path);
    ret = start_helper(w);
    if (ret) {
        set_errno(error, "cannot start the helper thread", ret);
        sigbus_unguard(&w->guard);
        munmap(w->region, w->region_size);
        free_writer(w);
        return NULL;
    }
    return w;
}

void capture_writer_set_machine(CaptureWriter *w, const char *machine,
                                uint64_t ram)
{
    sigbus_admit();
    g_strlcpy(w->header->machine, machine, sizeof(w->header->machine));
    w->header->guest_ram = ram;
    /* For the helper, who may be busy with it. */
    pthread_mutex_lock(&w->lock);
    memcpy(w->saved.machine, w->header->machine, sizeof(w->saved.machine));
    w->saved.guest_ram = ram;
    pthread_mutex_unlock(&w->lock);
}

/* The helper has ended: says what was lost, and that this is the end. */
static int end_session(CaptureWriter *w)
{
    check_truncated(w);
    if (w->dead) {
        salvage(w);
        return salvage_is_ours(w->fd) ? salvage_end(w->fd, &w->saved) : 0;
    }
    tell_losses(w, true);
    __atomic_fetch_or(&w->header->flags, CAPTURE_FLAG_ENDED, __ATOMIC_RELEASE);
    return 0;
}

void capture_writer_abandon(CaptureWriter *w)
{
    bool signals;

    sigbus_admit();
    if (!stop_helper_soon(w)) {
        __atomic_fetch_or(&w->header->flags, CAPTURE_FLAG_ENDED,
                          __ATOMIC_RELEASE);
        return;
    }
    signals = hold_file_size_signal();
    end_session(w);
    drop_file_size_signal(signals);
}

/* Nobody else is there any more: the numbers are final. */
static int close_file(CaptureWriter *w)
{
    int ret = end_session(w);
    uint64_t used;

    if (w->dead) {
        return ret;
    }
    used = used_bytes(w);
    w->header->reserved_words = words_in(used);
    /* Trailing zeros would be "not yet written": still a whole capture. */
    return ftruncate(w->fd, used) ? errno : 0;
}

int capture_writer_close(CaptureWriter *w)
{
    bool signals;
    int ret;

    stop_helper(w);
    sigbus_admit();
    signals = hold_file_size_signal();
    ret = close_file(w);
    drop_file_size_signal(signals);
    sigbus_unguard(&w->guard);
    munmap(w->region, w->region_size);
    free_writer(w);
    return ret;
}
