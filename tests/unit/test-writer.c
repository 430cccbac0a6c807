/*
 * The writer, from one thread.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util.h"

#define WRAP (UINT64_C(1) << CAPTURE_TIME_BITS)
#define HALF (WRAP / 2)

/* ------------------------------------------------------------------ */
/* What is written is read                                             */

static void header_says_who_wrote_it(void)
{
    g_autofree char *path = test_path("capture");
    g_autofree char *boot_id = NULL;
    uint64_t before = capture_mono_ns();
    CaptureWriterOptions options = {
        .path = path,
        .qemu_version = "7.2.22",
        .chardev_id = "dbg",
        .arch = "x86_64",
        .size_max = 1 << 20,
    };
    CaptureWriter *w = test_open(&options);
    g_autoptr(TestCapture) c = NULL;

    capture_writer_set_machine(w, "pc-i440fx-7.2", 512 << 20);
    g_assert_cmpstr(capture_writer_path(w), ==, path);
    capture_writer_close(w);

    c = test_read(path);
    g_assert_cmpmem(c->header.magic, 8, CAPTURE_MAGIC, 8);
    g_assert_cmpuint(c->header.version, ==, CAPTURE_VERSION);
    g_assert_cmpuint(c->header.header_size, ==, CAPTURE_HEADER_SIZE);
    g_assert_cmpuint(c->header.clock, ==, CAPTURE_CLOCK_MONOTONIC);
    g_assert_cmpuint(c->header.pid, ==, (unsigned)getpid());
    g_assert_cmpuint(c->header.size_max, ==, 1 << 20);
    g_assert_cmpuint(c->header.guest_ram, ==, 512 << 20);
    g_assert_cmpstr(c->header.qemu_version, ==, "7.2.22");
    g_assert_cmpstr(c->header.chardev_id, ==, "dbg");
    g_assert_cmpstr(c->header.arch, ==, "x86_64");
    g_assert_cmpstr(c->header.machine, ==, "pc-i440fx-7.2");
    g_assert_cmpuint(c->header.start_mono_ns, >=, before);
    g_assert_cmpuint(c->header.start_mono_ns, <=, capture_mono_ns());
    g_assert_true(g_file_get_contents("/proc/sys/kernel/random/boot_id",
                                      &boot_id, NULL, NULL));
    g_assert_cmpstr(c->header.boot_id, ==, g_strstrip(boot_id));
}

static void strings_too_long_for_the_header_are_cut(void)
{
    g_autofree char *path = test_path("capture");
    char text[1000];
    CaptureWriterOptions options = {
        .path = path,
        .qemu_version = text,
        .chardev_id = text,
        .arch = text,
    };
    g_autoptr(TestCapture) c = NULL;

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    capture_writer_close(test_open(&options));
    c = test_read(path);
    g_assert_cmpuint(strlen(c->header.qemu_version), ==, 127);
    g_assert_cmpuint(strlen(c->header.chardev_id), ==, 63);
    g_assert_cmpuint(strlen(c->header.arch), ==, 31);
    g_assert_cmpuint(strlen(test_record(c, 0)->u.session.version), ==, 127);
}

static void first_record_is_the_session(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = { .path = path, .qemu_version = "9.9" };
    g_autoptr(TestCapture) c = NULL;
    const CaptureRecord *rec;

    capture_writer_close(test_open(&options));
    c = test_read(path);
    g_assert_cmpuint(c->records->len, ==, 1);
    rec = test_record(c, 0);
    g_assert_cmpuint(rec->kind, ==, CAPTURE_SESSION);
    g_assert_cmpuint(rec->pos, ==, 0);
    g_assert_cmpuint(rec->time, ==, 0);
    g_assert_cmpuint(rec->u.session.pid, ==, (unsigned)getpid());
    g_assert_cmpuint(rec->u.session.mono_ns, ==, c->header.start_mono_ns);
    g_assert_cmpstr(rec->u.session.version, ==, "9.9");
    g_assert_cmpuint(c->state, ==, CAPTURE_ENDED);
    g_assert_cmpuint(c->skipped, ==, 0);
}

static void bytes_come_back_in_order_with_times_between_the_clock_reads(void)
{
    enum { N = 100000 };
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = test_open_new(path);
    uint64_t before = capture_writer_now(w), after;
    g_autoptr(TestCapture) c = NULL;
    uint64_t last;

    test_bytes(w, 0, N);
    after = capture_writer_now(w);
    capture_writer_close(w);

    c = test_read(path);
    test_check_bytes(c, 0, N);
    last = before;
    for (guint i = 1; i < c->records->len; i++) {
        g_assert_cmpuint(test_record(c, i)->time, >=, last);
        last = test_record(c, i)->time;
    }
    g_assert_cmpuint(last, <=, after);
    g_assert_cmpuint(c->skipped, ==, 0);
    g_assert_cmpuint(c->lost.bytes, ==, 0);
}

static void bytes_of_one_access_share_its_stamp(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = test_open_new(path);
    g_autoptr(TestCapture) c = NULL;

    capture_append_bytes(w, 12345, 7, (const uint8_t *)"boot\0!", 6);
    capture_append_bytes(w, 12346, 7, NULL, 0);
    capture_writer_close(w);

    c = test_read(path);
    g_assert_cmpuint(c->records->len, ==, 7);
    g_assert_cmpmem(c->bytes->str, c->bytes->len, "boot\0!", 6);
    for (guint i = 1; i < 7; i++) {
        g_assert_cmpuint(test_record(c, i)->time, ==, 12345);
        g_assert_cmpuint(test_record(c, i)->stream, ==, 7);
    }
}

static void every_byte_value_of_every_stream_comes_back(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = test_open_new(path);
    g_autoptr(TestCapture) c = NULL;

    for (unsigned stream = 0; stream < CAPTURE_STREAMS_MAX; stream++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            capture_append(w, stream, byte);
        }
    }
    capture_writer_close(w);

    c = test_read(path);
    g_assert_cmpuint(c->records->len, ==, 1 + CAPTURE_STREAMS_MAX * 256);
    for (guint i = 1; i < c->records->len; i++) {
        g_assert_cmpuint(test_record(c, i)->stream, ==, (i - 1) / 256);
        g_assert_cmpuint(test_record(c, i)->byte, ==, (i - 1) % 256);
    }
}

