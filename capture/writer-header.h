/*
 * The header page, and the time that it begins at.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_WRITER_HEADER_H
#define CAPTURE_WRITER_HEADER_H

#include "writer-state.h"

uint32_t writer_version_of(CaptureClockMode clock);

/* Fills @h in; @old: the one that is appended to, all zero for a new file. */
void writer_fill_header(CaptureHeader *h, const CaptureWriterOptions *o,
                        const CaptureHeader *old, uint64_t start_ns,
                        uint64_t used_words);

/* Writes it to the file, the magic last; an errno, or 0. */
int writer_write_header(int fd, const CaptureHeader *h);

/* What capture_writer_set_machine() left to be put into the header. */
void writer_put_machine(CaptureWriter *w);

/*
 * CLOCK_MONOTONIC, ns, that stands for time 0: @start_ns, or what an appended
 * session's first one began at.
 */
uint64_t writer_time_zero(const CaptureHeader *old, uint64_t start_ns);

#endif
