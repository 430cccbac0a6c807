/*
 * What stays the same in a line from boot to boot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_LINE_KEY_H
#define VIEWER_REPORT_LINE_KEY_H

#include "viewer/common/common.h"

/*
 * Sets @key to the line made visible, with numbers, addresses (0x..., and
 * hexadecimal words of four digits and more with a decimal digit in them)
 * and versions as "#" and runs of spaces as one.  Of a long line the first
 * 256 bytes count.
 */
void make_line_key(GString *key, const CaptureLine *line);

#endif
