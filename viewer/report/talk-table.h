/*
 * The table of what talking cost the guest, by stream and phase.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_TALK_TABLE_H
#define VIEWER_REPORT_TALK_TABLE_H

#include "capture/milestones.h"
#include "capture/talk.h"
#include "viewer/common/common.h"

/* A stream in a phase in which it said something. */
typedef struct TalkRow {
    const char *phase; /* the milestone that begins it; "" before the first */
    guint boot;
    uint64_t start, end; /* of the phase, ns */
    uint8_t stream;
    CaptureTalkUse use;
} TalkRow;

/*
 * The rows in order (TalkRow); the caller unrefs them.  The last phase goes on
 * to @end, ns.  Good as long as @phases.
 */
GArray *talk_rows(const CaptureMilestones *phases, const CaptureTalk *talk,
                  const StreamNames *names, uint64_t end);

/*
 * Prints a row for each stream, of the time from @start to @end (ns), and with
 * @all one for each phase.
 */
void print_talk(const CaptureMilestones *phases, const CaptureTalk *talk,
                const StreamNames *names, uint64_t start, uint64_t end,
                bool all);

#endif