/* The event at @word of the file: head, CONT words, padded with zeros. */
static void check_event_words(const uint64_t *word, uint64_t time, uint8_t kind,
                              const uint8_t *payload, size_t len)
{
    size_t n = (len + 6) / 7;

    g_assert_cmphex(word[0], ==, capture_word(kind, n, time));
    for (size_t i = 0; i < n * 7; i++) {
        uint64_t cont = word[1 + i / 7];

        g_assert_cmphex(capture_word_kind(cont), ==, CAPTURE_CONT);
        g_assert_cmphex(cont >> (8 * (i % 7)) & 0xff, ==,
                        i < len ? payload[i] : 0);
    }
}

static void payloads_of_every_length_are_kept_and_longer_ones_cut(void)
{
    static const size_t lens[] = {
        0,
        1,
        6,
        7,
        8,
        13,
        14,
        15,
        20,
        21,
        22,
        255,
        256,
        1023,
        CAPTURE_PAYLOAD_MAX - 7,
        CAPTURE_PAYLOAD_MAX - 1,
        CAPTURE_PAYLOAD_MAX,
        CAPTURE_PAYLOAD_MAX + 1,
        CAPTURE_PAYLOAD_MAX + 7,
        4000,
    };
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = test_open_new(path);
    g_autoptr(GByteArray) file = NULL;
    uint8_t payload[4000];
    const uint64_t *word, *end;

    for (size_t i = 0; i < sizeof(payload); i++) {
        payload[i] = i * 7 + 1;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(lens); i++) {
        g_assert_true(
            capture_append_event(w, 1000 + i, CAPTURE_VM, payload, lens[i]));
    }
    capture_writer_close(w);

    file = test_load(path);
    word = (const uint64_t *)(file->data + CAPTURE_HEADER_SIZE);
    end = (const uint64_t *)(file->data + file->len);
    word += 1 + capture_word_data(word[0]);
    for (size_t i = 0; i < G_N_ELEMENTS(lens); i++) {
        size_t len = MIN(lens[i], CAPTURE_PAYLOAD_MAX);

        check_event_words(word, 1000 + i, CAPTURE_VM, payload, len);
        word += 1 + (len + 6) / 7;
    }
    g_assert_true(word == end);
}

static void virtual_clock_is_kept_with_56_bits(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = test_open_new(path);
    g_autoptr(TestCapture) c = NULL;

    capture_append_vclock(w, 500, UINT64_C(0xaabbccddeeff11));
    capture_append_bytes(w, 600, 0, (const uint8_t *)"x", 1);
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpuint(c->records->len, ==, 3);
    g_assert_cmphex(test_record(c, 1)->vtime, ==, 0xaabbccddeeff11);
    g_assert_cmphex(test_record(c, 2)->vtime, ==, 0xaabbccddeeff11 + 100);
}

static void many_segments_lose_nothing_when_the_guest_waits(void)
{
    enum { N = 1200000, PART = 50000 };
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = test_open_new(path);
    g_autoptr(TestCapture) c = NULL;
    uint64_t lost_bytes, lost_events;

    /* The helper needs a moment: a slow machine gets a longer one. */
    for (unsigned i = 0; i < N; i += PART) {
        test_bytes(w, i, PART);
        g_usleep(2000);
    }
    capture_writer_lost(w, &lost_bytes, &lost_events);
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpuint(c->bytes->len + lost_bytes, ==, N);
    g_assert_cmpuint(c->lost.bytes, ==, lost_bytes);
    g_assert_cmpuint(c->skipped, ==, 0);
    if (!lost_bytes) {
        test_check_bytes(c, 0, N);
    }
}

/* ------------------------------------------------------------------ */
/* The file                                                            */

static void file_is_private_whatever_the_umask(void)
{
    g_autofree char *path = test_path("capture");
    mode_t mask = umask(0);
    struct stat st;

    capture_writer_close(test_open_new(path));
    umask(mask);
    g_assert_cmpint(stat(path, &st), ==, 0);
    g_assert_cmphex(st.st_mode & 07777, ==, 0600);
}

static void file_is_cut_to_what_was_written_at_the_end(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = test_open_new(path);
    uint64_t live, words;
    g_autoptr(GByteArray) file = NULL;

    live = test_size(path);
    capture_append_bytes(w, 1, 0, (const uint8_t *)"abc", 3);
    capture_writer_close(w);
    file = test_load(path);
    g_assert_cmpuint(file->len, <, live);
    words = (file->len - CAPTURE_HEADER_SIZE) / CAPTURE_WORD_SIZE;
    g_assert_cmphex(((uint64_t *)(file->data + CAPTURE_HEADER_SIZE))[words - 1],
                    ==, capture_word(CAPTURE_BYTE, 'c', 1));
}

static void every_instant_is_a_valid_capture(void)
{
    g_autofree char *path = test_path("capture");
    g_autofree char *copy = test_path("copy");
    CaptureWriter *w = test_open_new(path);

    for (unsigned i = 0; i < 8; i++) {
        g_autoptr(GByteArray) file = test_load(path);
        g_autoptr(TestCapture) c = NULL;

        test_store(copy, file->data, file->len);
        c = test_read(copy);
        test_check_bytes(c, 0, i * 100);
        g_assert_cmpuint(c->skipped, ==, 0);
        g_assert_cmpuint(c->state, ==, CAPTURE_KILLED);
        test_bytes(w, i * 100, 100);
    }
    capture_writer_close(w);
}

static void abandoned_capture_is_whole_and_marked_as_ended(void)
{
    g_autofree char *path = test_path("capture");
    g_autofree char *copy = test_path("copy");
    CaptureWriter *w = test_open_new(path);
    g_autoptr(GByteArray) file = NULL;
    g_autoptr(TestCapture) c = NULL;

    test_bytes(w, 0, 5000);
    capture_writer_abandon(w);
    /* Another thread may not have heard of it yet. */
    test_bytes(w, 5000, 10);
    file = test_load(path);
    test_store(copy, file->data, file->len);
    c = test_read(copy);
    test_check_bytes(c, 0, 5010);
    g_assert_cmpuint(c->state, ==, CAPTURE_ENDED);
    capture_writer_close(w);
}

