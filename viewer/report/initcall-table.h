/*
 * The table of the kernel's slowest initcalls.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_INITCALL_TABLE_H
#define VIEWER_REPORT_INITCALL_TABLE_H

#include "capture/initcalls.h"

/* "initcall NAME", "probe of DEVICE": made visible, the caller frees it. */
char *initcall_label(const CaptureInitcall *call);

/* Prints at most @max of them, the slowest first; @start: time 0, ns. */
void print_initcalls(const CaptureInitcalls *calls, uint64_t start, guint max);

#endif
