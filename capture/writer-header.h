/*
 * The header page, and the time that it begins at.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_WRITER_HEADER_H
#define CAPTURE_WRITER_HEADER_H

#include "writer-state.h"

uint32_t writer_version_of(CaptureClockMode clock);

/* Fills the mapped header in, with the magic last; @old: the one before. */
void writer_fill_header(CaptureWriter *w, const CaptureWriterOptions *o,
                        const CaptureHeader *old, uint64_t start_ns,
                        uint64_t used_words);

/*
 * CLOCK_MONOTONIC, ns, that stands for time 0: @start_ns, or what an appended
 * session's first one began at.
 */
uint64_t writer_time_zero(const CaptureHeader *old, uint64_t start_ns);

#endif