/* A device's exit() at the cap, or after somebody cut the file. */
static void abandoned_capture_tells_its_loss(void)
{
    for (int cut = 0; cut < 2; cut++) {
        g_autofree char *path = test_path("capture");
        g_autofree char *copy = test_path("copy");
        CaptureWriterOptions options = {
            .path = path,
            .size_max = cut ? 0 : CAPTURE_SIZE_MIN,
        };
        CaptureWriter *w = test_open(&options);
        g_autoptr(GByteArray) file = NULL;
        g_autoptr(TestCapture) c = NULL;

        test_bytes(w, 0, 20000);
        g_assert_cmpint(cut ? truncate(path, 20000) : 0, ==, 0);
        capture_writer_abandon(w);
        capture_writer_abandon(w);
        file = test_load(path);
        test_store(copy, file->data, file->len);
        c = test_read(copy);
        g_assert_cmpuint(c->state, ==, CAPTURE_ENDED);
        g_assert_cmpuint(c->lost.bytes, >, 0);
        g_assert_cmpuint(c->bytes->len + c->lost.bytes, ==, 20000);
        g_assert_cmpuint(c->header.lost_bytes, ==, c->lost.bytes);
        capture_writer_close(w);
    }
}

static void overwrites_an_older_capture_when_told_its_name(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = test_open_new(path);
    g_autoptr(TestCapture) c = NULL;

    test_bytes(w, 0, 100000);
    capture_writer_close(w);
    w = test_open_new(path);
    test_bytes(w, 7, 5);
    capture_writer_close(w);
    c = test_read(path);
    test_check_bytes(c, 7, 5);
    g_assert_cmpuint(test_count(c, CAPTURE_SESSION), ==, 1);
}

static void overwrites_an_empty_file(void)
{
    g_autofree char *path = test_path("capture");
    g_autoptr(TestCapture) c = NULL;

    test_store(path, "", 0);
    capture_writer_close(test_open_new(path));
    c = test_read(path);
    g_assert_cmpuint(c->records->len, ==, 1);
}

static void deleted_or_renamed_capture_goes_on(void)
{
    g_autofree char *path = test_path("capture");
    g_autofree char *other = test_path("other");
    CaptureWriter *w = test_open_new(path);
    g_autoptr(TestCapture) c = NULL;

    test_bytes(w, 0, 100);
    g_assert_cmpint(rename(path, other), ==, 0);
    test_bytes(w, 100, 100);
    capture_writer_close(w);
    c = test_read(other);
    test_check_bytes(c, 0, 200);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));

    w = test_open_new(path);
    g_assert_cmpint(unlink(path), ==, 0);
    test_bytes(w, 0, 100000);
    capture_writer_close(w);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

/* ------------------------------------------------------------------ */
/* append=on                                                           */

static void append_goes_on_in_the_same_time(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = { .path = path, .append = true };
    uint64_t start = capture_mono_ns(), middle, end;
    CaptureWriter *w = test_open(&options);
    g_autoptr(TestCapture) c = NULL;

    test_bytes(w, 0, 1000);
    capture_writer_close(w);
    w = test_open(&options);
    middle = capture_writer_now(w);
    test_bytes(w, 1000, 1000);
    end = capture_writer_now(w);
    capture_writer_close(w);

    c = test_read(path);
    test_check_bytes(c, 0, 2000);
    g_assert_cmpuint(test_count(c, CAPTURE_SESSION), ==, 2);
    g_assert_cmpuint(test_record(c, 1001)->kind, ==, CAPTURE_SESSION);
    g_assert_cmpuint(test_record(c, 1001)->time, <=, middle);
    for (guint i = 2; i < c->records->len; i++) {
        g_assert_cmpuint(test_record(c, i)->time, >=,
                         test_record(c, i - 1)->time);
    }
    g_assert_cmpuint(test_record(c, 2001)->time, <=, end);
    g_assert_cmpuint(c->header.start_mono_ns, >=, start);
    g_assert_cmpuint(c->header.start_mono_ns, <=, middle + start);
}

static void append_goes_on_after_a_killed_one_with_a_torn_event(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = { .path = path, .append = true };
    uint64_t words[4096] = {
        capture_word(CAPTURE_BYTE, 0, 10),
        0, /* the head that never came */
        (uint64_t)CAPTURE_CONT << CAPTURE_KIND_SHIFT | 42,
    };
    g_autoptr(TestCapture) c = NULL;
    CaptureWriter *w;

    test_write_words(path, words, G_N_ELEMENTS(words));
    w = test_open(&options);
    test_bytes(w, 1, 10);
    capture_writer_close(w);
    c = test_read(path);
    test_check_bytes(c, 0, 11);
    g_assert_cmpuint(test_record(c, 1)->kind, ==, CAPTURE_SESSION);
    g_assert_cmpuint(test_record(c, 1)->pos, ==, 3);
    g_assert_cmpuint(c->skipped, ==, 2);
}

static void append_counts_losses_of_its_own_session(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = {
        .path = path,
        .append = true,
        .size_max = CAPTURE_SIZE_MIN,
    };
    CaptureWriter *w = test_open(&options);
    g_autoptr(TestCapture) c = NULL;

    test_bytes(w, 0, 10000);
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpuint(c->bytes->len + c->lost.bytes, ==, 10000);
    g_clear_pointer(&c, test_capture_free);

    options.size_max = 4 * CAPTURE_SIZE_MIN;
    w = test_open(&options);
    test_bytes(w, 0, 100);
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpuint(c->header.lost_bytes, ==, 0);
    g_assert_cmpuint(test_count(c, CAPTURE_LOST), ==, 1);
}

