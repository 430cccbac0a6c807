/*
 * A boot as a picture: phases, fw_cfg copies and debug output to scale.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_TIMELINE_SVG_H
#define VIEWER_REPORT_TIMELINE_SVG_H

#include "boot-data.h"
#include "profile-boot.h"

/*
 * Appends an <svg> element that follows the reader's light or dark theme, with
 * a flame graph where @profile (may be NULL; sorted) has samples.
 * With @standalone it is a file of its own.
 */
void append_timeline_svg(GString *out, const BootData *b,
                         const ProfileBoot *profile, bool standalone);

#endif
