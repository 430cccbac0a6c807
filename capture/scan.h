/*
 * The milestones and fw_cfg copies of a capture that is being written: each
 * look reads only what came since the one before, and in steps, so that
 * whoever holds a lock can let go of it in between.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_SCAN_H
#define CAPTURE_SCAN_H

#include "copies.h"
#include "milestones.h"
#include "reader.h"

typedef struct CaptureScan CaptureScan;

/* What `bootstamp phases` would show of the last session, as data. */
typedef struct CaptureBoot {
    GArray *phases; /* CaptureMilestone, the newest; names live for ever */
    uint64_t dropped; /* older ones that were forgotten */
    GArray *copies; /* CaptureCopy */
    uint64_t start; /* of the session, ns since the capture's start */
    uint64_t wall_ns; /* CLOCK_REALTIME when it began */
    CaptureClockMode clock;
    CaptureState state;
} CaptureBoot;

/* Takes @reader, which stands at the first record. */
CaptureScan *capture_scan_new(CaptureReader *reader);
void capture_scan_free(CaptureScan *scan);

/*
 * Reads on: @records at most, and none that begins at word @end or behind
 * it.  Returns true when there may be more before @end, false when the end
 * or what is written so far was reached.
 */
bool capture_scan_read(CaptureScan *scan, uint64_t end, uint64_t records);

/* Words read so far. */
uint64_t capture_scan_pos(const CaptureScan *scan);

/* What was found so far; lines without an end count as far as they go. */
CaptureBoot *capture_scan_boot(CaptureScan *scan);

/* One that tells of nothing. */
CaptureBoot *capture_boot_new(void);
void capture_boot_free(CaptureBoot *boot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CaptureBoot, capture_boot_free)

#endif
