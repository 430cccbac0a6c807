/*
 * The milestones that have a number.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "milestone-ids.h"

#define NAME(id, name, group) name,
static const char *const names[] = { CAPTURE_MILESTONES(NAME) };

#define GROUP(id, name, group) CAPTURE_GROUP_##group,
static const CaptureGroup groups[] = { CAPTURE_MILESTONES(GROUP) };

int capture_milestone_number(const char *name)
{
    for (int i = 0; i < CAPTURE_MS_CUSTOM; i++) {
        if (!strcmp(names[i], name)) {
            return i;
        }
    }
    return -1;
}

const char *capture_milestone_name(CaptureMilestoneId milestone)
{
    return names[milestone];
}

CaptureGroup capture_milestone_group(CaptureMilestoneId milestone)
{
    return milestone < CAPTURE_MS_CUSTOM ? groups[milestone]
                                         : CAPTURE_GROUP_NONE;
}
