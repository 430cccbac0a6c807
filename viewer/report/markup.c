/*
 * Text in XML and HTML.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "markup.h"

void append_escaped(GString *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '<':
            g_string_append(out, "&lt;");
            break;
        case '>':
            g_string_append(out, "&gt;");
            break;
        case '&':
            g_string_append(out, "&amp;");
            break;
        case '"':
            g_string_append(out, "&quot;");
            break;
        case '\'':
            g_string_append(out, "&#39;");
            break;
        default:
            g_string_append_c(out, *text);
        }
    }
}