static void append_refuses_another_version_and_a_full_file(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = { .path = path, .append = true };
    CaptureHeader h;
    g_autoptr(GByteArray) before = NULL;
    g_autoptr(GByteArray) after = NULL;

    test_fill_header(&h);
    h.version = CAPTURE_VERSION_VIRTUAL + 1;
    test_store(path, &h, sizeof(h));
    test_refused(&options, CAPTURE_WRITER_ERROR_FOREIGN);
    h.version = CAPTURE_VERSION_VIRTUAL;
    h.clock = CAPTURE_CLOCK_VIRTUAL + 1;
    test_store(path, &h, sizeof(h));
    test_refused(&options, CAPTURE_WRITER_ERROR_FOREIGN);
    h.version = CAPTURE_VERSION;
    h.header_size = 8192;
    test_store(path, &h, sizeof(h));
    test_refused(&options, CAPTURE_WRITER_ERROR_FOREIGN);
    test_store(path, &h, 100);
    test_refused(&options, CAPTURE_WRITER_ERROR_FOREIGN);

    unlink(path);
    {
        CaptureWriter *w = test_open(&options);

        test_bytes(w, 0, 1000);
        capture_writer_close(w);
    }
    before = test_load(path);
    options.size_max = CAPTURE_SIZE_MIN;
    test_refused(&options, CAPTURE_WRITER_ERROR_INVALID);
    after = test_load(path);
    g_assert_cmpmem(before->data, before->len, after->data, after->len);
}

/* ------------------------------------------------------------------ */
/* Refusals                                                            */

static void exclusive_refuses_what_exists(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = { .path = path, .exclusive = true };

    capture_writer_close(test_open(&options));
    test_refused(&options, CAPTURE_WRITER_ERROR_EXISTS);
    g_assert_cmpuint(test_size(path), >, CAPTURE_HEADER_SIZE);
}

static void a_second_writer_is_refused_while_a_reader_may_read(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = { .path = path };
    CaptureWriter *w = test_open(&options);
    g_autoptr(TestCapture) c = NULL;

    test_bytes(w, 0, 100);
    test_refused(&options, CAPTURE_WRITER_ERROR_IN_USE);
    options.append = true;
    test_refused(&options, CAPTURE_WRITER_ERROR_IN_USE);
    c = test_read(path);
    g_assert_cmpuint(c->state, ==, CAPTURE_LIVE);
    test_check_bytes(c, 0, 100);
    g_clear_pointer(&c, test_capture_free);

    test_bytes(w, 100, 100);
    capture_writer_close(w);
    c = test_read(path);
    test_check_bytes(c, 0, 200);
}

static void refuses_a_file_that_is_no_capture_and_leaves_it(void)
{
    static const char *const texts[] = { "x", "BOOTSTM", "boot log of today" };
    g_autofree char *path = test_path("file");
    CaptureWriterOptions options = { .path = path };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GByteArray) after = NULL;

        test_store(path, texts[i], strlen(texts[i]));
        for (int append = 0; append < 2; append++) {
            options.append = append;
            test_refused(&options, CAPTURE_WRITER_ERROR_FOREIGN);
        }
        after = test_load(path);
        g_assert_cmpmem(after->data, after->len, texts[i], strlen(texts[i]));
    }
}

static void refuses_a_symbolic_link(void)
{
    g_autofree char *target = test_path("target");
    g_autofree char *path = test_path("link");
    CaptureWriterOptions options = { .path = path };

    g_assert_cmpint(symlink(target, path), ==, 0);
    test_refused(&options, CAPTURE_WRITER_ERROR_FOREIGN);
    g_assert_false(g_file_test(target, G_FILE_TEST_EXISTS));
    capture_writer_close(test_open_new(target));
    test_refused(&options, CAPTURE_WRITER_ERROR_FOREIGN);
    g_assert_true(g_file_test(path, G_FILE_TEST_IS_SYMLINK));
}

static gpointer cut_again_and_again(gpointer opaque)
{
    const char **cut = opaque;
    const char *path;

    while ((path = g_atomic_pointer_get(cut))) {
        if (truncate(path, 0)) {
            g_thread_yield();
        }
    }
    return NULL;
}

/* Found when a test's mistake made /dev/null a file that all of us emptied. */
static void a_file_that_is_cut_while_it_is_opened_is_no_crash(void)
{
    g_autofree char *path = test_path("capture");
    const char *cut = path;
    GThread *thread;

    test_store(path, "", 0);
    thread = g_thread_new("cut", cut_again_and_again, (gpointer)&cut);
    for (int i = 0; i < 25; i++) {
        CaptureWriterOptions options = { .path = path };
        CaptureWriter *w = capture_writer_open(&options, NULL);

        if (w) {
            test_bytes(w, 0, 10);
            capture_writer_close(w);
        }
    }
    g_atomic_pointer_set(&cut, NULL);
    g_thread_join(thread);
}

/* Pages of the process's addresses, in use or not. */
static uint64_t address_space(void)
{
    g_autofree char *text = NULL;

    g_file_get_contents("/proc/self/statm", &text, NULL, NULL);
    return text ? g_ascii_strtoull(text, NULL, 10) * sysconf(_SC_PAGESIZE) : 0;
}

/* With mem-lock=on all that is mapped counts as locked. */
static void only_what_is_ready_takes_addresses(void)
{
    g_autofree char *path = test_path("capture");
    uint64_t before = address_space();
    CaptureWriter *w = test_open_new(path);

    /* The helper's stack, and the arena that it may have, are 72 MiB. */
    g_assert_cmpuint(address_space() - before, <, 160 << 20);
    capture_writer_close(w);
}

