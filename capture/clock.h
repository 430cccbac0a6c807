/*
 * CLOCK_MONOTONIC for less: the stamp of a byte.
 *
 * Where the kernel itself keeps time by the processor's time stamp counter,
 * the counter is read directly and scaled here, as the kernel's vDSO would, but
 * the fence that makes a clock_gettime() cost two to three times as much as
 * the bare counter is left out where it is not needed (docs/performance.md has
 * the figures).  The
 * scale is steered towards CLOCK_MONOTONIC, so the two stay within about a
 * microsecond for days.  Everywhere else it is clock_gettime().
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_CLOCK_H
#define CAPTURE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Chooses the clock; takes up to 2 ms the first time.  Before it was called
 * capture_mono_ns() is clock_gettime().
 */
void capture_clock_init(void);

/*
 * Steers the scale; to be called every now and then, from any thread that
 * is not the guest's.  Does nothing when it is not due.  True where the kernel
 * has given up the counter as its clock source: from now on the system's clock
 * is read.
 */
bool capture_clock_tick(void);

/* True where the time stamp counter is read. */
bool capture_clock_is_tsc(void);

/*
 * The errno with which the name of the kernel's clock source could not be
 * read, so that the time stamp counter is not used; 0: it could.
 */
int capture_clock_error(void);

/*
 * CLOCK_MONOTONIC in nanoseconds; wait-free, no system call.  Not earlier than
 * what the thread has done before, such as taking a lock: a time that another
 * thread read before it gave up that lock is never later.
 */
uint64_t capture_mono_ns(void);

/*
 * The same without that wait, for half of the cost: the processor may read it
 * before what comes first in the program.  For a thread that only compares
 * with its own times.
 */
uint64_t capture_mono_ns_early(void);

#endif
