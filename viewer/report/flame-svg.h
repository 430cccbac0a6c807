/*
 * A profile as a flame graph.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_FLAME_SVG_H
#define VIEWER_REPORT_FLAME_SVG_H

#include "profile-boot.h"

/*
 * Appends a <g> element from (0, 0) on, @width wide: the phases at the top,
 * below each what it called, as wide as its share of the time.  Returns its
 * height; 0: there are no samples, and nothing was appended.
 */
guint append_flame(GString *out, const ProfileBoot *b, double width);

/* The same as an <svg> element of its own. */
void append_flame_svg(GString *out, const ProfileBoot *b);

#endif