/* Captures come and go, and meanwhile the kernel's next place moves. */
static void a_capture_never_lies_in_anothers_way(void)
{
    g_autofree char *stays = test_path("stays.bst");
    g_autoptr(TestCapture) c = NULL;
    CaptureWriter *w = test_open_new(stays);

    for (int i = 0; i < 200; i++) {
        g_autofree char *path = test_path("comes.bst");
        char *other =
            mmap(NULL, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        g_assert_true(other != MAP_FAILED);
        capture_writer_close(test_open_new(path));
        g_assert_cmpint(unlink(path), ==, 0);
    }
    test_bytes(w, 0, 1000);
    capture_writer_close(w);
    c = test_read(stays);
    test_check_bytes(c, 0, 1000);
}

static void refuses_a_file_with_two_names(void)
{
    g_autofree char *path = test_path("capture");
    g_autofree char *other = test_path("other");
    CaptureWriterOptions options = { .path = path };
    uint64_t size;

    capture_writer_close(test_open(&options));
    size = test_size(path);
    g_assert_cmpint(link(path, other), ==, 0);
    test_refused(&options, CAPTURE_WRITER_ERROR_FOREIGN);
    options.append = true;
    test_refused(&options, CAPTURE_WRITER_ERROR_FOREIGN);
    g_assert_cmpuint(test_size(path), ==, size);
    unlink(other);
    capture_writer_close(test_open(&options));
}

/* Somebody waits with an empty file of theirs where a capture is to be. */
static void refuses_another_users_file(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = { .path = path };

    if (getuid()) {
        g_test_skip("needs root");
        return;
    }
    test_store(path, "", 0);
    g_assert_cmpint(chown(path, 12345, 12345), ==, 0);
    g_assert_cmpint(chmod(path, 0666), ==, 0);
    test_refused(&options, CAPTURE_WRITER_ERROR_FOREIGN);
    g_assert_cmpuint(test_size(path), ==, 0);
}

static void a_new_file_is_private_whatever_the_umask(void)
{
    static const mode_t masks[] = { 0, 022, 0777 };

    for (size_t i = 0; i < G_N_ELEMENTS(masks); i++) {
        g_autofree char *path = test_path("capture");
        mode_t before = umask(masks[i]);
        struct stat st;

        capture_writer_close(test_open_new(path));
        umask(before);
        g_assert_cmpint(stat(path, &st), ==, 0);
        g_assert_cmphex(st.st_mode & 07777, ==, 0600);
    }
}

/* The folder's path leads elsewhere by the time the file is opened. */
static void a_folder_that_was_looked_at_is_used(void)
{
    g_autofree char *dir = test_path("folder");
    g_autofree char *moved = test_path("moved");
    g_autofree char *path = g_build_filename(dir, "new.bst", NULL);
    g_autofree char *there = g_build_filename(moved, "new.bst", NULL);
    CaptureWriterOptions options = { .path = path, .exclusive = true };

    g_assert_cmpint(mkdir(dir, 0700), ==, 0);
    options.dir_fd = open(dir, O_RDONLY | O_DIRECTORY);
    g_assert_cmpint(rename(dir, moved), ==, 0);
    g_assert_cmpint(symlink("/nonexistent", dir), ==, 0);
    capture_writer_close(test_open(&options));
    close(options.dir_fd);
    g_assert_true(g_file_test(there, G_FILE_TEST_IS_REGULAR));
    unlink(there);
    rmdir(moved);
}

static void refuses_a_fifo_a_folder_and_a_device(void)
{
    g_autofree char *fifo = test_path("fifo");
    CaptureWriterOptions options = { .path = fifo };

    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    test_refused(&options, CAPTURE_WRITER_ERROR_FOREIGN);
    g_assert_cmpint(access(fifo, F_OK), ==, 0);
    options.path = test_dir();
    test_refused(&options, CAPTURE_WRITER_ERROR_IO);
    options.path = "/dev/null";
    test_refused(&options, CAPTURE_WRITER_ERROR_FOREIGN);
}

static void refuses_options_that_make_no_sense(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = {
        .path = path,
        .size_max = CAPTURE_SIZE_MIN - 1,
    };

    test_refused(&options, CAPTURE_WRITER_ERROR_INVALID);
    options.size_max = 1;
    test_refused(&options, CAPTURE_WRITER_ERROR_INVALID);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    options = (CaptureWriterOptions){ .path = "" };
    test_refused(&options, CAPTURE_WRITER_ERROR_INVALID);
    options = (CaptureWriterOptions){ .path = NULL };
    test_refused(&options, CAPTURE_WRITER_ERROR_INVALID);
    options = (CaptureWriterOptions){ .path = "/nonexistent/capture" };
    test_refused(&options, CAPTURE_WRITER_ERROR_IO);
}

/* ------------------------------------------------------------------ */
/* Losses                                                              */

/* Bytes read and lost make @written, in records and header alike. */
static void check_account(const TestCapture *c, uint64_t written)
{
    g_assert_cmpuint(c->bytes->len + c->lost.bytes, ==, written);
    g_assert_cmpuint(c->header.lost_bytes, ==, c->lost.bytes);
    g_assert_cmpuint(c->header.lost_events, ==, c->lost.events);
    g_assert_cmpuint(c->skipped, ==, 0);
}

static void at_the_cap_the_newest_bytes_are_counted(void)
{
    static const uint64_t caps[] = {
        CAPTURE_SIZE_MIN,
        CAPTURE_SIZE_MIN + 1,
        CAPTURE_SIZE_MIN + 4096,
        200001,
        1 << 20,
        9 << 19,
    };

    for (size_t i = 0; i < G_N_ELEMENTS(caps); i++) {
        g_autofree char *path = test_path("capture");
        CaptureWriterOptions options = { .path = path, .size_max = caps[i] };
        CaptureWriter *w = test_open(&options);
        uint64_t n = caps[i] / CAPTURE_WORD_SIZE + 12345, bytes, events;
        g_autoptr(TestCapture) c = NULL;

        /* In parts: what is beyond the first piece needs the helper. */
        for (uint64_t at = 0; at < n; at += 1000) {
            test_bytes(w, at, MIN(1000, n - at));
            if (at % 100000 == 0) {
                g_usleep(10000);
            }
        }
        capture_writer_lost(w, &bytes, &events);
        g_assert_cmpuint(bytes, >=, 12345);
        g_assert_cmpuint(events, ==, 0);
        g_assert_cmpuint(test_size(path), <=, caps[i]);
        capture_writer_close(w);

        g_assert_cmpuint(test_size(path), <=, caps[i]);
        c = test_read(path);
        check_account(c, n);
        g_assert_cmpuint(c->lost.bytes, ==, bytes);
        if (caps[i] < 4 << 20) {
            test_check_bytes(c, 0, c->bytes->len);
        }
    }
}

static void at_the_cap_one_access_is_kept_in_part(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = {
        .path = path,
        .size_max = CAPTURE_SIZE_MIN,
    };
    CaptureWriter *w = test_open(&options);
    g_autofree uint8_t *buf = g_malloc(10000);
    g_autoptr(TestCapture) c = NULL;

    for (unsigned i = 0; i < 10000; i++) {
        buf[i] = i % 251;
    }
    capture_append_bytes(w, 1, 0, buf, 10000);
    capture_append_bytes(w, 2, 0, buf, 10000);
    capture_append_bytes(w, 3, 0, buf, 0);
    capture_writer_close(w);
    c = test_read(path);
    check_account(c, 20000);
    test_check_bytes(c, 0, c->bytes->len);
    g_assert_cmpuint(c->bytes->len, >, 6000);
}

static void at_the_cap_the_end_of_the_vm_still_fits(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = {
        .path = path,
        .size_max = CAPTURE_SIZE_MIN,
    };
    CaptureWriter *w = test_open(&options);
    CapturePio pio = { .key = 0x11 };
    uint8_t stop = CAPTURE_VM_STOP;
    g_autoptr(TestCapture) c = NULL;
    unsigned lost = 0;

    for (unsigned i = 0; i < 10000; i++) {
        capture_append(w, 0, i % 251);
        lost += !capture_append_event(w, 0, CAPTURE_PIO, &pio, sizeof(pio));
    }
    g_assert_cmpuint(lost, >, 0);
    g_assert_true(capture_append_event(w, 99, CAPTURE_VM, &stop, 1));
    capture_writer_close(w);
    c = test_read(path);
    check_account(c, 10000);
    g_assert_cmpuint(c->lost.events, ==, lost);
    g_assert_cmpuint(test_count(c, CAPTURE_PIO), ==, 10000 - lost);
    g_assert_cmpuint(test_count(c, CAPTURE_VM), ==, 1);
}

static void the_loss_is_told_however_many_events_came(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = {
        .path = path,
        .size_max = CAPTURE_SIZE_MIN,
    };
    CaptureWriter *w = test_open(&options);
    uint8_t reset = CAPTURE_VM_RESET;
    g_autoptr(TestCapture) c = NULL;
    unsigned lost = 0;

    for (unsigned i = 0; i < 20000; i++) {
        lost += !capture_append_event(w, 0, CAPTURE_VM, &reset, 1);
    }
    capture_append(w, 0, 'x');
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpuint(test_count(c, CAPTURE_LOST), ==, 1);
    check_account(c, 1);
    g_assert_cmpuint(c->lost.events, ==, lost);
}

static void file_size_limit_at_the_start_is_an_error_not_a_signal(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = { .path = path };
    sigset_t pending;

    test_limit_files(40000);
    test_refused(&options, CAPTURE_WRITER_ERROR_IO);
    test_limit_files(0);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    g_assert_cmpint(sigpending(&pending), ==, 0);
    g_assert_cmpint(sigismember(&pending, SIGXFSZ), ==, 0);
}

static void old_capture_survives_a_failed_overwrite(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = { .path = path };
    CaptureWriter *w = test_open(&options);
    g_autoptr(GByteArray) before = NULL;
    g_autoptr(GByteArray) after = NULL;

    test_bytes(w, 0, 1000);
    capture_writer_close(w);
    before = test_load(path);
    for (int append = 0; append < 2; append++) {
        options.append = append;
        test_limit_files(40000);
        test_refused(&options, CAPTURE_WRITER_ERROR_IO);
        test_limit_files(0);
        g_clear_pointer(&after, g_byte_array_unref);
        after = test_load(path);
        g_assert_cmpmem(before->data, before->len, after->data, after->len);
    }
}

static void little_room_is_used_to_its_end(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = { .path = path };
    g_autoptr(TestCapture) c = NULL;
    CaptureWriter *w;

    test_limit_files(1 << 20);
    w = test_open(&options);
    for (int i = 0; i < 20; i++) {
        test_bytes(w, i * 10000, 10000);
        g_usleep(20000);
    }
    capture_writer_close(w);
    test_limit_files(0);
    c = test_read(path);
    check_account(c, 200000);
    /* All but the last piece too small to be worth a mapping. */
    g_assert_cmpuint(c->bytes->len, >=, ((1 << 20) - (3 << 16)) / 8);
}

static void append_with_little_room_keeps_what_was_there(void)
{
    enum { OLD = 620000, NEW = 200000 };
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = { .path = path, .append = true };
    CaptureWriter *w = test_open(&options);
    g_autoptr(TestCapture) c = NULL;
    uint64_t old;

    for (int i = 0; i < OLD; i += 1000) {
        test_bytes(w, i, 1000);
        g_usleep(i % 50000 ? 0 : 20000);
    }
    capture_writer_close(w);
    c = test_read(path);
    check_account(c, OLD);
    old = c->bytes->len;
    g_clear_pointer(&c, test_capture_free);

    test_limit_files(test_size(path) + (1 << 20));
    w = test_open(&options);
    test_bytes(w, 0, NEW);
    capture_writer_close(w);
    test_limit_files(0);
    c = test_read(path);
    g_assert_cmpuint(test_count(c, CAPTURE_SESSION), ==, 2);
    g_assert_cmpuint(c->bytes->len + c->header.lost_bytes, ==, old + NEW);
    g_assert_cmpuint(c->bytes->len, >, old + 50000);
    g_assert_cmpuint(c->skipped, ==, 0);
}

static void full_disk_while_running_is_counted_and_told(void)
{
    enum { N = 1500000 };
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = test_open_new(path);
    g_autoptr(TestCapture) c = NULL;
    CaptureRecord last;

    test_limit_files(test_size(path));
    for (int i = 0; i < N; i += 10000) {
        test_bytes(w, i, 10000);
        g_usleep(1000);
    }
    /* And there is room again: the gap is told before what follows. */
    test_limit_files(0);
    g_usleep(200000);
    for (int i = 0; i < 100; i++) {
        capture_append(w, 5, i);
    }
    capture_writer_close(w);

    c = test_read(path);
    check_account(c, N + 100);
    g_assert_cmpuint(c->lost.bytes, >, 0);
    last = *test_record(c, c->records->len - 1);
    g_assert_cmpuint(last.stream, ==, 5);
    g_assert_cmpuint(last.byte, ==, 99);
    g_assert_cmpuint(test_record(c, c->records->len - 101)->kind, ==,
                     CAPTURE_LOST);
}

/* ------------------------------------------------------------------ */
/* Somebody cuts the file                                              */

/*
 * What is kept after a cut is a beginning, and perhaps a run of what came
 * between the cut and the writer's look: the file may have grown meanwhile.
 */
static void check_beginning_and_run(const TestCapture *c)
{
    const uint8_t *bytes = (const uint8_t *)c->bytes->str;
    gsize n = 0;

    while (n < c->bytes->len && bytes[n] == n % 251) {
        n++;
    }
    for (gsize i = n; i + 1 < c->bytes->len; i++) {
        g_assert_cmpuint(bytes[i + 1], ==, (bytes[i] + 1) % 251);
    }
}

/*
 * @before bytes, then the file is cut to @size, then @after bytes: whatever
 * the file holds at the end, with the loss it tells, makes all of them.
 */
static void cut_and_account(uint64_t size, unsigned before, unsigned after)
{
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = test_open_new(path);
    g_autoptr(TestCapture) c = NULL;
    uint8_t stop = CAPTURE_VM_STOP;

    test_bytes(w, 0, before);
    g_assert_cmpint(truncate(path, size), ==, 0);
    test_bytes(w, before, after / 2);
    g_usleep(100000);
    test_bytes(w, before + after / 2, after - after / 2);
    capture_append_event(w, capture_writer_now(w), CAPTURE_VM, &stop, 1);
    capture_writer_close(w);

    c = test_read(path);
    g_assert_cmpuint(c->bytes->len + c->lost.bytes, ==, before + after);
    g_assert_cmpuint(c->header.lost_bytes, ==, c->lost.bytes);
    g_assert_cmpuint(c->lost.bytes, >, 0);
    g_assert_cmpuint(c->state, ==, CAPTURE_ENDED);
    g_assert_cmpstr(c->header.chardev_id, ==, "");
    check_beginning_and_run(c);
}

static void cut_to_nothing_loses_everything_and_says_so(void)
{
    cut_and_account(0, 5000, 5000);
    cut_and_account(0, 0, 10);
    cut_and_account(0, 600000, 100000);
}

static void cut_in_the_header_loses_everything_and_says_so(void)
{
    cut_and_account(1, 5000, 5000);
    cut_and_account(100, 5000, 5000);
    cut_and_account(4095, 5000, 5000);
}

static void cut_in_the_records_keeps_those_before(void)
{
    cut_and_account(CAPTURE_HEADER_SIZE, 5000, 5000);
    cut_and_account(CAPTURE_HEADER_SIZE + 1001, 5000, 5000);
    cut_and_account(CAPTURE_HEADER_SIZE + 16 * 1024, 5000, 5000);
    cut_and_account(CAPTURE_HEADER_SIZE + 16 * 1024 + 3, 60000, 500000);
}

/* QEMU blocks SIGBUS in its threads; a fault would end it there. */
static void *cut_with_sigbus_blocked(void *opaque)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGBUS);
    g_assert_cmpint(pthread_sigmask(SIG_BLOCK, &set, NULL), ==, 0);
    cut_and_account(0, 5000, 5000);
    return NULL;
}

