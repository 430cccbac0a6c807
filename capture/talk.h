/*
 * What talking cost the guest: the time between the bytes of its lines.
 *
 * It is a lower bound. A byte's cost is seen where the next one follows it at
 * once; what the first byte of a line took, and the formatting before it, is
 * not in here, nor are pauses within a line.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_TALK_H
#define CAPTURE_TALK_H

#include "reader.h"

/* A longer time between two bytes of a line is no talking: the guest works. */
#define CAPTURE_TALK_GAP_NS 100000

/* Of a stream, in some stretch of time. */
typedef struct CaptureTalkUse {
    uint64_t bytes;
    uint64_t gaps; /* bytes that followed another one of their line at once */
    uint64_t talk_ns; /* the time between those and the bytes before them */
} CaptureTalkUse;

typedef struct CaptureTalk CaptureTalk;

CaptureTalk *capture_talk_new(void);
void capture_talk_free(CaptureTalk *talk);

/* Takes any record; a SESSION record starts over. */
void capture_talk_feed(CaptureTalk *talk, const CaptureRecord *record);

/* The same for @n bytes of a stream that follow each other; times in ns. */
void capture_talk_bytes(CaptureTalk *talk, uint8_t stream, const uint8_t *bytes,
                        const uint64_t *times, size_t n);

/* What @stream said from @from up to @to, ns. */
CaptureTalkUse capture_talk_between(const CaptureTalk *talk, uint8_t stream,
                                    uint64_t from, uint64_t to);

/* All that it said. */
CaptureTalkUse capture_talk_total(const CaptureTalk *talk, uint8_t stream);

#endif
