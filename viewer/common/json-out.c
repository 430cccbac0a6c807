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

    j->builder = json_builder_new();
    j->generator = json_generator_new();
    j->text = g_string_new(NULL);
    j->utf8 = g_string_new(NULL);
    return j;
}

void json_out_free(JsonOut *j)
{
    if (j) {
        g_object_unref(j->builder);
        g_object_unref(j->generator);
        g_string_free(j->text, TRUE);
        g_string_free(j->utf8, TRUE);
        g_free(j);
    }
}

JsonBuilder *json_out_begin(JsonOut *j)
{
    json_builder_reset(j->builder);
    return j->builder;
}

void json_out_int(JsonOut *j, const char *name, uint64_t value)
{
    json_builder_set_member_name(j->builder, name);
    json_builder_add_int_value(j->builder, MIN(value, (uint64_t)INT64_MAX));
}

/*
 * json-glib (1.6) writes 1e-05 as 1e-05.0, which is no JSON; the number next
 * to it has digits behind the point.  It writes nan and inf as they are too.
 */
void json_out_add_double(JsonOut *j, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    if (!isfinite(value)) {
        json_builder_add_null_value(j->builder);
        return;
    }
    g_ascii_dtostr(text, sizeof(text), value);
    if (strchr(text, 'e') && !strchr(text, '.')) {
        value = nextafter(value, 0);
    }
    json_builder_add_double_value(j->builder, value);
}

void json_out_double(JsonOut *j, const char *name, double value)
{
    json_builder_set_member_name(j->builder, name);
    json_out_add_double(j, value);
}

void json_out_bool(JsonOut *j, const char *name, bool value)
{
    json_builder_set_member_name(j->builder, name);
    json_builder_add_boolean_value(j->builder, value);
}

bool append_utf8(GString *out, const char *text, size_t len)
{
    bool exact = true;

    while (len) {
        const char *bad;
        size_t good;

        /* A NUL inside counts as invalid for glib. */
        g_utf8_validate(text, len, &bad);
        good = bad - text;
        g_string_append_len(out, text, good);
        if (good == len) {
            break;
        }
        g_string_append(out, REPLACEMENT);
        exact = false;
        text += good + 1;
        len -= good + 1;
    }
    return exact;
}

bool json_out_bytes(JsonOut *j, const char *name, const char *text, size_t len)
{
    bool exact;

    g_string_truncate(j->utf8, 0);
    exact = append_utf8(j->utf8, text, len);
    json_builder_set_member_name(j->builder, name);
    json_builder_add_string_value(j->builder, j->utf8->str);
    return exact;
}

void json_out_string(JsonOut *j, const char *name, const char *value)
{
    if (!value) {
        json_builder_set_member_name(j->builder, name);
        json_builder_add_null_value(j->builder);
        return;
    }
    json_out_bytes(j, name, value, strlen(value));
}

void json_out_add_string(JsonOut *j, const char *value)
{
    g_string_truncate(j->utf8, 0);
    append_utf8(j->utf8, value, strlen(value));
    json_builder_add_string_value(j->builder, j->utf8->str);
}

/* As JSON has it: in UTF-16. */
static void append_escape(GString *out, gunichar c)
{
    if (c > 0xffff) {
        g_string_append_printf(out, "\\u%04x", 0xd7c0 + (c >> 10));
        c = 0xdc00 | (c & 0x3ff);
    }
    g_string_append_printf(out, "\\u%04x", c);
}

/* The first byte that may be of a character to escape, or the end. */
static const char *skip_plain(const char *p)
{
    while (*p && (unsigned char)*p < 0x7f && *p != 0x1f) {
        p++;
    }
    return p;
}

/*
 * JSON is text, and is looked at on terminals: what they would act on, or
 * not show, is escaped.  A parser sees no difference.  json-glib (1.6)
 * leaves all such characters as they are, 0x1f too, where no parser takes it.
 */
static void escape_deceptive(JsonOut *j)
{
    const char *p = j->text->str;
    const char *end = p + j->text->len;
    const char *plain = skip_plain(p);

    if (plain == end) {
        return;
    }
    g_string_truncate(j->utf8, 0);
    while (p < end) {
        gunichar c;

        g_string_append_len(j->utf8, p, plain - p);
        p = plain;
        if (p < end) {
            c = g_utf8_get_char(p);
            plain = g_utf8_next_char(p);
            if (is_deceptive(c)) {
                append_escape(j->utf8, c);
                p = plain;
            }
            plain = skip_plain(plain);
        }
    }
    g_string_assign(j->text, j->utf8->str);
}

void json_out_end(JsonOut *j, FILE *out, const char *after)
{
    JsonNode *root = json_builder_get_root(j->builder);

    g_string_truncate(j->text, 0);
    json_generator_set_root(j->generator, root);
    json_generator_to_gstring(j->generator, j->text);
    json_node_unref(root);
    escape_deceptive(j);
    g_string_append(j->text, after);
    fwrite(j->text->str, 1, j->text->len, out);
}
