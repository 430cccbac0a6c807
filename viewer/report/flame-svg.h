/*
 * A profile as a flame graph.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_FLAME_SVG_H
#define VIEWER_REPORT_FLAME_SVG_H

#include "profile-boot.h"

/*
 * Appends an <svg> element: the phases at the top, below each what it called,
 * as wide as its share of the time.  Nothing where there are no samples.
 */
void append_flame_svg(GString *out, const ProfileBoot *b);

#endif
