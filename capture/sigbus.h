/*
 * A mapped file can be truncated by somebody else, and the next access then
 * raises SIGBUS.  A capture must never kill the guest, nor a viewer, for
 * that: a page of zeros takes the lost page's place and the region is marked.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_SIGBUS_H
#define CAPTURE_SIGBUS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct SigbusRegion {
    char *start;
    size_t size; /* bytes */
    int writable; /* what the stand-in page must allow */
    int damaged; /* set by the handler, read with sigbus_damaged() */
    struct SigbusRegion *next;
} SigbusRegion;

/*
 * Guards [start, start + size), once a handler is there (sigbus-handler.h).
 * @region is the caller's and stays valid until sigbus_unguard().  Threads
 * other than the caller may fault in it.
 */
void sigbus_guard(SigbusRegion *region, void *start, size_t size,
                  bool writable);
void sigbus_unguard(SigbusRegion *region);

/*
 * Lets SIGBUS through in the calling thread.  QEMU blocks it in most of its
 * own, for its signalfd, and a fault there would end the process whatever
 * handler is installed.  A system call the first time, a load after that.
 */
extern __thread bool sigbus_admitted
    __attribute__((tls_model("initial-exec"), visibility("hidden")));
void sigbus_admit_slow(void);

static inline void sigbus_admit(void)
{
    if (__builtin_expect(!sigbus_admitted, 0)) {
        sigbus_admit_slow();
    }
}

/*
 * For a handler of SIGBUS, which is to go on where this returns true: puts a
 * page of zeros at @addr, if that is in a region.  Safe in a signal handler.
 */
bool sigbus_repair(void *addr);

/* True once a page of the region had to be replaced. */
bool sigbus_damaged(const SigbusRegion *region);

#endif
