/*
 * What the host gave the threads that run vCPUs, between any two times.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_VCPUS_H
#define CAPTURE_VCPUS_H

#include "reader.h"

/* All threads together, ns. */
typedef struct CaptureVcpuTime {
    uint64_t cpu; /* on a CPU */
    uint64_t wait; /* ready, without a CPU */
    uint64_t idle; /* neither: halted, or waiting for something */
    uint64_t steal; /* taken from all of the host's CPUs by what is below it */
} CaptureVcpuTime;

typedef struct CaptureVcpus CaptureVcpus;

CaptureVcpus *capture_vcpus_new(void);
void capture_vcpus_free(CaptureVcpus *v);

/* Takes any record; a SESSION record starts over. */
void capture_vcpus_record(CaptureVcpus *v, const CaptureRecord *record);

/* How many threads were seen; 0: the capture tells nothing of them. */
guint capture_vcpus_threads(const CaptureVcpus *v);

/*
 * From @start to @end, ns.  Between two looks time is taken as spread evenly;
 * before the first one of a thread it counts as idle.  Memory has a bound:
 * of very many looks every second one is forgotten.
 */
CaptureVcpuTime capture_vcpus_between(const CaptureVcpus *v, uint64_t start,
                                      uint64_t end);

#endif
