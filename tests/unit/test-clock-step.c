/*
 * The clock that stamps, when CLOCK_MONOTONIC and the time stamp counter
 * part: the host slept, or runs elsewhere now.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "capture/clock.h"

/* What the clock shows: the real time since @base, times @rate, on @shown. */
static int64_t base_ns, shown_ns;
static double rate = 1;

static int64_t real_ns(void)
{
    struct timespec ts;

    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static int64_t fake_ns(void)
{
    return shown_ns + (int64_t)((real_ns() - base_ns) * rate);
}

/* In the C library's place, for this whole program. */
int clock_gettime(clockid_t id, struct timespec *ts)
{
    int64_t now;

    if (id != CLOCK_MONOTONIC) {
        return syscall(SYS_clock_gettime, id, ts);
    }
    now = fake_ns();
    ts->tv_sec = now / 1000000000;
    ts->tv_nsec = now % 1000000000;
    return 0;
}

static bool gave_up; /* the kernel, the counter */

/* The same: what the kernel says that its clock source is. */
int open(const char *path, int flags, ...)
{
    int fd = -1;

    if (gave_up && g_str_has_suffix(path, "/current_clocksource")) {
        fd = memfd_create("clocksource", MFD_CLOEXEC);
        g_assert_cmpint(write(fd, "hpet\n", 5), ==, 5);
        lseek(fd, 0, SEEK_SET);
        return fd;
    }
    return syscall(SYS_openat, AT_FDCWD, path, flags, 0600);
}

/* From now on the clock shows @step ns more, and runs @r times as fast. */
static void change(int64_t step, double r)
{
    int64_t now = real_ns();

    shown_ns += (int64_t)((now - base_ns) * rate) + step;
    base_ns = now;
    rate = r;
}

/* The smallest distance of many: a busy machine stops us between any two. */
static int64_t distance(void)
{
    int64_t best = INT64_MAX;

    for (int i = 0; i < 100; i++) {
        int64_t off = (int64_t)capture_mono_ns() - fake_ns();

        if (ABS(off) < ABS(best)) {
            best = off;
        }
    }
    return best;
}

/* True once ours is close; never is it further off than the step was. */
static bool follows(int64_t step)
{
    /* A rate's in six periods: a busy machine lets us steer late. */
    int64_t bound = ABS(step) + 3000000000;

    for (int i = 0; i < 400; i++) {
        int64_t off;

        g_usleep(5000);
        capture_clock_tick();
        off = distance();
        g_assert_cmpint(ABS(off), <, bound);
        if (i > 20 && ABS(off) < 20000) {
            return true;
        }
    }
    return false;
}

static void steps_are_followed_and_not_run_after(void)
{
    static const int64_t steps[] = {
        3600, -1800, 80 * 3600, -3, 1, 72 * 3600,
    };

    capture_clock_init();
    if (!capture_clock_is_tsc()) {
        g_test_skip("this kernel does not keep time by the counter");
        return;
    }
    g_assert_true(follows(0));
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        int64_t step = steps[i] * 1000000000;

        change(step, 1);
        g_assert_true(follows(step));
    }
}

static void another_frequency_is_learnt(void)
{
    static const double rates[] = { 1.5, 0.5, 1.001, 1 };

    if (!capture_clock_is_tsc()) {
        g_test_skip("this kernel does not keep time by the counter");
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(rates); i++) {
        change(0, rates[i]);
        g_usleep(100000);
        g_assert_true(follows(0));
    }
}

/*
 * Who steers is late, while the system's clock is slewed: ours is ahead, by
 * more than the pace can make up for in a period, and may not go back.
 */
static void late_steering_never_steps_back(void)
{
    static const double rates[] = { 0.99, 0.97, 1.01, 1 };

    if (!capture_clock_is_tsc()) {
        g_test_skip("this kernel does not keep time by the counter");
        return;
    }
    g_assert_true(follows(0));
    for (size_t i = 0; i < G_N_ELEMENTS(rates); i++) {
        uint64_t last = capture_mono_ns();

        change(0, rates[i]);
        g_usleep(300000);
        for (int j = 0; j < 200; j++) {
            uint64_t now;

            capture_clock_tick();
            now = capture_mono_ns();
            g_assert_cmpuint(now, >=, last);
            last = now;
            g_usleep(1000);
        }
    }
    g_assert_true(follows(0));
}

/* A bend that is made up for ends, though nobody steers. */
static void a_bend_ends_at_its_period(void)
{
    int64_t off;

    if (!capture_clock_is_tsc()) {
        g_test_skip("this kernel does not keep time by the counter");
        return;
    }
    g_assert_true(follows(0));
    for (int i = 0; i < 30; i++) {
        g_usleep(100000);
        capture_clock_tick();
    }
    /* Slewed by 500 ppm: the next tick bends by half a millisecond. */
    change(0, 1.0005);
    g_usleep(1100000);
    capture_clock_tick();
    g_usleep(4500000);
    off = distance();
    g_assert_cmpint(ABS(off), <, 1000000);
}

/* The kernel keeps time by something else from now on. */
static void a_counter_that_is_given_up_is_no_longer_read(void)
{
    uint64_t last;
    int64_t off;
    bool reported = false;

    if (!capture_clock_is_tsc()) {
        g_test_skip("this kernel does not keep time by the counter");
        return;
    }
    change(0, 1);
    g_assert_true(follows(0));
    /* Ours is ahead of the system's when it happens. */
    change(-30000000, 1);
    last = capture_mono_ns();
    gave_up = true;
    for (int i = 0; i < 400 && !reported; i++) {
        reported = capture_clock_tick();
        g_assert_cmpuint(capture_mono_ns(), >=, last);
        last = capture_mono_ns();
        g_usleep(5000);
    }
    g_assert_true(reported);
    g_assert_false(capture_clock_is_tsc());
    g_assert_false(capture_clock_tick());
    g_usleep(200000);
    off = distance();
    g_assert_cmpint(ABS(off), <, 20000);
    /* And back: a capture that is opened then may use it again. */
    gave_up = false;
    capture_clock_init();
    g_assert_true(capture_clock_is_tsc());
    g_assert_true(follows(0));
}

int main(int argc, char **argv)
{
    /* Before that it shows the real time, too. */
    base_ns = shown_ns = real_ns();
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/clock-step/steps", steps_are_followed_and_not_run_after);
    g_test_add_func("/clock-step/frequency", another_frequency_is_learnt);
    g_test_add_func("/clock-step/late", late_steering_never_steps_back);
    g_test_add_func("/clock-step/bend", a_bend_ends_at_its_period);
    g_test_add_func("/clock-step/given-up",
                    a_counter_that_is_given_up_is_no_longer_read);
    return g_test_run();
}
