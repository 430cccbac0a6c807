/*
 * The clock that stamps: as monotonic as CLOCK_MONOTONIC, and close to it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>
#include <sched.h>
#include <stdbool.h>
#include <time.h>

#include "capture/clock.h"

static uint64_t system_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/*
 * How far ours lies outside the two readings around it; the smallest of
 * many, since a busy machine can stop us between any two.
 */
static uint64_t distance(void)
{
    uint64_t best = UINT64_MAX;

    for (int i = 0; i < 100; i++) {
        uint64_t before = system_ns();
        uint64_t ours = capture_mono_ns();
        uint64_t after = system_ns();
        uint64_t off = ours < before  ? before - ours
                       : ours > after ? ours - after
                                      : 0;

        best = MIN(best, off);
    }
    return best;
}

static void test_before_init(void)
{
    g_assert_false(capture_clock_is_tsc());
    g_assert_cmpuint(distance(), ==, 0);
}

static void test_close(void)
{
    capture_clock_init();
    g_test_message("tsc: %d", capture_clock_is_tsc());
    for (int i = 0; i < 60; i++) {
        g_assert_cmpuint(distance(), <, 20000);
        g_usleep(10000);
        capture_clock_tick();
    }
}

static void test_never_back(void)
{
    uint64_t last = capture_mono_ns();

    for (int i = 0; i < 2000000; i++) {
        uint64_t now = capture_mono_ns();

        g_assert_cmpuint(now, >=, last);
        last = now;
        if (i % 1000 == 0) {
            capture_clock_tick();
        }
    }
}

static void test_init_twice(void)
{
    bool tsc = capture_clock_is_tsc();

    capture_clock_init();
    g_assert_cmpint(capture_clock_is_tsc(), ==, tsc);
    g_assert_cmpuint(distance(), <, 20000);
}

typedef struct Seen {
    _Alignas(64) uint64_t stamp; /* the last that this thread has shown */
    _Alignas(64) struct Seen *other;
    uint64_t earlier;
    bool second;
} Seen;

/* On the first, or the second CPU that we may use. */
static void use_cpu(bool second)
{
    cpu_set_t all, one;
    int skip = second;

    CPU_ZERO(&one);
    g_assert_cmpint(sched_getaffinity(0, sizeof(all), &all), ==, 0);
    for (int i = 0; i < CPU_SETSIZE; i++) {
        if (CPU_ISSET(i, &all) && !skip--) {
            CPU_SET(i, &one);
            sched_setaffinity(0, sizeof(one), &one);
            return;
        }
    }
}

/* Each stamp is taken after a look at one of the other thread. */
static void *look_and_stamp(void *opaque)
{
    Seen *s = opaque;

    use_cpu(s->second);
    for (int i = 0; i < 10000000; i++) {
        uint64_t seen = __atomic_load_n(&s->other->stamp, __ATOMIC_ACQUIRE);
        uint64_t now = capture_mono_ns();

        s->earlier += now < seen;
        __atomic_store_n(&s->stamp, now, __ATOMIC_RELEASE);
    }
    return NULL;
}

/* Tens of thousands of them were, when the processor read the counter ahead. */
static void test_not_earlier_than_seen(void)
{
    Seen a = { 0 }, b = { .second = true };
    cpu_set_t all;
    GThread *thread;

    g_assert_cmpint(sched_getaffinity(0, sizeof(all), &all), ==, 0);
    a.other = &b;
    b.other = &a;
    thread = g_thread_new("seen", look_and_stamp, &a);
    look_and_stamp(&b);
    g_thread_join(thread);
    sched_setaffinity(0, sizeof(all), &all);
    g_assert_cmpuint(a.earlier + b.earlier, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/clock/before-init", test_before_init);
    g_test_add_func("/clock/close-to-the-system", test_close);
    g_test_add_func("/clock/never-back", test_never_back);
    g_test_add_func("/clock/init-twice", test_init_twice);
    g_test_add_func("/clock/not-earlier-than-seen", test_not_earlier_than_seen);
    return g_test_run();
}
