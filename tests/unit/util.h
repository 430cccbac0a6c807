/*
 * What the unit tests share: a private folder, captures to write and to
 * damage, and all records of one at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TESTS_UNIT_UTIL_H
#define TESTS_UNIT_UTIL_H

#include "capture/reader.h"
#include "capture/writer.h"

/* g_test_init() and a private folder, removed when the program ends. */
void test_begin(int *argc, char ***argv);

/* The folder, and a path in it for a file that is not there yet. */
const char *test_dir(void);
char *test_path(const char *name);

/* Opens a writer that must open. */
CaptureWriter *test_open(const CaptureWriterOptions *options);

/* The same for a new capture without further options. */
CaptureWriter *test_open_new(const char *path);

/* Opens a writer that must be refused with @code; text without newline. */
void test_refused(const CaptureWriterOptions *options, CaptureWriterError code);

/* @n guest bytes of stream 0: their number modulo 251 from @first on. */
void test_bytes(CaptureWriter *w, unsigned first, unsigned n);

/* Everything that a capture tells. */
typedef struct TestCapture {
    GArray *records; /* CaptureRecord */
    GString *bytes; /* of all streams */
    CaptureHeader header;
    CaptureState state;
    CaptureClockMode clock;
    CaptureLost lost; /* of the last LOST record, else zero */
    CaptureDropped dropped; /* of the last DROPPED record, else zero */
    uint64_t skipped, unknown;
} TestCapture;

TestCapture *test_read(const char *path);
void test_capture_free(TestCapture *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestCapture, test_capture_free)

/* The record at @i, and how many there are of @kind. */
const CaptureRecord *test_record(const TestCapture *c, guint i);
guint test_count(const TestCapture *c, CaptureKind kind);

/* The bytes that test_bytes() wrote, nothing else, from @first on. */
void test_check_bytes(const TestCapture *c, unsigned first, gsize n);

/* A capture as a killed QEMU leaves it: header and words as given. */
void test_write_words(const char *path, const uint64_t *words, gsize n);
void test_fill_header(CaptureHeader *header);

/* File contents, whole. */
GByteArray *test_load(const char *path);
void test_store(const char *path, const void *data, gsize size);
uint64_t test_size(const char *path);

/* Holds the writer's lock: the capture looks live.  close() lets go. */
int test_lock(const char *path);

/* RLIMIT_FSIZE in bytes, 0: none.  The signal for it is left at default. */
void test_limit_files(uint64_t size);

#endif
