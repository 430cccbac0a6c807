/*
 * What stays the same in a line from boot to boot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "line-key.h"

#define HEX_WORD_MIN 4

/* What is behind this many bytes of a line does not tell it from others. */
#define LINE_KEY_BYTES 256

/* How much at @s is a number of some kind; 0: none begins here. */
static size_t number_length(const char *s, bool word_start)
{
    size_t hex = 0, digits = 0;

    if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && g_ascii_isxdigit(s[2])) {
        hex = 2;
        while (g_ascii_isxdigit(s[hex])) {
            hex++;
        }
        return hex;
    }
    while (word_start && g_ascii_isxdigit(s[hex])) {
        digits += g_ascii_isdigit(s[hex]) ? 1 : 0;
        hex++;
    }
    if (hex >= HEX_WORD_MIN && digits && !g_ascii_isalnum(s[hex]) &&
        s[hex] != '_' && s[hex] != '.') {
        return hex;
    }
    /* Digits, with single points between them: 1.16.2 */
    digits = 0;
    while (g_ascii_isdigit(s[digits]) ||
           (digits && s[digits] == '.' && g_ascii_isdigit(s[digits + 1]))) {
        digits++;
    }
    return digits;
}

void make_line_key(GString *key, const CaptureLine *line)
{
    CaptureLine head = *line;
    g_autoptr(GString) text = NULL;
    bool word_start = true;

    head.len = MIN(line->len, LINE_KEY_BYTES);
    head.n_bytes = MIN(line->n_bytes, LINE_KEY_BYTES);
    text = g_string_sized_new(head.len + 16);
    g_string_truncate(key, 0);
    append_line_text(text, &head);
    for (const char *s = text->str; *s;) {
        size_t n = number_length(s, word_start);

        if (n) {
            g_string_append_c(key, '#');
            s += n;
        } else if (*s == ' ' || *s == '\t') {
            g_string_append_c(key, ' ');
            s += strspn(s, " \t");
        } else {
            g_string_append_c(key, *s++);
        }
        word_start = !g_ascii_isalnum(s[-1]) && s[-1] != '_';
    }
}
