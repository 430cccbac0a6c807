/*
 * Text in XML and HTML.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "markup.h"

void append_escaped(GString *out, const char *text)
{
    static const char *const entity[256] = {
        ['<'] = "&lt;",   ['>'] = "&gt;",   ['&'] = "&amp;",
        ['"'] = "&quot;", ['\''] = "&#39;",
    };

    while (*text) {
        size_t n = 0;

        while (text[n] && !entity[(unsigned char)text[n]]) {
            n++;
        }
        g_string_append_len(out, text, n);
        text += n;
        if (*text) {
            g_string_append(out, entity[(unsigned char)*text++]);
        }
    }
}