static void cut_is_survived_where_qemu_blocks_the_signal(void)
{
    g_thread_join(g_thread_new("blocked", cut_with_sigbus_blocked, NULL));
}

static void cut_at_the_very_end_is_accounted(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = test_open_new(path);
    g_autoptr(TestCapture) c = NULL;

    test_bytes(w, 0, 5000);
    g_assert_cmpint(truncate(path, 8192), ==, 0);
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpuint(c->bytes->len + c->lost.bytes, ==, 5000);
}

/* ------------------------------------------------------------------ */
/* Time                                                                */

static void times_past_48_bits_are_exact(void)
{
    static const uint64_t times[] = {
        0,
        1,
        HALF - 1,
        HALF,
        HALF + 1,
        WRAP - 1,
        WRAP,
        WRAP + 1,
        WRAP + HALF - 1,
        WRAP + HALF,
        3 * WRAP - 1,
        3 * WRAP,
        1000 * WRAP + 12345,
        1000 * WRAP + HALF,
        (WRAP << 10) + 77,
    };
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = test_open_new(path);
    CaptureProbe probe = { .id = 1 };
    g_autoptr(TestCapture) c = NULL;
    guint at = 1;

    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        capture_append_bytes(w, times[i], 0, (const uint8_t *)"x", 1);
        capture_append_event(w, times[i], CAPTURE_PROBE, &probe, sizeof(probe));
    }
    capture_writer_close(w);

    c = test_read(path);
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        if (test_record(c, at)->kind == CAPTURE_CLOCK) {
            g_assert_cmpuint(test_record(c, at++)->time, ==, times[i]);
        }
        g_assert_cmpuint(test_record(c, at++)->time, ==, times[i]);
        g_assert_cmpuint(test_record(c, at++)->time, ==, times[i]);
    }
    g_assert_cmpuint(at, ==, c->records->len);
}

