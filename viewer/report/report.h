/*
 * What the room of reports offers: the data of a boot, samples of many boots,
 * the reports of stats and diff, and the picture of a boot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_REPORT_H
#define VIEWER_REPORT_REPORT_H

#include "boot-data.h"
#include "budget.h"
#include "diff.h"
#include "looks.h"
#include "markup.h"
#include "disk-table.h"
#include "exit-table.h"
#include "flame-svg.h"
#include "initcall-table.h"
#include "otlp.h"
#include "phase-times.h"
#include "profile-boot.h"
#include "sample.h"
#include "start-table.h"
#include "stats.h"
#include "talk-table.h"
#include "timeline-svg.h"

/*
 * Prints a session of @r in tables, from 1 on (0: the last): milestones,
 * probes, fw_cfg copies and what else the time was.  With @all each fw_cfg item
 * has a row, else those under 64 KiB have one together; so with initcalls, and
 * with what talking cost in each phase.  Returns the exit status: it says where
 * there is none.
 */
int print_boot(CaptureReader *r, bool virtual_clock, int session, bool all);

/* Prints what the capture holds, a line each. */
void print_info(CaptureReader *r);

/*
 * Prints a capture in a line: state, start, size, machine, path; before them
 * @owner, if not NULL.
 */
void print_info_line(CaptureReader *r, const char *owner);

#endif
