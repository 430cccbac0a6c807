/*
 * QEMU's own start in stages: what is before the guest's first instruction.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_START_TABLE_H
#define VIEWER_REPORT_START_TABLE_H

#include "capture/reader.h"

#define START_STAGES_MAX 8

/* A stage and when it was reached, ns. */
typedef struct StartStage {
    CaptureVmEvent event;
    uint64_t time;
} StartStage;

typedef struct StartStages {
    StartStage stages[START_STAGES_MAX]; /* in the order of time */
    guint count;
    bool ran; /* the guest did: what comes later is no start */
} StartStages;

/* Takes any record; a SESSION record starts over. */
void start_stages_feed(StartStages *s, const CaptureRecord *record);

/* Prints them, with the time that each took to be reached. */
void print_start_stages(const StartStages *s, uint64_t zero);

#endif
