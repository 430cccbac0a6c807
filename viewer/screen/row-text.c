/*
 * What a row reads as.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "row-text.h"
#include "viewer/common/common.h"

static int cells_of(gunichar c)
{
    return g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
}

/* Blanks for tabs, from @from on. */
static void expand_tabs(GString *text, gsize from)
{
    g_autofree char *with = NULL;
    int column = 0;

    if (!memchr(text->str + from, '\t', text->len - from)) {
        return;
    }
    with = g_strdup(text->str + from);
    g_string_truncate(text, from);
    for (const char *p = with; *p; p = g_utf8_next_char(p)) {
        if (*p == '\t') {
            int n = 8 - column % 8;

            g_string_append_len(text, "        ", n);
            column += n;
        } else {
            g_string_append_len(text, p, g_utf8_next_char(p) - p);
            column += cells_of(g_utf8_get_char(p));
        }
    }
}

void row_append_text(GString *out, const Row *row)
{
    CaptureLine line = {
        .text = row->text,
        .len = row->len,
        .bytes = row->controls ? row->bytes : NULL,
        .n_bytes = row->n_bytes,
    };
    gsize from = out->len;

    append_line_text(out, &line);
    expand_tabs(out, from);
}

bool row_matches(const Row *row, const GRegex *regex, GString *scratch)
{
    g_string_truncate(scratch, 0);
    row_append_text(scratch, row);
    return g_regex_match(regex, scratch->str, 0, NULL) ||
           (row->milestone && g_regex_match(regex, row->milestone, 0, NULL));
}
