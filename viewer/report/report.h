/*
 * What the room of reports offers: the data of a boot, samples of many boots,
 * the reports of stats and diff, and the picture of a boot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_REPORT_H
#define VIEWER_REPORT_REPORT_H

#include "boot-data.h"
#include "diff.h"
#include "sample.h"
#include "stats.h"
#include "timeline-svg.h"

#endif
