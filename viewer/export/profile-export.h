/*
 * What formats of samples share: e->state is a ProfileBoot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_EXPORT_PROFILE_EXPORT_H
#define VIEWER_EXPORT_PROFILE_EXPORT_H

#include "format.h"
#include "viewer/report/report.h"

/* As profile_boot_new(), with the options of @e. */
ProfileBoot *profile_export_new(const Export *e, CaptureMilestones *milestones);

/* False: it has said that there are no samples of the one vCPU asked for. */
bool profile_export_has_vcpu(const Export *e, const ProfileBoot *b);

/* Callbacks of a format. */
bool profile_export_begin(Export *e);
void profile_export_record(Export *e, const CaptureRecord *rec);
void profile_export_line(Export *e, const CaptureLine *line);

/* Frees the state, and says on standard error where there were no samples. */
bool profile_export_end(Export *e);

#endif
