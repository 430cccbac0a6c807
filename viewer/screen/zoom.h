/*
 * Which part of the boot the timeline shows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_ZOOM_H
#define VIEWER_SCREEN_ZOOM_H

#include "state.h"

/* Half as much around the cursor. */
void zoom_in(View *v);

/* Twice as much, or all of it. */
void zoom_out(View *v, bool all);

/* From @from to @to, ns. */
void zoom_to(View *v, uint64_t from, uint64_t to);

/* Where a boot ends: at the next reset, when QEMU ended, or now; ns. */
uint64_t zoom_end(const Source *s, guint boot);

/* The bounds of the boot that the cursor is in, ns. */
void zoom_bounds(const Source *s, uint64_t *from, uint64_t *to);

#endif
