/*
 * Copies of fw_cfg items, boot by boot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_BOOT_COPIES_H
#define VIEWER_REPORT_BOOT_COPIES_H

#include "capture/copies.h"

/* An array of CaptureCopies, one a boot of the last session. */
GPtrArray *boot_copies_new(void);

/* Takes any record, which is of @boot; the last of many boots has the rest. */
void boot_copies_feed(GPtrArray *all, guint boot, const CaptureRecord *rec);

#endif
