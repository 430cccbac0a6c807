/*
 * What the unit tests share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util.h"

static char *folder;
static pid_t owner;

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *ftw)
{
    return remove(path);
}

static void remove_folder(void)
{
    if (getpid() == owner) {
        nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
        g_clear_pointer(&folder, g_free);
    }
}

void test_begin(int *argc, char ***argv)
{
    g_autoptr(GError) error = NULL;

    g_test_init(argc, argv, NULL);
    folder = g_dir_make_tmp("bootstamp-unit-XXXXXX", &error);
    g_assert_no_error(error);
    owner = getpid();
    atexit(remove_folder);
}

const char *test_dir(void)
{
    return folder;
}

char *test_path(const char *name)
{
    char *path = g_build_filename(folder, name, NULL);

    unlink(path);
    return path;
}

CaptureWriter *test_open(const CaptureWriterOptions *options)
{
    g_autoptr(GError) error = NULL;
    CaptureWriter *w = capture_writer_open(options, &error);

    g_assert_no_error(error);
    g_assert_nonnull(w);
    return w;
}

CaptureWriter *test_open_new(const char *path)
{
    CaptureWriterOptions options = { .path = path };

    return test_open(&options);
}

void test_refused(const CaptureWriterOptions *options, CaptureWriterError code)
{
    g_autoptr(GError) error = NULL;
    CaptureWriter *w = capture_writer_open(options, &error);

    g_assert_null(w);
    g_assert_error(error, CAPTURE_WRITER_ERROR, (int)code);
    g_assert_cmpuint(strlen(error->message), >, 10);
    g_assert_null(strchr(error->message, '\n'));
}

void test_bytes(CaptureWriter *w, unsigned first, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        capture_append(w, 0, (first + i) % 251);
    }
}

TestCapture *test_read(const char *path)
{
    g_autoptr(GError) error = NULL;
    CaptureReader *r = capture_reader_open(path, &error);
    TestCapture *c = g_new0(TestCapture, 1);
    CaptureRecord rec;

    g_assert_no_error(error);
    c->records = g_array_new(FALSE, FALSE, sizeof(CaptureRecord));
    c->bytes = g_string_new(NULL);
    while (capture_reader_next(r, &rec)) {
        g_array_append_val(c->records, rec);
        if (rec.kind == CAPTURE_BYTE) {
            g_string_append_c(c->bytes, rec.byte);
        } else if (rec.kind == CAPTURE_LOST) {
            c->lost = rec.u.lost;
        } else if (rec.kind == CAPTURE_DROPPED) {
            c->dropped = rec.u.dropped.head;
        }
    }
    capture_reader_header(r, &c->header);
    c->state = capture_reader_state(r);
    c->clock = capture_reader_clock(r);
    c->skipped = capture_reader_skipped(r);
    c->unknown = capture_reader_unknown(r);
    capture_reader_close(r);
    return c;
}

void test_capture_free(TestCapture *c)
{
    if (c) {
        g_array_unref(c->records);
        g_string_free(c->bytes, TRUE);
        g_free(c);
    }
}

const CaptureRecord *test_record(const TestCapture *c, guint i)
{
    g_assert_cmpuint(i, <, c->records->len);
    return &g_array_index(c->records, CaptureRecord, i);
}

guint test_count(const TestCapture *c, CaptureKind kind)
{
    guint n = 0;

    for (guint i = 0; i < c->records->len; i++) {
        n += test_record(c, i)->kind == kind;
    }
    return n;
}

void test_check_bytes(const TestCapture *c, unsigned first, gsize n)
{
    g_assert_cmpuint(c->bytes->len, ==, n);
    for (gsize i = 0; i < n; i++) {
        if ((unsigned char)c->bytes->str[i] != (first + i) % 251) {
            g_error("byte %zu is %u", i, (unsigned char)c->bytes->str[i]);
        }
    }
}

void test_fill_header(CaptureHeader *h)
{
    memset(h, 0, sizeof(*h));
    memcpy(h->magic, CAPTURE_MAGIC, sizeof(h->magic));
    h->version = CAPTURE_VERSION;
    h->header_size = CAPTURE_HEADER_SIZE;
    h->clock = CAPTURE_CLOCK_MONOTONIC;
}

void test_write_words(const char *path, const uint64_t *words, gsize n)
{
    g_autoptr(GByteArray) file = g_byte_array_new();
    CaptureHeader h;

    test_fill_header(&h);
    g_byte_array_append(file, (guint8 *)&h, sizeof(h));
    if (n) {
        g_byte_array_append(file, (const guint8 *)words, n * sizeof(*words));
    }
    test_store(path, file->data, file->len);
}

GByteArray *test_load(const char *path)
{
    g_autoptr(GError) error = NULL;
    char *data;
    gsize size;

    g_file_get_contents(path, &data, &size, &error);
    g_assert_no_error(error);
    return g_byte_array_new_take((guint8 *)data, size);
}

/* In place: a reader that has it open must see the change. */
void test_store(const char *path, const void *data, gsize size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, data, size), ==, (gssize)size);
    close(fd);
}

uint64_t test_size(const char *path)
{
    struct stat st;

    g_assert_cmpint(stat(path, &st), ==, 0);
    return st.st_size;
}

int test_lock(const char *path)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int fd = open(path, O_RDWR | O_CLOEXEC);

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(fcntl(fd, F_OFD_SETLK, &lock), ==, 0);
    return fd;
}

void test_limit_files(uint64_t size)
{
    struct rlimit limit;

    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    limit.rlim_cur = size ? size : limit.rlim_max;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}
