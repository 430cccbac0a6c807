/*
 * The stretches of time that tables are cut into.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_PHASE_TIMES_H
#define VIEWER_REPORT_PHASE_TIMES_H

#include "capture/milestones.h"

/* From a milestone to the next, whatever boot that is of. */
typedef struct PhaseTime {
    const char *name; /* the milestone that begins it; "" before the first */
    guint boot;
    uint64_t start, end; /* ns */
} PhaseTime;

/*
 * All of them in order, without a gap, from 0 to @end (ns); the caller unrefs
 * the array.  Good as long as @phases.
 */
GArray *phase_times(const CaptureMilestones *phases, uint64_t end);

/* "BIOS post (boot 2)": a phase's name in a table of several boots. */
char *phase_label(const char *phase, guint boot);

/* Appends seconds with six decimals, 12 columns wide. */
void append_seconds_column(GString *line, uint64_t ns);

#endif
