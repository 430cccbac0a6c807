/*
 * CLOCK_MONOTONIC for less.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/param.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

#define NS_PER_S UINT64_C(1000000000)

static uint64_t system_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

#ifdef __x86_64__

/* Shortest time over which a first scale is measured. */
#define FIRST_NS UINT64_C(2000000)

/* The scale is looked after this often: soon at first, then each second. */
#define TICK_MIN_NS UINT64_C(10000000)
#define TICK_MAX_NS NS_PER_S

/* Farther off than this, one of the clocks was stopped or set. */
#define STEP_NS 1000000

/* As far ahead of the system's our clock waits for it, and does not go back. */
#define WAIT_NS INT64_C(100000000)

/*
 * ns = ns0 + (counter - tsc0) * mult / 2^32 for @bend ticks, and by @pace
 * instead of @mult from there on: who steers may be late, and the bend must
 * not go on meanwhile.  A slot is filled, then made the current one; it is
 * used again when fifteen others have been, seconds later, so a thread that
 * has just looked at it reads it undisturbed.
 */
typedef struct Scale {
    uint64_t tsc0, ns0;
    int64_t mult, bend, pace;
} Scale;

#define SLOTS 16

static Scale slots[SLOTS];
static unsigned current; /* slot in use, plus one; 0: none, the system's */

static pthread_mutex_t steer_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t last_tsc, last_ns, next_tick, period;
static bool stepped; /* at the last tick */
static uint64_t first_tsc, first_ns; /* when we were loaded */
static int source_error; /* errno of reading the kernel's choice */
static uint64_t next_look; /* whether the kernel still uses the counter, ns */
static uint64_t least; /* the system's clock shows no less than ours did */

static inline uint64_t read_tsc(void)
{
    return __builtin_ia32_rdtsc();
}

/* Both clocks at the same moment: the pair that took the least time. */
static void read_pair(uint64_t *tsc, uint64_t *ns)
{
    uint64_t best = UINT64_MAX;

    *tsc = *ns = 0; /* gcc 14 does not see that the first pair is taken */
    for (int i = 0; i < 8; i++) {
        uint64_t before = read_tsc();
        uint64_t now = system_ns();
        uint64_t after = read_tsc();

        if (after - before < best) {
            best = after - before;
            *tsc = before + (after - before) / 2;
            *ns = now;
        }
    }
}

static void __attribute__((constructor)) note_first(void)
{
    read_pair(&first_tsc, &first_ns);
}

static inline uint64_t scaled(unsigned slot, uint64_t tsc)
{
    const Scale *s = &slots[slot];
    int64_t ticks = tsc - __atomic_load_n(&s->tsc0, __ATOMIC_RELAXED);
    int64_t bend = __atomic_load_n(&s->bend, __ATOMIC_RELAXED);
    __int128 mult = __atomic_load_n(&s->mult, __ATOMIC_RELAXED);
    uint64_t ns = __atomic_load_n(&s->ns0, __ATOMIC_RELAXED);

    if (__builtin_expect(ticks > bend, 0)) {
        ns += (uint64_t)(bend * mult >> 32);
        ticks -= bend;
        mult = __atomic_load_n(&s->pace, __ATOMIC_RELAXED);
    }
    return ns + (uint64_t)(ticks * mult >> 32);
}

/* Goes on from there by @mult for @ns of the system's time, then by @pace. */
static void use_scale(uint64_t tsc0, uint64_t ns0, int64_t mult, int64_t pace,
                      uint64_t ns)
{
    unsigned slot = __atomic_load_n(&current, __ATOMIC_RELAXED) % SLOTS;
    int64_t bend = ((__int128)ns << 32) / pace;

    __atomic_store_n(&slots[slot].tsc0, tsc0, __ATOMIC_RELAXED);
    __atomic_store_n(&slots[slot].ns0, ns0, __ATOMIC_RELAXED);
    __atomic_store_n(&slots[slot].mult, mult, __ATOMIC_RELAXED);
    __atomic_store_n(&slots[slot].bend, bend, __ATOMIC_RELAXED);
    __atomic_store_n(&slots[slot].pace, pace, __ATOMIC_RELAXED);
    __atomic_store_n(&current, slot + 1, __ATOMIC_RELEASE);
}

static int64_t measured(uint64_t tsc, uint64_t ns, uint64_t tsc_before,
                        uint64_t ns_before)
{
    return ((__int128)(ns - ns_before) << 32) / (int64_t)(tsc - tsc_before);
}

/*
 * The kernel trusts the counter on every CPU, or it would not use it: it
 * watches it against other clocks and gives it up when they disagree.
 */
static bool kernel_uses_tsc(int *error)
{
    char name[16] = "";
    int fd = open("/sys/devices/system/clocksource/clocksource0/"
                  "current_clocksource",
                  O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, name, sizeof(name) - 1);

    *error = got < 0 ? errno : 0;
    if (fd >= 0) {
        close(fd);
    }
    return got == 4 && !memcmp(name, "tsc\n", 4);
}

int capture_clock_error(void)
{
    return source_error;
}

