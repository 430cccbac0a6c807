/*
 * Patterns, as less takes them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_PATTERN_H
#define VIEWER_SCREEN_PATTERN_H

#include <glib.h>

/*
 * A regular expression; case counts only where it has a capital letter.
 * Returns NULL with @error set.
 */
GRegex *compile_pattern(const char *pattern, GError **error);

#endif
