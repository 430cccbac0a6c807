/*
 * Going through a capture: its records, and the lines that they make up.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_WALK_H
#define CAPTURE_WALK_H

#include "lines.h"
#include "reader.h"

typedef enum CaptureWalkNext {
    CAPTURE_WALK_ON,
    CAPTURE_WALK_SKIP, /* this record is of no line */
    CAPTURE_WALK_STOP, /* this record and what follows are not wanted */
} CaptureWalkNext;

/* Either may be NULL; a record comes before the line that it ends. */
typedef struct CaptureWalkOps {
    CaptureWalkNext (*record)(void *data, const CaptureRecord *record);
    void (*line)(void *data, const CaptureLine *line);
    bool bytes; /* lines have their bytes with the control sequences */
    /*
     * Where it is set, @record gets no guest bytes.  This gets each run of them
     * that is of one stream, for the bytes themselves are in the lines.
     */
    CaptureWalkNext (*run)(void *data, uint8_t stream);
    /*
     * The same with the bytes and their times, ns, for who needs each; @run is
     * NULL then.  Lines that end in such a run come behind it.
     */
    void (*stamped)(void *data, uint8_t stream, const uint8_t *bytes,
                    const uint64_t *times, size_t n);
} CaptureWalkOps;

typedef struct CaptureWalk CaptureWalk;

/*
 * From where @r stands, which stays the caller's.  With @virtual_clock times
 * are those of QEMU's virtual clock; before it was first seen they are 0.
 */
CaptureWalk *capture_walk_new(CaptureReader *r, bool virtual_clock,
                              const CaptureWalkOps *ops, void *data);

/* Takes what is there now; false: a callback said CAPTURE_WALK_STOP. */
bool capture_walk_on(CaptureWalk *walk);

/*
 * The same in steps: @records at most, and none that begins at word @end or
 * behind it.  Returns true when there may be more before @end, false when the
 * end or what is written so far was reached, or a callback said stop.
 */
bool capture_walk_some(CaptureWalk *walk, uint64_t end, uint64_t records);

/* The lines that are open; they may be cut. */
CaptureLines *capture_walk_lines(const CaptureWalk *walk);

/* A line that has no end yet: what a prompt shows; false: there is none. */
bool capture_walk_peek(const CaptureWalk *walk, uint8_t stream,
                       CaptureLine *line);

/* Takes lines without an end as they are, and frees @walk. */
void capture_walk_end(CaptureWalk *walk);

/* All of the three: a capture from one end to the other. */
void capture_walk_all(CaptureReader *r, bool virtual_clock,
                      const CaptureWalkOps *ops, void *data);

#endif