static void a_late_record_of_the_time_before_the_wrap_stays_there(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = test_open_new(path);
    const uint64_t times[] = { WRAP - 5, WRAP + 5, WRAP - 3, WRAP + 9 };
    g_autoptr(TestCapture) c = NULL;
    const uint8_t x = 'x';
    guint at = 0;

    for (guint i = 0; i < G_N_ELEMENTS(times); i++) {
        capture_append_bytes(w, times[i], 0, &x, 1);
    }
    capture_writer_close(w);
    c = test_read(path);
    for (guint i = 0; i < c->records->len; i++) {
        if (test_record(c, i)->kind == CAPTURE_BYTE) {
            g_assert_cmpuint(test_record(c, i)->time, ==, times[at++]);
        }
    }
    g_assert_cmpuint(at, ==, 4);
}

/* The clock itself runs over the border: a VM that was up for days. */
static void run_over_border(uint64_t border)
{
    g_autofree char *path = test_path("capture");
    uint64_t start = capture_mono_ns() - border + 20000000;
    CaptureWriterOptions options = { .path = path, .start_ns = start };
    CaptureWriter *w = test_open(&options);
    g_autoptr(TestCapture) c = NULL;
    uint64_t before[64], after[64];
    guint at = 0, n = 0;

    while (n < 64 && capture_writer_now(w) < border + 20000000) {
        before[n] = capture_writer_now(w);
        capture_append(w, 0, n);
        after[n] = capture_writer_now(w);
        n++;
        g_usleep(1000);
    }
    capture_writer_close(w);

    c = test_read(path);
    g_assert_cmpuint(c->bytes->len, ==, n);
    for (guint i = 0; i < c->records->len; i++) {
        const CaptureRecord *rec = test_record(c, i);

        if (rec->kind == CAPTURE_BYTE) {
            g_assert_cmpuint(rec->time, >=, before[at]);
            g_assert_cmpuint(rec->time, <=, after[at]);
            at++;
        }
    }
}

