/*
 * The thread that works ahead of the guest.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <signal.h>

#include "writer-cut.h"
#include "writer-drop.h"
#include "writer-grow.h"
#include "writer-header.h"
#include "writer-helper.h"
#include "writer-place.h"

/* How long the helper sleeps while bytes come, and while none do. */
#define TICK_BUSY_MS 5
#define TICK_IDLE_MS 40

/* How long after news more of it is looked for as often as bytes are, ns. */
#define LOOK_BUSY_NS NS_PER_S

/* How long exit() waits for the helper, which a disk may hold up. */
#define ABANDON_MS 500

/* Was there news beside the guest, less than a second ago? */
static bool look(CaptureWriter *w)
{
    uint64_t now = capture_mono_ns();

    if (w->look && w->look(w, now, w->look_data)) {
        w->news = now;
    }
    return w->news && now - w->news < LOOK_BUSY_NS;
}

bool capture_writer_is_closing(const CaptureWriter *w)
{
    return w->last_look;
}

/* One round of the helper's work; returns how long to sleep, in ms. */
static int tick(CaptureWriter *w)
{
    uint64_t reserved = __atomic_load_n(&w->reserved, __ATOMIC_RELAXED);
    uint64_t words = reserved - w->last_reserved;
    uint64_t came = words * CAPTURE_WORD_SIZE;
    uint64_t used;

    if (w->dead) {
        writer_tell_dead(w);
        return TICK_IDLE_MS;
    }
    writer_take_pads(w);
    writer_check_cut(w, false);
    if (w->dead) {
        return TICK_IDLE_MS;
    }

    writer_put_machine(w);
    w->last_reserved = reserved;
    if (words) {
        /* Else it is there, unless the page is another file's by now. */
        __atomic_store_n(&w->header->reserved_words, reserved,
                         __ATOMIC_RELAXED);
    }
    if (came > w->ahead / 4) {
        w->ahead = MIN(2 * w->ahead, w->ahead_max);
    }
    writer_drop_prepare(w);
    used = writer_used_bytes(w);
    if (w->mapped - used < w->ahead) {
        writer_extend(w);
    }
    if (used < w->mapped && !w->cut) {
        writer_rearm(w, used);
    }
    return look(w) || came ? TICK_BUSY_MS : TICK_IDLE_MS;
}

static void *helper_main(void *opaque)
{
    CaptureWriter *w = opaque;
    struct timespec until;
    uint64_t at;

    pthread_mutex_lock(&w->lock);
    while (!w->stop) {
        pthread_mutex_unlock(&w->lock);
        if (capture_clock_tick()) {
            g_printerr("bootstamp: the kernel no longer uses the time stamp "
                       "counter as its clock source: stamps are as exact as "
                       "before, and cost more\n");
        }
        at = capture_mono_ns() + (uint64_t)tick(w) * 1000000;
        until.tv_sec = at / NS_PER_S;
        until.tv_nsec = at % NS_PER_S;
        pthread_mutex_lock(&w->lock);
        if (!w->stop) {
            pthread_cond_timedwait(&w->wake, &w->lock, &until);
        }
    }
    pthread_mutex_unlock(&w->lock);
    w->last_look = true;
    if (!w->dead) {
        look(w); /* what came since the last round */
    }
    pthread_mutex_lock(&w->lock);
    w->stopped = true;
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* QEMU's signals are for QEMU's threads; faults must still reach us. */
int writer_start_helper(CaptureWriter *w)
{
    pthread_condattr_t attr;
    sigset_t all, old;
    int ret;

    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&w->wake, &attr);
    pthread_condattr_destroy(&attr);

    sigfillset(&all);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    ret = pthread_create(&w->helper, NULL, helper_main, w);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (ret == 0) {
        pthread_setname_np(w->helper, "bootstamp");
    }
    return ret;
}

void writer_stop_helper(CaptureWriter *w)
{
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->helper, NULL);
}

bool writer_stop_helper_soon(CaptureWriter *w)
{
    uint64_t at = clock_ns(CLOCK_MONOTONIC) + ABANDON_MS * UINT64_C(1000000);
    struct timespec until = {
        .tv_sec = at / NS_PER_S,
        .tv_nsec = at % NS_PER_S,
    };
    bool stopped;
    int ret = 0;

    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->wake);
    while (!w->stopped && ret == 0) {
        ret = pthread_cond_timedwait(&w->wake, &w->lock, &until);
    }
    stopped = w->stopped;
    pthread_mutex_unlock(&w->lock);
    return stopped;
}
