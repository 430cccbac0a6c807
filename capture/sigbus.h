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

typedef struct SigbusRegion SigbusRegion;

/*
 * Guards [start, start + size), once a handler is there (sigbus-handler.h);
 * @writable: what the stand-in page must allow.  Threads other than the caller
 * may fault in it.
 */
SigbusRegion *sigbus_guard(void *start, size_t size, bool writable);
void sigbus_unguard(SigbusRegion *region);

/* The region is @size bytes now. */
void sigbus_resize(SigbusRegion *region, size_t size);

/*
 * Lets SIGBUS through in the calling thread, from sigbus_enter() to
 * sigbus_leave(); they nest.  QEMU blocks it in most of its threads, for its
 * signalfd, and a fault there would end the process whatever handler is
 * installed.
 *
 * A thread beside the main one keeps it let through: a system call the first
 * time, a load after that.  In the main thread the kernel delivers memory
 * errors that QEMU's main loop wants from its signalfd: there the mask is put
 * back each time.  What runs in the main thread is not the guest's path.
 */
extern __thread bool sigbus_through
    __attribute__((tls_model("initial-exec"), visibility("hidden")));
void sigbus_enter_slow(void);
void sigbus_leave_slow(void);

static inline void sigbus_enter(void)
{
    if (__builtin_expect(!sigbus_through, 0)) {
        sigbus_enter_slow();
    }
}

static inline void sigbus_leave(void)
{
    if (__builtin_expect(!sigbus_through, 0)) {
        sigbus_leave_slow();
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