static void clock_over_the_half_and_the_wrap_is_exact(void)
{
    run_over_border(HALF);
    run_over_border(WRAP);
    run_over_border(WRAP + HALF);
    run_over_border(500 * WRAP);
}

static void append_days_later_is_exact(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = {
        .path = path,
        .start_ns = capture_mono_ns() - 5 * WRAP - 12345,
    };
    CaptureWriter *w = test_open(&options);
    g_autoptr(TestCapture) c = NULL;

    capture_append(w, 0, 'a');
    capture_writer_close(w);
    options.append = true;
    options.start_ns = 0;
    w = test_open(&options);
    capture_append(w, 0, 'b');
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpuint(test_record(c, 0)->time, ==, 0);
    g_assert_cmpmem(c->bytes->str, c->bytes->len, "ab", 2);
    for (guint i = 1; i < c->records->len; i++) {
        g_assert_cmpuint(test_record(c, i)->time, >, 5 * WRAP);
        g_assert_cmpuint(test_record(c, i)->time, <, 5 * WRAP + HALF);
        g_assert_cmpuint(test_record(c, i)->time, >=,
                         i > 1 ? test_record(c, i - 1)->time : 0);
    }
}

static void what_was_before_the_start_is_at_zero(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = test_open_new(path);

    g_assert_cmpuint(capture_writer_time(w, capture_mono_ns() - 1000000000), ==,
                     0);
    g_assert_cmpuint(capture_writer_time(w, capture_mono_ns() + WRAP), >=,
                     WRAP);
    capture_writer_close(w);
}

static void a_start_in_the_future_gives_times_near_zero(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = {
        .path = path,
        .start_ns = capture_mono_ns() + UINT64_C(10000000000),
    };
    CaptureWriter *w = test_open(&options);
    g_autoptr(TestCapture) c = NULL;

    test_bytes(w, 0, 10);
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpuint(c->records->len, ==, 11);
    for (guint i = 0; i < 11; i++) {
        g_assert_cmpuint(test_record(c, i)->time, ==, 0);
    }
}

int main(int argc, char **argv)
{
    test_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/writer/" #name, name)
    ADD(header_says_who_wrote_it);
    ADD(strings_too_long_for_the_header_are_cut);
    ADD(first_record_is_the_session);
    ADD(bytes_come_back_in_order_with_times_between_the_clock_reads);
    ADD(bytes_of_one_access_share_its_stamp);
    ADD(every_byte_value_of_every_stream_comes_back);
    ADD(payloads_of_every_length_are_kept_and_longer_ones_cut);
    ADD(virtual_clock_is_kept_with_56_bits);
    ADD(many_segments_lose_nothing_when_the_guest_waits);
    ADD(file_is_private_whatever_the_umask);
    ADD(file_is_cut_to_what_was_written_at_the_end);
    ADD(every_instant_is_a_valid_capture);
    ADD(abandoned_capture_is_whole_and_marked_as_ended);
    ADD(abandoned_capture_tells_its_loss);
    ADD(overwrites_an_older_capture_when_told_its_name);
    ADD(overwrites_an_empty_file);
    ADD(deleted_or_renamed_capture_goes_on);
    ADD(append_goes_on_in_the_same_time);
    ADD(append_goes_on_after_a_killed_one_with_a_torn_event);
    ADD(append_counts_losses_of_its_own_session);
    ADD(append_refuses_another_version_and_a_full_file);
    ADD(exclusive_refuses_what_exists);
    ADD(a_second_writer_is_refused_while_a_reader_may_read);
    ADD(refuses_a_file_that_is_no_capture_and_leaves_it);
    ADD(refuses_a_symbolic_link);
    ADD(a_file_that_is_cut_while_it_is_opened_is_no_crash);
    ADD(only_what_is_ready_takes_addresses);
    ADD(a_capture_never_lies_in_anothers_way);
    ADD(refuses_a_file_with_two_names);
    ADD(refuses_another_users_file);
    ADD(a_new_file_is_private_whatever_the_umask);
    ADD(a_folder_that_was_looked_at_is_used);
    ADD(refuses_a_fifo_a_folder_and_a_device);
    ADD(refuses_options_that_make_no_sense);
    ADD(at_the_cap_the_newest_bytes_are_counted);
    ADD(at_the_cap_one_access_is_kept_in_part);
    ADD(at_the_cap_the_end_of_the_vm_still_fits);
    ADD(the_loss_is_told_however_many_events_came);
    ADD(file_size_limit_at_the_start_is_an_error_not_a_signal);
    ADD(old_capture_survives_a_failed_overwrite);
    ADD(little_room_is_used_to_its_end);
    ADD(append_with_little_room_keeps_what_was_there);
    ADD(full_disk_while_running_is_counted_and_told);
    ADD(cut_to_nothing_loses_everything_and_says_so);
    ADD(cut_in_the_header_loses_everything_and_says_so);
    ADD(cut_in_the_records_keeps_those_before);
    ADD(cut_is_survived_where_qemu_blocks_the_signal);
    ADD(cut_at_the_very_end_is_accounted);
    ADD(times_past_48_bits_are_exact);
    ADD(a_late_record_of_the_time_before_the_wrap_stays_there);
    ADD(clock_over_the_half_and_the_wrap_is_exact);
    ADD(append_days_later_is_exact);
    ADD(what_was_before_the_start_is_at_zero);
    ADD(a_start_in_the_future_gives_times_near_zero);
    return g_test_run();
}
