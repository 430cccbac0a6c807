/*
 * Names for addresses without a symbol.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SYMBOLS_REGIONS_H
#define VIEWER_SYMBOLS_REGIONS_H

#include <stdint.h>

#include "capture/format.h"

/* Never NULL; constant. */
const char *region_name(const char *arch, uint64_t pc, CaptureWidth width);

#endif
