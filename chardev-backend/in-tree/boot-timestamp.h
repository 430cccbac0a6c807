/*
 * A machine with a timestamp chardev at its debug port, and the records of its
 * capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TESTS_BOOT_TIMESTAMP_H
#define TESTS_BOOT_TIMESTAMP_H

#include "libqtest.h"
#include "chardev/timestamp/capture/format.h"

#define DEBUG_PORT 0x402

typedef struct Test {
    char *dir, *capture;
    QTestState *qts;
} Test;

/* A record of a capture: the word it begins with, and its payload. */
typedef struct Record {
    uint8_t kind, data;
    uint8_t payload[CAPTURE_PAYLOAD_MAX];
} Record;

/* @options are the chardev's, with a comma before each; @args are QEMU's. */
static inline void start(Test *t, const char *options, const char *args)
{
    t->dir = g_dir_make_tmp("qtest-timestamp-XXXXXX", NULL);
    t->capture = g_build_filename(t->dir, "capture", NULL);
    t->qts =
        qtest_initf("-M pc -nodefaults -chardev timestamp,id=dbg,path=%s%s "
                    "-device isa-debugcon,iobase=0x402,chardev=dbg %s",
                    t->capture, options, args);
}

static inline void stop(Test *t)
{
    qtest_quit(t->qts);
}

static inline void clean_up(Test *t)
{
    unlink(t->capture);
    rmdir(t->dir);
    g_free(t->dir);
    g_free(t->capture);
}

/* All records of the capture, in order. */
static inline GArray *read_capture(const char *path)
{
    GArray *records = g_array_new(false, true, sizeof(Record));
    g_autofree char *file = NULL;
    size_t size, n;
    uint64_t word;

    g_assert_true(g_file_get_contents(path, &file, &size, NULL));
    g_assert_cmpmem(file, 8, CAPTURE_MAGIC, 8);
    for (size_t at = CAPTURE_HEADER_SIZE; at + 8 <= size; at += 8) {
        Record r = {};

        memcpy(&word, file + at, 8);
        r.kind = capture_word_kind(word);
        r.data = capture_word_data(word);
        n = r.kind < CAPTURE_PAD ? r.data : 0;
        g_assert_cmpuint(at + 8 + 8 * n, <=, size);
        for (size_t i = 0; i < n; i++) {
            memcpy(r.payload + i * CAPTURE_CONT_BYTES, file + at + 8 + 8 * i,
                   CAPTURE_CONT_BYTES);
        }
        at += 8 * n;
        if (r.kind) {
            g_array_append_val(records, r);
        }
    }
    return records;
}

static inline unsigned count_kind(GArray *records, CaptureKind kind)
{
    unsigned n = 0;

    for (unsigned i = 0; i < records->len; i++) {
        n += g_array_index(records, Record, i).kind == kind;
    }
    return n;
}

#endif
