/*
 * SIGBUS in a mapped capture becomes a page of zeros.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sigbus.h"

struct SigbusRegion {
    char *start;
    size_t size; /* bytes; 0: none */
    bool taken;
    int writable;
    int damaged; /* set by the handler */
    SigbusRegion *next;
};

/*
 * The handler walks the list without a lock, in any thread at any time, so no
 * entry is ever freed or moved: one that is given back has a size of 0, and is
 * used again.
 */
static pthread_mutex_t regions_lock = PTHREAD_MUTEX_INITIALIZER;
static SigbusRegion *regions;
static size_t page_size;

__thread bool sigbus_through
    __attribute__((tls_model("initial-exec"), visibility("hidden")));
/*
 * Of the main thread's sigbus_enter().  Any other model would allocate at the
 * first use, on the guest's path.
 */
static __thread int depth __attribute__((tls_model("initial-exec")));
static __thread bool held_before __attribute__((tls_model("initial-exec")));

__attribute__((noinline)) void sigbus_enter_slow(void)
{
    sigset_t set, old;

    if (depth++) {
        return;
    }
    sigemptyset(&set);
    sigaddset(&set, SIGBUS);
    pthread_sigmask(SIG_UNBLOCK, &set, &old);
    held_before = sigismember(&old, SIGBUS);
    if (!held_before || getpid() != gettid()) {
        depth = 0;
        sigbus_through = true;
    }
}

__attribute__((noinline)) void sigbus_leave_slow(void)
{
    sigset_t set;

    if (--depth == 0 && held_before) {
        sigemptyset(&set);
        sigaddset(&set, SIGBUS);
        pthread_sigmask(SIG_BLOCK, &set, NULL);
    }
}

/*
 * What the handler calls.  ThreadSanitizer must not see its atomic loads: that
 * of gcc 14 holds a lock of its own during an atomic store, and when that store
 * raises SIGBUS, a load here waits for this lock for ever.
 */
#define IN_HANDLER __attribute__((no_sanitize_thread, noinline))

/* Read again behind the start: the entry may be given to another meanwhile. */
static IN_HANDLER bool has_address(const SigbusRegion *r, const char *addr)
{
    size_t size = __atomic_load_n(&r->size, __ATOMIC_ACQUIRE);
    char *start = __atomic_load_n(&r->start, __ATOMIC_ACQUIRE);

    return addr >= start && addr < start + size &&
           __atomic_load_n(&r->size, __ATOMIC_ACQUIRE) == size;
}

static IN_HANDLER SigbusRegion *find_region(const char *addr)
{
    SigbusRegion *r = __atomic_load_n(&regions, __ATOMIC_ACQUIRE);

    while (r && !has_address(r, addr)) {
        r = r->next;
    }
    return r;
}

/*
 * Two threads may do so for the same page, one after the other; what the
 * first has stored there by then was lost anyway.  (Not inlined: the tests'
 * thread sanitizer knows it by its name.)
 */
static IN_HANDLER bool put_zero_page(const SigbusRegion *r, const char *addr)
{
    void *page = (void *)((uintptr_t)addr & ~(uintptr_t)(page_size - 1));
    int prot =
        PROT_READ |
        (__atomic_load_n(&r->writable, __ATOMIC_RELAXED) ? PROT_WRITE : 0);

    return mmap(page, page_size, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                -1, 0) != MAP_FAILED;
}

IN_HANDLER bool sigbus_repair(void *addr)
{
    SigbusRegion *r = find_region(addr);

    if (!r || !put_zero_page(r, addr)) {
        return false;
    }
    __atomic_store_n(&r->damaged, 1, __ATOMIC_RELEASE);
    return true;
}

/* An entry that is not in use, or a new one. */
static SigbusRegion *handle_entry(void)
{
    SigbusRegion *r = regions;

    while (r && r->taken) {
        r = r->next;
    }
    if (!r) {
        r = g_new0(SigbusRegion, 1);
        r->next = regions;
        __atomic_store_n(&regions, r, __ATOMIC_RELEASE);
    }
    return r;
}

SigbusRegion *sigbus_guard(void *start, size_t size, bool writable)
{
    SigbusRegion *r;

    pthread_mutex_lock(&regions_lock);
    page_size = sysconf(_SC_PAGE_SIZE);
    r = handle_entry();
    r->taken = true;
    __atomic_store_n(&r->writable, writable, __ATOMIC_RELAXED);
    __atomic_store_n(&r->damaged, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&r->start, start, __ATOMIC_RELEASE);
    __atomic_store_n(&r->size, size, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&regions_lock);
    return r;
}

void sigbus_unguard(SigbusRegion *region)
{
    pthread_mutex_lock(&regions_lock);
    __atomic_store_n(&region->size, 0, __ATOMIC_RELEASE);
    region->taken = false;
    pthread_mutex_unlock(&regions_lock);
}

void sigbus_resize(SigbusRegion *region, size_t size)
{
    pthread_mutex_lock(&regions_lock);
    __atomic_store_n(&region->size, size, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&regions_lock);
}

bool sigbus_damaged(const SigbusRegion *region)
{
    return __atomic_load_n(&region->damaged, __ATOMIC_ACQUIRE);
}
