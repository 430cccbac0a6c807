/*
 * The milestones of a boot, out of records and lines.
 *
 * Stock SeaBIOS and option ROMs give the first ten, and more can be told of
 * in phases.conf: the rules stand in docs/milestones.md.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_MILESTONES_H
#define CAPTURE_MILESTONES_H

#include "lines.h"
#include "milestone-ids.h"
#include "patterns.h"
#include "reader.h"

/* Whatever a guest does, and however often it resets: no more rows. */
#define CAPTURE_MILESTONES_MAX 4096

/* What a time was taken from; a probe is exact and is preferred. */
typedef enum CaptureMilestoneSource {
    CAPTURE_SOURCE_EVENT, /* the VM or fw_cfg */
    CAPTURE_SOURCE_LOG, /* a line */
    CAPTURE_SOURCE_PROBE,
    CAPTURE_SOURCE_POST, /* a POST code */
} CaptureMilestoneSource;

typedef struct CaptureMilestone {
    CaptureMilestoneId milestone;
    CaptureMilestoneSource source;
    const char *name; /* good as long as the CaptureMilestones */
    uint64_t time; /* ns */
    uint64_t vtime; /* ns, or CAPTURE_NO_TIME */
    uint64_t pos; /* of the record it comes from */
    guint boot; /* 0, and one more after each reset that a boot followed */
    CaptureGroup group; /* what runs from it on */
    uint8_t stream; /* that its line came on */
    bool outside; /* stamped by QEMU's main loop, beside the guest */
    char detail[CAPTURE_NAME_MAX]; /* a shutdown's cause, a boot's device */
} CaptureMilestone;

typedef struct CaptureMilestones CaptureMilestones;

/* With capture_patterns_default(), or with a table of one's own. */
CaptureMilestones *capture_milestones_new(void);
CaptureMilestones *capture_milestones_new_with(CapturePatterns *patterns);
void capture_milestones_free(CaptureMilestones *phases);

/* One more with the same state, to try out what else may come. */
CaptureMilestones *capture_milestones_copy(const CaptureMilestones *phases);

/* Takes any record; a SESSION record starts over. */
void capture_milestones_record(CaptureMilestones *phases,
                               const CaptureRecord *record);

/*
 * Takes a line, a partial one as well: only its first
 * CAPTURE_PATTERN_LINE_MAX bytes are looked at.
 */
void capture_milestones_line(CaptureMilestones *phases,
                             const CaptureLine *line);

/* Milestones so far in the order they happened; good until the next feed. */
guint capture_milestones_count(const CaptureMilestones *phases);
const CaptureMilestone *capture_milestones_get(const CaptureMilestones *phases,
                                               guint i);

/* The boot that runs, 0 for the first; what CaptureMilestone.boot would be. */
guint capture_milestones_boot(const CaptureMilestones *phases);

/* Boots so far: the last reset began one when anything came after it. */
guint capture_milestones_boots(const CaptureMilestones *phases);

/*
 * Stages: patterns that say so, which are parts of the milestone before them.
 * In the order they happened; a row is as that of a milestone.
 */
guint capture_milestones_stages(const CaptureMilestones *phases);
const CaptureMilestone *capture_milestones_stage(
    const CaptureMilestones *phases, guint i);

/* Milestones that were left out because of the limit above. */
uint64_t capture_milestones_dropped(const CaptureMilestones *phases);

#endif
