/*
 * A capture as OpenTelemetry's traces, in the JSON of OTLP: each boot is a
 * trace, its phases and fw_cfg copies are spans, its lines are events of the
 * phase that they came in.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_OTLP_H
#define VIEWER_REPORT_OTLP_H

#include "boot-data.h"
#include "viewer/common/json-out.h"

/* Lines that a span holds; what is more is counted in droppedEventsCount. */
#define OTLP_EVENTS_MAX 10000

/*
 * Writes the last session of @r (from its first record on) as one line: a
 * request that OTLP's receivers and collectors take.  @name and @value: an
 * attribute of the resource, or NULL.
 */
void otlp_write(CaptureReader *r, bool virtual_clock, const char *name,
                const char *value, FILE *out);

#endif
