/*
 * Patterns, as less takes them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdbool.h>

#include "pattern.h"

static bool has_capital(const char *pattern)
{
    bool escaped = false;

    for (const char *p = pattern; *p; p = g_utf8_next_char(p)) {
        /* \S and the like are no letters. */
        if (!escaped && g_unichar_isupper(g_utf8_get_char(p))) {
            return true;
        }
        escaped = !escaped && *p == '\\';
    }
    return false;
}

GRegex *compile_pattern(const char *pattern, GError **error)
{
    GRegexCompileFlags flags = G_REGEX_OPTIMIZE;

    if (!has_capital(pattern)) {
        flags |= G_REGEX_CASELESS;
    }
    return g_regex_new(pattern, flags, 0, error);
}