void capture_clock_init(void)
{
    uint64_t tsc, ns;

    pthread_mutex_lock(&steer_lock);
    if (!current && kernel_uses_tsc(&source_error)) {
        read_pair(&tsc, &ns);
        while (ns - first_ns < FIRST_NS) {
            usleep(FIRST_NS / 1000);
            read_pair(&tsc, &ns);
        }
        if (tsc > first_tsc) {
            int64_t pace = measured(tsc, ns, first_tsc, first_ns);

            use_scale(tsc, ns, pace, pace, 0);
            last_tsc = tsc;
            last_ns = ns;
            period = TICK_MIN_NS;
            next_tick = ns + period;
        }
    }
    pthread_mutex_unlock(&steer_lock);
}

/*
 * The host slept, or one of the clocks was set: the system's is right, but
 * the pace over the step is none.  The one before is kept for a moment; if
 * that does not do, the counter has another frequency now, which this moment
 * has measured, unless it held one more step.
 */
static void restart(uint64_t tsc, uint64_t ns, uint64_t ours)
{
    int64_t pace = slots[current - 1].pace;
    int64_t other = pace;
    int64_t ahead = ours - ns;

    if (stepped && tsc > last_tsc) {
        other = measured(tsc, ns, last_tsc, last_ns);
    }
    pace = other > pace / 4 && other / 4 < pace ? other : pace;
    if (ahead > 0 && ahead < WAIT_NS) {
        /* The system's was slewed, and we came late: at half the pace. */
        use_scale(tsc, ours, pace / 2, pace, 2 * (uint64_t)ahead);
    } else {
        use_scale(tsc, ns, pace, pace, 0);
    }
    stepped = !stepped;
    period = TICK_MIN_NS;
}

/*
 * From here on our clock goes on without a step, at the pace that was
 * measured, bent so that it meets the system's at the next tick.
 */
static void steer(void)
{
    uint64_t tsc, ns, ours;
    int64_t pace, error;

    read_pair(&tsc, &ns);
    ours = scaled(current - 1, tsc);
    error = ns - ours;
    if (tsc <= last_tsc || error > STEP_NS || error < -STEP_NS) {
        restart(tsc, ns, ours);
    } else {
        stepped = false;
        pace = measured(tsc, ns, last_tsc, last_ns);
        period = period * 4 < TICK_MAX_NS ? period * 4 : TICK_MAX_NS;
        use_scale(tsc, ours,
                  pace + (int64_t)((__int128)pace * error / (int64_t)period),
                  pace, period);
    }
    last_tsc = tsc;
    last_ns = ns;
    next_tick = ns + period;
}

/* A clock that was set back makes a tick due, too. */
static bool is_due(uint64_t ns)
{
    return ns >= next_tick || ns < last_ns;
}

/*
 * The kernel found the counter unreliable, or its administrator did.  Ours may
 * be far off then; if it is only a little ahead, the system's waits for it.
 */
static void give_up_counter(void)
{
    uint64_t tsc, ns, ours;

    read_pair(&tsc, &ns);
    ours = scaled(current - 1, tsc);
    __atomic_store_n(&least,
                     ours > ns && ours - ns < (uint64_t)WAIT_NS ? ours : 0,
                     __ATOMIC_RELAXED);
    __atomic_store_n(&current, 0, __ATOMIC_RELEASE);
    /* Should it be used again, its pace is measured from here. */
    first_tsc = tsc;
    first_ns = ns;
}

/*
 * Three system calls each second.  Where the file cannot be read any more
 * (-chroot), nothing is known, and the counter stays.
 */
static bool is_given_up(uint64_t ns)
{
    int error;

    if (ns < next_look && next_look - ns <= TICK_MAX_NS) {
        return false;
    }
    next_look = ns + TICK_MAX_NS;
    return !kernel_uses_tsc(&error) && !error;
}

bool capture_clock_tick(void)
{
    uint64_t ns = system_ns();
    bool given_up;

    if (!__atomic_load_n(&current, __ATOMIC_ACQUIRE) ||
        pthread_mutex_trylock(&steer_lock)) {
        return false;
    }
    given_up = current && is_given_up(ns);
    if (given_up) {
        give_up_counter();
    } else if (current && is_due(ns)) {
        steer();
    }
    pthread_mutex_unlock(&steer_lock);
    return given_up;
}

bool capture_clock_is_tsc(void)
{
    return __atomic_load_n(&current, __ATOMIC_ACQUIRE);
}

uint64_t capture_mono_ns_early(void)
{
    unsigned slot = __atomic_load_n(&current, __ATOMIC_ACQUIRE);
    uint64_t ns;

    if (__builtin_expect(slot, 1)) {
        return scaled(slot - 1, read_tsc());
    }
    ns = system_ns();
    return MAX(ns, __atomic_load_n(&least, __ATOMIC_RELAXED));
}

/*
 * The counter is read out of order otherwise, before a load that the program
 * has in front of it.  (rdtscp costs the same, and not every machine has it.)
 */
uint64_t capture_mono_ns(void)
{
    __builtin_ia32_lfence();
    return capture_mono_ns_early();
}

#else /* !__x86_64__ */

void capture_clock_init(void)
{
}

bool capture_clock_tick(void)
{
    return false;
}

bool capture_clock_is_tsc(void)
{
    return false;
}

uint64_t capture_mono_ns(void)
{
    return system_ns();
}

uint64_t capture_mono_ns_early(void)
{
    return system_ns();
}

#endif
