/*
 * A host whose clocks are set while QEMU runs, for clock.t: preloaded, it
 * adds to them what the file named in CLOCK_SHIM holds, two numbers of
 * nanoseconds, for the wall clock and for CLOCK_MONOTONIC.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S INT64_C(1000000000)

static const int64_t none[2];
static const volatile int64_t *offset = none;

static void __attribute__((constructor)) begin(void)
{
    const char *path = getenv("CLOCK_SHIM");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *map = MAP_FAILED;

    if (fd >= 0) {
        map = mmap(NULL, sizeof(none), PROT_READ, MAP_SHARED, fd, 0);
        close(fd);
    }
    if (map == MAP_FAILED) {
        abort();
    }
    offset = map;
}

static int64_t offset_of(clockid_t id)
{
    switch (id) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
        return offset[0];
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_BOOTTIME:
        return offset[1];
    default:
        return 0;
    }
}

static void add(struct timespec *ts, int64_t ns)
{
    int64_t all = ts->tv_sec * NS_PER_S + ts->tv_nsec + ns;

    ts->tv_sec = all / NS_PER_S;
    ts->tv_nsec = all % NS_PER_S;
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
    int ret = syscall(SYS_clock_gettime, id, ts);

    if (ret == 0) {
        add(ts, offset_of(id));
    }
    return ret;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    tv->tv_sec = ts.tv_sec;
    tv->tv_usec = ts.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *t)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    if (t) {
        *t = ts.tv_sec;
    }
    return ts.tv_sec;
}

/*
 * The kernel waits by its own clocks.  Which of them the caller meant shows
 * in the number: nobody's uptime is thirty years.
 */
int pthread_cond_timedwait(pthread_cond_t *restrict cond,
                           pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until)
{
    static int (*real)(pthread_cond_t *, pthread_mutex_t *,
                       const struct timespec *);
    struct timespec ts = *until;

    if (!real) {
        *(void **)&real = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    }
    add(&ts, -offset[ts.tv_sec < 1000000000]);
    return real(cond, mutex, &ts);
}
