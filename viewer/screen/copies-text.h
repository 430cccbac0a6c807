/*
 * Copies of fw_cfg items in words and figures.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_COPIES_TEXT_H
#define VIEWER_SCREEN_COPIES_TEXT_H

#include "state.h"

/* Its name, fit to be shown; the caller frees it. */
char *copy_name(const CaptureCopy *copy);

/* How much of it is copied, 0 to 1: of the pass that runs, or of the last. */
double copy_fraction(const CaptureCopy *copy);

/* "3.1s" until it is done; empty where that cannot be told. */
void copy_format_left(char *to, size_t size, const CaptureCopy *copy);

/* MB/s, or "-". */
void format_copy_rate(char *to, size_t size, double rate);

/* What took longest, in at most @width cells: "initrd 35.0 MB 64 ms, ...". */
char *copies_largest(const View *v, int width);

/* The items by @sort: guint, numbers of capture_copies_get(). */
GArray *copies_sorted(const View *v, CopySort sort);

/* The item that is being copied now, or -1; nothing is once QEMU ended. */
int copies_now(const View *v);

/* What is being copied, in a line: "kernel 43%, ..."; NULL: nothing. */
char *copies_summary(View *v);

#endif
