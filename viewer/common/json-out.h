/*
 * JSON, a value at a time: it is written as it comes, so a long document needs
 * no more memory than its largest value.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_COMMON_JSON_OUT_H
#define VIEWER_COMMON_JSON_OUT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct JsonOut {
    GString *text; /* the value so far */
    bool comma; /* due before what comes next */
} JsonOut;

JsonOut *json_out_new(void);
void json_out_free(JsonOut *j);

/*
 * Each takes the name of a member of the object that is open, or NULL: then it
 * is an element of the array that is open, or the value as a whole.
 */
void json_out_begin_object(JsonOut *j, const char *name);
void json_out_begin_array(JsonOut *j, const char *name);
void json_out_int(JsonOut *j, const char *name, uint64_t value);
void json_out_signed(JsonOut *j, const char *name, int64_t value);
void json_out_double(JsonOut *j, const char *name,
                     double value); /* null: not finite */
void json_out_thousandths(JsonOut *j, const char *name,
                          uint64_t value); /* 1234 is 1.234 */
/* "31": a 64-bit number in the JSON of protobuf. */
void json_out_quoted(JsonOut *j, const char *name, uint64_t value);

/* "0x1f": numbers past 2^53 lose their last digits in most programs. */
void json_out_hex(JsonOut *j, const char *name, uint64_t value);
void json_out_bool(JsonOut *j, const char *name, bool value);
void json_out_string(JsonOut *j, const char *name,
                     const char *value); /* NULL: null */

void json_out_end_object(JsonOut *j);
void json_out_end_array(JsonOut *j);

/*
 * Guest bytes as a string.  What JSON cannot hold (no UTF-8, or a NUL) becomes
 * U+FFFD; false then.
 */
bool json_out_bytes(JsonOut *j, const char *name, const char *text, size_t len);

/* The value in one line of @out, and @after behind it; the next may begin. */
void json_out_end(JsonOut *j, FILE *out, const char *after);

#endif
