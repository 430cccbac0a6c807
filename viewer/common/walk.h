/*
 * Going through a capture: its records, and the lines that they make up.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_COMMON_WALK_H
#define VIEWER_COMMON_WALK_H

#include "capture/lines.h"
#include "capture/reader.h"

typedef enum WalkNext {
    WALK_ON,
    WALK_SKIP, /* this record is of no line */
    WALK_STOP, /* this record and what follows are not wanted */
} WalkNext;

/* Either may be NULL; a record comes before the line that it ends. */
typedef struct WalkOps {
    WalkNext (*record)(void *data, const CaptureRecord *record);
    void (*line)(void *data, const CaptureLine *line);
    bool bytes; /* lines have their bytes with the control sequences */
    /*
     * Where it is set, @record gets no guest bytes.  This gets each run of them
     * that is of one stream, for the bytes themselves are in the lines.
     */
    WalkNext (*run)(void *data, uint8_t stream);
} WalkOps;

typedef struct Walk Walk;

/*
 * From where @r stands, which stays the caller's.  With @virtual_clock times
 * are those of QEMU's virtual clock; before it was first seen they are 0.
 */
Walk *walk_new(CaptureReader *r, bool virtual_clock, const WalkOps *ops,
               void *data);

/* Takes what is there now; false: a callback said WALK_STOP. */
bool walk_on(Walk *walk);

/* The lines that are open; they may be cut. */
CaptureLines *walk_lines(const Walk *walk);

/* A line that has no end yet: what a prompt shows; false: there is none. */
bool walk_peek(const Walk *walk, uint8_t stream, CaptureLine *line);

/* Takes lines without an end as they are, and frees @walk. */
void walk_end(Walk *walk);

/* All of the three: a capture from one end to the other. */
void walk_capture(CaptureReader *r, bool virtual_clock, const WalkOps *ops,
                  void *data);

#endif
