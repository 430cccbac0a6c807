/*
 * Records that are no guest bytes, in words.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_EXPORT_EVENT_H
#define VIEWER_EXPORT_EVENT_H

#include "viewer/common/common.h"

/* False: there is nothing to say of @rec. */
bool append_event(GString *out, const CaptureRecord *rec);

#endif
