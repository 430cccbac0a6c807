/*
 * What the host gave the vCPUs, phase by phase.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_HOST_TEXT_H
#define VIEWER_REPORT_HOST_TEXT_H

#include "boot-data.h"

/*
 * A table: time on a CPU, ready without one, neither, and taken from the host
 * by what is below it.  Nothing where the capture does not tell.  @start: of
 * the session, ns.
 */
void print_host(const CaptureMilestones *phases, const CaptureVcpus *vcpus,
                uint64_t start);

#endif
