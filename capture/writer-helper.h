/*
 * The thread that works ahead of the guest.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_WRITER_HELPER_H
#define CAPTURE_WRITER_HELPER_H

#include "writer-state.h"

/* Starts the thread; an errno, or 0. */
int writer_start_helper(CaptureWriter *w);

/* Ends it and waits for that. */
void writer_stop_helper(CaptureWriter *w);

/* The same, but waits half a second at most; true once it has stopped. */
bool writer_stop_helper_soon(CaptureWriter *w);

#endif
