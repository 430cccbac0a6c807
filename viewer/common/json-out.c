/*
 * JSON, a value at a time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <string.h>

#include "common.h"
#include "json-out.h"

#define REPLACEMENT "\357\277\275" /* U+FFFD */

JsonOut *json_out_new(void)
{
    JsonOut *j = g_new0(JsonOut, 1);

    j->text = g_string_sized_new(512);
    return j;
}

void json_out_free(JsonOut *j)
{
    if (j) {
        g_string_free(j->text, TRUE);
        g_free(j);
    }
}

/* ------------------------------------------------------------------ */
/* Strings                                                             */

/* As JSON has it: in UTF-16. */
static void append_escape(GString *out, gunichar c)
{
    if (c > 0xffff) {
        g_string_append_printf(out, "\\u%04x", 0xd7c0 + (c >> 10));
        c = 0xdc00 | (c & 0x3ff);
    }
    g_string_append_printf(out, "\\u%04x", c);
}

/* Of a character below 0x80. */
static void append_ascii(GString *out, char c)
{
    static const char special[] = "\"\\\b\f\n\r\t";
    static const char letter[] = "\"\\bfnrt";
    const char *found = strchr(special, c);

    if (c && found) {
        g_string_append_c(out, '\\');
        g_string_append_c(out, letter[found - special]);
    } else {
        append_escape(out, c);
    }
}

/* What stands in a string as it is. */
static const bool plain[256] = {
    [' '] = true,
    ['!'] = true,
    ['#' ... '['] = true,
    [']' ... '~'] = true,
};

/*
 * Stores @text at @to up to what does not stand in a string as it is; returns
 * how many characters that were.
 */
static size_t store_plain(char *to, const char *text, size_t len)
{
    size_t n = 0;

    while (n < len && plain[(unsigned char)text[n]]) {
        to[n] = text[n];
        n++;
    }
    return n;
}

/*
 * The character at @text, which is above 0x7f, and whose bytes need not be
 * one; returns how many of them were taken.
 */
static size_t append_wide(GString *out, const char *text, size_t len,
                          bool *exact)
{
    gunichar c = g_utf8_get_char_validated(text, len);
    size_t n;

    if (c == (gunichar)-1 || c == (gunichar)-2) {
        g_string_append(out, REPLACEMENT);
        *exact = false;
        return 1;
    }
    n = g_utf8_next_char(text) - text;
    if (is_deceptive(c)) {
        append_escape(out, c);
    } else {
        g_string_append_len(out, text, n);
    }
    return n;
}

/* The rest of a string, from something on that does not stand as it is. */
static bool append_special(GString *out, const char *text, size_t len)
{
    bool exact = true;

    while (len) {
        size_t n = 1;
        char *to;

        if (*text & 0x80) {
            n = append_wide(out, text, len, &exact);
        } else if (*text) {
            append_ascii(out, *text);
        } else {
            g_string_append(out, REPLACEMENT);
            exact = false;
        }
        text += n;
        len -= n;
        to = begin_append(out, len);
        n = store_plain(to, text, len);
        end_append(out, to + n);
        text += n;
        len -= n;
    }
    return exact;
}

/*
 * JSON is text, and is looked at on terminals: what they would act on, or
 * not show, is escaped.  A parser sees no difference.  A @comma may stand in
 * front of it, and a character of @after behind it.
 */
static bool append_string(GString *out, bool comma, const char *text,
                          size_t len, const char *after)
{
    char *to = begin_append(out, len + 4);
    bool exact = true;
    size_t n;

    if (comma) {
        *to++ = ',';
    }
    *to++ = '"';
    n = store_plain(to, text, len);
    to += n;
    if (n < len) {
        end_append(out, to);
        exact = append_special(out, text + n, len - n);
        to = begin_append(out, 2);
    }
    *to++ = '"';
    if (*after) {
        *to++ = *after;
    }
    end_append(out, to);
    return exact;
}

/* ------------------------------------------------------------------ */
/* Values                                                              */

/* What stands before a value: a comma, and its name if it is a member. */
static void begin_value(JsonOut *j, const char *name)
{
    if (name) {
        append_string(j->text, j->comma, name, strlen(name), ":");
    } else if (j->comma) {
        g_string_append_c(j->text, ',');
    }
    j->comma = true;
}

static void open_list(JsonOut *j, const char *name, char bracket)
{
    begin_value(j, name);
    g_string_append_c(j->text, bracket);
    j->comma = false;
}

static void close_list(JsonOut *j, char bracket)
{
    g_string_append_c(j->text, bracket);
    j->comma = true;
}

void json_out_begin_object(JsonOut *j, const char *name)
{
    open_list(j, name, '{');
}

void json_out_begin_array(JsonOut *j, const char *name)
{
    open_list(j, name, '[');
}

void json_out_end_object(JsonOut *j)
{
    close_list(j, '}');
}

void json_out_end_array(JsonOut *j)
{
    close_list(j, ']');
}

void json_out_int(JsonOut *j, const char *name, uint64_t value)
{
    begin_value(j, name);
    append_number(j->text, MIN(value, (uint64_t)INT64_MAX));
}

void json_out_signed(JsonOut *j, const char *name, int64_t value)
{
    begin_value(j, name);
    g_string_append_printf(j->text, "%" G_GINT64_FORMAT, (gint64)value);
}

void json_out_double(JsonOut *j, const char *name, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    begin_value(j, name);
    if (!isfinite(value)) {
        g_string_append(j->text, "null");
        return;
    }
    g_ascii_dtostr(text, sizeof(text), value);
    g_string_append(j->text, text);
    if (!strpbrk(text, ".e")) {
        g_string_append(j->text, ".0");
    }
}

void json_out_thousandths(JsonOut *j, const char *name, uint64_t value)
{
    char *to;

    begin_value(j, name);
    to = store_number(begin_append(j->text, NUMBER_MAX + 4), value / 1000);
    *to++ = '.';
    *to++ = '0' + value / 100 % 10;
    *to++ = '0' + value / 10 % 10;
    *to++ = '0' + value % 10;
    end_append(j->text, to);
}

void json_out_quoted(JsonOut *j, const char *name, uint64_t value)
{
    begin_value(j, name);
    append_values(j->text, "\"%u\"", value);
}

void json_out_hex(JsonOut *j, const char *name, uint64_t value)
{
    begin_value(j, name);
    append_values(j->text, "\"0x%x\"", value);
}

void json_out_bool(JsonOut *j, const char *name, bool value)
{
    begin_value(j, name);
    g_string_append(j->text, value ? "true" : "false");
}

bool json_out_bytes(JsonOut *j, const char *name, const char *text, size_t len)
{
    begin_value(j, name);
    return append_string(j->text, false, text, len, "");
}

void json_out_string(JsonOut *j, const char *name, const char *value)
{
    begin_value(j, name);
    if (value) {
        append_string(j->text, false, value, strlen(value), "");
    } else {
        g_string_append(j->text, "null");
    }
}

void json_out_end(JsonOut *j, FILE *out, const char *after)
{
    g_string_append(j->text, after);
    fwrite_unlocked(j->text->str, 1, j->text->len, out);
    g_string_truncate(j->text, 0);
    j->comma = false;
}
