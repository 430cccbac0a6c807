/*
 * Growing ahead of the guest.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "writer-drop.h"
#include "writer-file.h"
#include "writer-grow.h"
#include "writer-map.h"
#include "writer-place.h"

int writer_allocate(int fd, uint64_t at, uint64_t size)
{
    struct rlimit limit;
    int ret;

    /* The kernel looks at this limit only where the file's size changes. */
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && at + size > limit.rlim_cur) {
        errno = EFBIG;
        return errno;
    }
    do {
        ret = fallocate(fd, FALLOC_FL_KEEP_SIZE, at, size) ? errno : 0;
    } while (ret == EINTR);
    return ret;
}

/* The same; where there is no such thing, the write that follows will do. */
static int reserve_room(CaptureWriter *w, uint64_t size)
{
    int ret = writer_allocate(w->fd, w->size, size);

    return ret == EOPNOTSUPP || ret == ENOSYS ? 0 : ret;
}

/*
 * Takes back the zeros at [@at, @end) that were appended to what is another's
 * file by now: they did not ask for them.  What they have written there since
 * stays.
 */
static void take_back(int fd, uint64_t at, uint64_t end)
{
    uint64_t data = writer_file_data_end(fd, at, end);
    struct stat st;

    if (data != UINT64_MAX && !fstat(fd, &st) && (uint64_t)st.st_size == end &&
        ftruncate(fd, data)) {
        /* The file stays as long as it is: nobody can do more. */
    }
}

/* Appends at most @size zeros; how many, or -1 and errno. */
static ssize_t append_zeros(int fd, uint64_t size)
{
    static char zeros[65536];
    struct iovec part[16];
    int n = 0;
    ssize_t got;

    for (; n < 16 && size; n++) {
        part[n].iov_base = zeros;
        part[n].iov_len = MIN(size, sizeof(zeros));
        size -= part[n].iov_len;
    }
    do {
        got = writev(fd, part, n);
    } while (got < 0 && errno == EINTR);
    return got;
}

/*
 * By appends, for the kernel does that in one step with the look at where the
 * file ends: one that somebody cut ends elsewhere then than it must.  A size
 * that is set would make the cut good again, with zeros, and nobody would
 * know.  (A page that has no block, on a full disk, would be SIGBUS for who
 * stores to it: these have.)
 */
int writer_grow_file(CaptureWriter *w, uint64_t add)
{
    int flags = fcntl(w->fd, F_GETFL);
    uint64_t done = 0;
    struct stat st;
    int ret = 0;

    fcntl(w->fd, F_SETFL, flags | O_APPEND);
    while (done < add && !ret && !w->cut) {
        ssize_t got = append_zeros(w->fd, add - done);

        if (got > 0) {
            uint64_t end = lseek(w->fd, 0, SEEK_CUR);

            done += got;
            w->size += got;
            if (end != w->size) {
                w->cut = true;
                take_back(w->fd, end - got, end);
            }
        } else {
            ret = got < 0 ? errno : ENOSPC;
        }
    }
    fcntl(w->fd, F_SETFL, flags);
    if (w->cut || fstat(w->fd, &st) || (uint64_t)st.st_size != w->size) {
        w->cut = true;
        errno = ESTALE;
        return errno;
    }
    return done ? 0 : ret;
}

int writer_map_more(CaptureWriter *w, uint64_t size)
{
    uint64_t before = w->mapped;
    uint64_t add = size - w->size;
    uint64_t have;
    int ret = reserve_room(w, add);

    while (ret && add / 2 >= PIECE_MIN) {
        add = add / 2 & ~UINT64_C(4095);
        ret = reserve_room(w, add);
    }
    if (ret == 0) {
        ret = writer_grow_file(w, add);
    }
    have = w->size & ~UINT64_C(4095);
    if (ret == 0 && have - before < MIN(size - before, PIECE_MIN)) {
        ret = ENOSPC;
    }
    if (ret == 0) {
        ret = writer_map_piece(w, have - before);
    }
    if (ret == 0) {
        writer_populate(w, before, have - before);
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

    if (!memcmp(&lost, &w->reported, sizeof(lost)) ||
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
    w->reported = lost;
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
    writer_take_pads(w);
    writer_drop_prepare(w); /* before others have the new words */
    writer_tell_losses(w, false);
    __atomic_store_n(&w->event_limit, words - LOST_WORDS, __ATOMIC_RELEASE);
    __atomic_store_n(&w->limit, byte_words, __ATOMIC_RELEASE);
}

void writer_extend(CaptureWriter *w)
{
    uint64_t size = w->mapped + w->ahead;

    if (w->drop) {
        size = MIN(size, writer_drop_make_room(w, size));
    } else {
        size = w->size_max ? MIN(size, w->size_max) : size;
        size = MIN(size, w->region_size);
    }
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

    writer_populate(w, 0, CAPTURE_HEADER_SIZE);
    writer_populate(w, page, MIN(2 * UINT64_C(4096), w->mapped - page));
}
