/*
 * The table of how often the guest left KVM, by kind and phase.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_EXIT_TABLE_H
#define VIEWER_REPORT_EXIT_TABLE_H

#include "capture/exits.h"
#include "capture/milestones.h"

/* A kind in a phase in which it came. */
typedef struct ExitRow {
    const char *phase; /* the milestone that begins it; "" before the first */
    guint boot;
    uint64_t start, end; /* of the phase, ns */
    const char *kind; /* KVM's name, not made visible */
    uint64_t count;
} ExitRow;

/*
 * The rows in order (ExitRow); the caller unrefs them.  The last phase goes on
 * to @end, ns.  Good as long as @phases and @exits.
 */
GArray *exit_rows(const CaptureMilestones *phases,
                  const CaptureExitCounts *exits, uint64_t end);

/*
 * Prints a row for each kind, of the time from @start to @end (ns), and with
 * @all one for each phase.
 */
void print_exits(const CaptureMilestones *phases,
                 const CaptureExitCounts *exits, uint64_t start, uint64_t end,
                 bool all);

#endif
