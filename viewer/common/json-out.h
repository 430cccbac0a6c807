/*
 * JSON, a value at a time: json-glib writes each, so a long document needs
 * no more memory than its largest value.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_COMMON_JSON_OUT_H
#define VIEWER_COMMON_JSON_OUT_H

#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct JsonOut {
    JsonBuilder *builder; /* for what has no function here */
    JsonGenerator *generator;
    GString *text;
    GString *utf8;
} JsonOut;

JsonOut *json_out_new(void);
void json_out_free(JsonOut *j);

/* Begins a value: a builder that is empty. */
JsonBuilder *json_out_begin(JsonOut *j);

/* Members of the object that is open. */
void json_out_int(JsonOut *j, const char *name, uint64_t value);
void json_out_double(JsonOut *j, const char *name, double value);
void json_out_add_double(JsonOut *j, double value); /* null: not finite */
void json_out_bool(JsonOut *j, const char *name, bool value);
void json_out_string(JsonOut *j, const char *name,
                     const char *value); /* NULL: null */
void json_out_add_string(JsonOut *j, const char *value);

/*
 * Guest bytes as a string.  What JSON cannot hold (no UTF-8, or a NUL, which
 * the library cannot carry) becomes U+FFFD; false then.
 */
bool json_out_bytes(JsonOut *j, const char *name, const char *text, size_t len);

/* The value in one line of @out, and @after behind it. */
void json_out_end(JsonOut *j, FILE *out, const char *after);

/* Appends @text as UTF-8 as above; false where a byte had to go. */
bool append_utf8(GString *out, const char *text, size_t len);

#endif
