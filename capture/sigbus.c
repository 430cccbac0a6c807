/*
 * SIGBUS in a mapped capture becomes a page of zeros.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sigbus.h"

/*
 * The list is changed under the lock and walked without it by the handler,
 * which may run in any thread at any time; entries are linked in with one
 * store and a region is unlinked before its memory goes.
 */
static pthread_mutex_t regions_lock = PTHREAD_MUTEX_INITIALIZER;
static SigbusRegion *regions;
static size_t page_size;

__thread bool sigbus_admitted
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

__attribute__((noinline)) void sigbus_admit_slow(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGBUS);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    sigbus_admitted = true;
}

static SigbusRegion *find_region(const char *addr)
{
    SigbusRegion *r = __atomic_load_n(&regions, __ATOMIC_ACQUIRE);

    while (r) {
        if (addr >= r->start && addr < r->start + r->size) {
            return r;
        }
        r = __atomic_load_n(&r->next, __ATOMIC_ACQUIRE);
    }
    return NULL;
}

/*
 * Two threads may do so for the same page, one after the other; what the
 * first has stored there by then was lost anyway.  (Not inlined: the tests'
 * thread sanitizer knows it by its name.)
 */
static __attribute__((noinline)) bool put_zero_page(const SigbusRegion *r,
                                                    const char *addr)
{
    void *page = (void *)((uintptr_t)addr & ~(uintptr_t)(page_size - 1));
    int prot = PROT_READ | (r->writable ? PROT_WRITE : 0);

    return mmap(page, page_size, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                -1, 0) != MAP_FAILED;
}

bool sigbus_repair(void *addr)
{
    SigbusRegion *r = find_region(addr);

    if (!r || !put_zero_page(r, addr)) {
        return false;
    }
    __atomic_store_n(&r->damaged, 1, __ATOMIC_RELEASE);
    return true;
}

void sigbus_guard(SigbusRegion *region, void *start, size_t size, bool writable)
{
    region->start = start;
    region->size = size;
    region->writable = writable;
    region->damaged = 0;
    pthread_mutex_lock(&regions_lock);
    page_size = sysconf(_SC_PAGE_SIZE);
    region->next = regions;
    __atomic_store_n(&regions, region, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&regions_lock);
}

void sigbus_unguard(SigbusRegion *region)
{
    SigbusRegion **p;

    pthread_mutex_lock(&regions_lock);
    for (p = &regions; *p; p = &(*p)->next) {
        if (*p == region) {
            __atomic_store_n(p, region->next, __ATOMIC_RELEASE);
            break;
        }
    }
    pthread_mutex_unlock(&regions_lock);
}

bool sigbus_damaged(const SigbusRegion *region)
{
    return __atomic_load_n(&region->damaged, __ATOMIC_ACQUIRE);
}
