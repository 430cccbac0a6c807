/*
 * Where the file is mapped.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <sys/mman.h>

#include "writer-map.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* Where byte @at of the file is mapped, if it is. */
static char *address_of(const CaptureWriter *w, uint64_t at)
{
    return at < CAPTURE_HEADER_SIZE
               ? w->region + at
               : (char *)writer_word(w, writer_words_in(at));
}

/* How many of the @size bytes from @at on have addresses in a row. */
static uint64_t in_a_row(const CaptureWriter *w, uint64_t at, uint64_t size)
{
    uint64_t word;

    if (w->mask == UINT64_MAX || at < CAPTURE_HEADER_SIZE) {
        return size;
    }
    word = writer_words_in(at) & w->mask;
    return MIN(size, (w->mask + 1 - word) * CAPTURE_WORD_SIZE);
}

static void populate(char *start, uint64_t size)
{
    if (madvise(start, size, MADV_POPULATE_WRITE) == 0) {
        return;
    }
    for (uint64_t at = 0; at < size; at += 4096) {
        __atomic_fetch_or((uint64_t *)(start + at), 0, __ATOMIC_RELAXED);
    }
}

void writer_populate(CaptureWriter *w, uint64_t at, uint64_t size)
{
    while (size) {
        uint64_t part = in_a_row(w, at, size);

        populate(address_of(w, at), part);
        at += part;
        size -= part;
    }
}

/*
 * MAP_FIXED_NOREPLACE: no address space is kept for us, see writer-open.c,
 * and whoever came first stays there.  A kernel that does not know it takes
 * the address as a hint.
 */
static int map_row(CaptureWriter *w, uint64_t at, uint64_t size)
{
    char *start = address_of(w, at);
    char *got = mmap(start, size, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_FIXED_NOREPLACE, w->fd, at);

    if (got == MAP_FAILED) {
        return errno;
    }
    if (got != start) {
        munmap(got, size);
        errno = EEXIST;
        return errno;
    }
    /* A child of QEMU's has no business in here. */
    madvise(start, size, MADV_DONTFORK);
    return 0;
}

int writer_map_header(CaptureWriter *w)
{
    return map_row(w, 0, CAPTURE_HEADER_SIZE);
}

int writer_map_piece(CaptureWriter *w, uint64_t add)
{
    if (w->mapped + add - w->window > w->region_size) {
        errno = ENOMEM;
        return errno;
    }
    while (add) {
        uint64_t part = in_a_row(w, w->mapped, add);
        int ret = map_row(w, w->mapped, part);

        if (ret) {
            return ret;
        }
        w->mapped += part;
        add -= part;
        sigbus_resize(w->guard, MIN(w->mapped, w->region_size));
    }
    return 0;
}

void writer_unmap_before(CaptureWriter *w, uint64_t at)
{
    while (w->window < at) {
        uint64_t part = in_a_row(w, w->window, at - w->window);

        munmap(address_of(w, w->window), part);
        w->window += part;
    }
}

static void put_zeros(char *start, uint64_t size)
{
    mmap(start, size, PROT_READ | PROT_WRITE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    madvise(start, size, MADV_DONTFORK);
}

void writer_unmap_all(CaptureWriter *w, bool stay)
{
    uint64_t at = w->window;

    if (at) {
        stay ? put_zeros(w->region, CAPTURE_HEADER_SIZE)
             : (void)munmap(w->region, CAPTURE_HEADER_SIZE);
    }
    if (!stay) {
        writer_unmap_before(w, w->mapped);
        return;
    }
    while (at < w->mapped) {
        uint64_t part = in_a_row(w, at, w->mapped - at);

        put_zeros(address_of(w, at), part);
        at += part;
    }
}
