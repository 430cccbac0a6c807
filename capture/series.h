/*
 * Counters that were looked at now and then: how much of each came between
 * any two times.
 *
 * What came between two looks is taken as spread evenly over the time between
 * them.  Memory is bounded: when there are too many looks, two neighbours
 * become one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_SERIES_H
#define CAPTURE_SERIES_H

#include <glib.h>
#include <stdint.h>

#define CAPTURE_SERIES_VALUES 4
#define CAPTURE_SERIES_LOOKS_MAX 8192

/* How much came. */
typedef struct CaptureSums {
    uint64_t value[CAPTURE_SERIES_VALUES];
    uint64_t active_ns; /* of looks at which anything was new */
} CaptureSums;

/* A stretch of time in which something came. */
typedef struct CaptureRun {
    uint64_t start, end; /* ns */
    CaptureSums sums;
} CaptureRun;

typedef struct CaptureSeries CaptureSeries;

CaptureSeries *capture_series_new(void);
void capture_series_free(CaptureSeries *series);

/*
 * @values came between @from and @to, ns.  What is told in another order than
 * it happened, or twice over the same time, is counted, and its time once.
 */
void capture_series_add(CaptureSeries *series, uint64_t from, uint64_t to,
                        const uint64_t values[CAPTURE_SERIES_VALUES]);

/* All that came so far. */
CaptureSums capture_series_total(const CaptureSeries *series);

/*
 * What came from @from up to @to, ns.  Parts that stand side by side add up to
 * the whole.
 */
CaptureSums capture_series_between(const CaptureSeries *series, uint64_t from,
                                   uint64_t to);

/* Stretches with no pause above @gap_ns in them (CaptureRun); unref them. */
GArray *capture_series_runs(const CaptureSeries *series, uint64_t gap_ns);

#endif
