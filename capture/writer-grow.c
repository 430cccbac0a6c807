/*
 * Growing ahead of the guest.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "writer-grow.h"
#include "writer-place.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

void writer_populate(char *start, uint64_t size)
{
    if (madvise(start, size, MADV_POPULATE_WRITE) == 0) {
        return;
    }
    for (uint64_t at = 0; at < size; at += 4096) {
        __atomic_fetch_or((uint64_t *)(start + at), 0, __ATOMIC_RELAXED);
    }
}

int writer_map_piece(CaptureWriter *w, uint64_t add)
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

int writer_allocate(int fd, uint64_t at, uint64_t size)
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
int writer_map_more(CaptureWriter *w, uint64_t size)
{
    uint64_t add = size - w->mapped;
    int ret = writer_allocate(w->fd, w->mapped, add);

    while (ret && add / 2 >= PIECE_MIN) {
        add = add / 2 & ~UINT64_C(4095);
        ret = writer_allocate(w->fd, w->mapped, add);
    }
    if (ret == 0) {
        ret = writer_map_piece(w, add);
    }
    if (ret == 0) {
        writer_populate(w->region + w->mapped - add, add);
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
void writer_tell_losses(CaptureWriter *w, bool alone)
{
    CaptureLost lost = writer_losses(w);
    uint64_t time = capture_writer_now(w);
    uint64_t pos;

    if (!memcmp(&lost, &w->told, sizeof(lost)) ||
        !(w->virtual_now && !alone ? writer_in_epoch(w, time)
                                   : writer_check_epoch(w, time))) {
        return;
    }
    pos = __atomic_fetch_add(&w->reserved, LOST_WORDS, __ATOMIC_ACQ_REL);
    if (pos + LOST_WORDS > w->mapped_words || !writer_in_epoch(w, time)) {
        writer_pad(w, pos, LOST_WORDS);
        return;
    }
    writer_store_event(w, pos, time, CAPTURE_LOST, (uint8_t *)&lost,
                       sizeof(lost));
    w->told = lost;
}

void writer_raise_limits(CaptureWriter *w)
{
    uint64_t old = w->mapped_words;
    uint64_t words = writer_words_in(w->mapped);
    uint64_t byte_words = words - EVENT_WORDS;
    uint64_t reserved;

    __atomic_store_n(&w->mapped_words, words, __ATOMIC_RELEASE);
    reserved = __atomic_fetch_add(&w->reserved, 0, __ATOMIC_ACQ_REL);
    for (uint64_t i = old; i < MIN(reserved, words); i++) {
        writer_publish(w, i, capture_word(CAPTURE_PAD, 0, 0));
    }
    writer_tell_losses(w, false);
    __atomic_store_n(&w->event_limit, words - LOST_WORDS, __ATOMIC_RELEASE);
    __atomic_store_n(&w->limit, byte_words, __ATOMIC_RELEASE);
}

void writer_extend(CaptureWriter *w)
{
    uint64_t size = w->mapped + w->ahead;

    if (w->size_max) {
        size = MIN(size, w->size_max);
    }
    size = MIN(size, w->region_size);
    if (size > w->mapped && writer_map_more(w, size) == 0) {
        writer_raise_limits(w);
    }
}

/*
 * Write-back makes clean pages read-only again, and the next store to one
 * would fault: keep the header and the page being written to armed.
 */
void writer_rearm(CaptureWriter *w, uint64_t used)
{
    uint64_t page = used & ~UINT64_C(4095);

    writer_populate(w->region, CAPTURE_HEADER_SIZE);
    writer_populate(w->region + page,
                    MIN(2 * UINT64_C(4096), w->mapped - page));
}
