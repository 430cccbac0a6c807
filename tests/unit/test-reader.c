/*
 * The reader: live captures, and files that lie.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util.h"

#define BYTE(b, time) capture_word(CAPTURE_BYTE, b, time)
#define CONT(n) ((uint64_t)CAPTURE_CONT << CAPTURE_KIND_SHIFT | (n))

static CaptureReader *open_reader(const char *path)
{
    g_autoptr(GError) error = NULL;
    CaptureReader *r = capture_reader_open(path, &error);

    g_assert_no_error(error);
    return r;
}

static void check_refused(const char *path, CaptureReaderError code)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(capture_reader_open(path, &error));
    g_assert_error(error, CAPTURE_READER_ERROR, (int)code);
    g_assert_cmpuint(strlen(error->message), >, 10);
    g_assert_null(strchr(error->message, '\n'));
}

/* A capture with a record of every kind, about 60 words. */
static GByteArray *small_capture(const char *path)
{
    CaptureWriterOptions options = { .path = path, .qemu_version = "7.2.22" };
    CaptureWriter *w = test_open(&options);
    struct {
        CaptureMachine m;
        char text[14];
    } CAPTURE_PACKED machine = { { 1 << 29, 2, 1 }, "pc\0x86_64\0tcg" };
    struct {
        CaptureItem item;
        char name[7];
    } CAPTURE_PACKED item = { { 0x12, 100000 }, "initrd" };
    CaptureSelect select = { .key = 0x12, .dma = 1 };
    CapturePio pio = { .key = 0x12, .offset = 4096 };
    CaptureDma dma = { .key = 0x12, .length = 100000, .address = 0x100000 };
    CaptureDmaEnd end = { .key = 0x12, .offset = 100000 };
    CaptureProbe probe = { .id = 7, .arg = 8, .width = 4 };
    CaptureLost lost = { .bytes = 1, .events = 2 };
    CaptureClock clock = { .time_ns = 5000 };

    capture_append_event(w, 1000, CAPTURE_STREAM, "\0dbg\0isa-debugcon", 18);
    capture_append_event(w, 1100, CAPTURE_MACHINE, &machine, sizeof(machine));
    capture_append_event(w, 1200, CAPTURE_VM, "\3running", 9);
    capture_append_vclock(w, 1300, 777);
    capture_append_bytes(w, 1400, 0, (const uint8_t *)"SeaBIOS\n", 8);
    capture_append_event(w, 1500, CAPTURE_ITEM, &item, sizeof(item));
    capture_append_event(w, 1600, CAPTURE_SELECT, &select, sizeof(select));
    capture_append_event(w, 1700, CAPTURE_PIO, &pio, sizeof(pio));
    capture_append_event(w, 1800, CAPTURE_DMA, &dma, sizeof(dma));
    capture_append_event(w, 1900, CAPTURE_DMA_END, &end, sizeof(end));
    capture_append_event(w, 2000, CAPTURE_PROBE, &probe, sizeof(probe));
    capture_append_event(w, 2100, CAPTURE_LOST, &lost, sizeof(lost));
    capture_append_event(w, 5000, CAPTURE_CLOCK, &clock, sizeof(clock));
    capture_append_event(w, 6000, CAPTURE_VM, "\12", 1);
    capture_append_bytes(w, 7000, 3, (const uint8_t *)"x", 1);
    capture_writer_close(w);
    return test_load(path);
}

/* ------------------------------------------------------------------ */
/* What is there                                                       */

static void every_kind_is_decoded(void)
{
    g_autofree char *path = test_path("capture");
    g_autoptr(GByteArray) file = small_capture(path);
    g_autoptr(TestCapture) c = test_read(path);
    const CaptureRecord *rec;

    g_assert_cmpuint(c->records->len, ==, 23);
    g_assert_cmpuint(c->skipped, ==, 0);
    rec = test_record(c, 1);
    g_assert_cmpstr(rec->u.stream.label, ==, "dbg");
    g_assert_cmpstr(rec->u.stream.frontend, ==, "isa-debugcon");
    rec = test_record(c, 2);
    g_assert_cmpuint(rec->u.machine.ram, ==, 1 << 29);
    g_assert_cmpuint(rec->u.machine.cpus, ==, 2);
    g_assert_true(rec->u.machine.icount);
    g_assert_cmpstr(rec->u.machine.type, ==, "pc");
    g_assert_cmpstr(rec->u.machine.arch, ==, "x86_64");
    g_assert_cmpstr(rec->u.machine.accel, ==, "tcg");
    rec = test_record(c, 3);
    g_assert_cmpuint(rec->u.vm.event, ==, CAPTURE_VM_RUN);
    g_assert_cmpstr(rec->u.vm.detail, ==, "running");
    g_assert_cmpuint(test_record(c, 4)->vtime, ==, 777);
    g_assert_cmpuint(test_record(c, 5)->vtime, ==, 777); /* icount */
    rec = test_record(c, 13);
    g_assert_cmpuint(rec->kind, ==, CAPTURE_ITEM);
    g_assert_cmpuint(rec->u.item.size, ==, 100000);
    g_assert_cmpstr(rec->u.item.name, ==, "initrd");
    g_assert_cmpuint(test_record(c, 14)->u.select.dma, ==, 1);
    g_assert_cmpuint(test_record(c, 15)->u.pio.offset, ==, 4096);
    g_assert_cmpuint(test_record(c, 16)->u.dma.address, ==, 0x100000);
    g_assert_cmpuint(test_record(c, 17)->u.dma_end.offset, ==, 100000);
    g_assert_cmpuint(test_record(c, 18)->u.probe.arg, ==, 8);
    g_assert_cmpuint(test_record(c, 19)->u.lost.events, ==, 2);
    g_assert_cmpuint(test_record(c, 21)->u.vm.event, ==, CAPTURE_VM_STOP);
    g_assert_cmpstr(test_record(c, 21)->u.vm.detail, ==, "");
    g_assert_cmpuint(test_record(c, 22)->stream, ==, 3);
}

/* The flags stand behind a NUL that older writers leave out. */
static void a_vm_event_tells_who_stamped_it(void)
{
    static const struct {
        const char *payload;
        size_t len;
        bool by_guest;
    } cases[] = {
        { "\7", 1, false },
        { "\7\0", 2, false },
        { "\7\0\1", 3, true },
        { "\7\0\2", 3, false },
        { "\7guest-shutdown", 15, false },
        { "\7guest-shutdown\0", 16, false },
        { "\7guest-shutdown\0\1", 17, true },
        { "\7guest-shutdown\0\3later", 22, true },
        { "\7seven of seven bytes.", 21, false }, /* no NUL at all */
        { "\7six of\0\1", 9, true }, /* over two words */
    };
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = test_open_new(path);
    g_autoptr(TestCapture) c = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        capture_append_event(w, i, CAPTURE_VM, cases[i].payload, cases[i].len);
    }
    capture_writer_close(w);
    c = test_read(path);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpint(test_record(c, 1 + i)->u.vm.event, ==,
                        CAPTURE_VM_SHUTDOWN);
        g_assert_cmpint(test_record(c, 1 + i)->u.vm.by_guest, ==,
                        cases[i].by_guest);
    }
}

static void next_bytes_gives_runs_of_one_stream(void)
{
    g_autofree char *path = test_path("capture");
    uint64_t words[] = {
        BYTE('a', 1),
        BYTE('b', 2),
        capture_word(CAPTURE_BYTE + 9, 'c', 3),
        capture_word(CAPTURE_SELECT, 1, 4),
        CONT(0x12),
        BYTE('d', 5),
    };
    uint64_t times[8];
    uint8_t bytes[8], stream;
    CaptureRecord rec;
    CaptureReader *r;

    test_write_words(path, words, G_N_ELEMENTS(words));
    r = open_reader(path);
    g_assert_cmpuint(capture_reader_next_bytes(r, &stream, times, bytes, 1), ==,
                     1);
    g_assert_cmpuint(capture_reader_next_bytes(r, &stream, times, bytes, 8), ==,
                     1);
    g_assert_cmpuint(bytes[0], ==, 'b');
    g_assert_cmpuint(times[0], ==, 2);
    g_assert_cmpuint(stream, ==, 0);
    g_assert_cmpuint(capture_reader_next_bytes(r, &stream, NULL, bytes, 8), ==,
                     1);
    g_assert_cmpuint(stream, ==, 9);
    g_assert_cmpuint(capture_reader_next_bytes(r, &stream, times, bytes, 8), ==,
                     0);
    g_assert_true(capture_reader_next(r, &rec));
    g_assert_cmpuint(rec.kind, ==, CAPTURE_SELECT);
    g_assert_cmpuint(capture_reader_next_bytes(r, &stream, times, bytes, 8), ==,
                     1);
    g_assert_cmpuint(capture_reader_next_bytes(r, &stream, times, bytes, 8), ==,
                     0);
    capture_reader_close(r);
}

static void seek_comes_back_to_any_place(void)
{
    g_autofree char *path = test_path("capture");
    g_autoptr(GByteArray) file = small_capture(path);
    g_autoptr(TestCapture) c = test_read(path);
    CaptureReader *r = open_reader(path);
    CaptureCursor cursors[64];
    CaptureRecord rec;
    guint n = 0;

    do {
        capture_reader_tell(r, &cursors[n++]);
    } while (capture_reader_next(r, &rec));
    for (guint i = n; i-- > 0;) {
        capture_reader_seek(r, &cursors[i]);
        for (guint j = i; j < c->records->len; j++) {
            g_assert_true(capture_reader_next(r, &rec));
            g_assert_cmpuint(rec.pos, ==, test_record(c, j)->pos);
            g_assert_cmpuint(rec.time, ==, test_record(c, j)->time);
            g_assert_cmpuint(rec.vtime, ==, test_record(c, j)->vtime);
        }
        g_assert_false(capture_reader_next(r, &rec));
    }
    capture_reader_close(r);
}

/* 3 windows of 8 MB, an event across each border. */
static void windows_join_without_a_seam(void)
{
    enum { WORDS = 3 << 20 };
    g_autofree char *path = test_path("capture");
    g_autofree uint64_t *words = g_new(uint64_t, WORDS);
    guint probes = 0;
    CaptureRecord rec;
    CaptureReader *r;
    uint64_t n = 0;

    for (guint i = 0; i < WORDS; i++) {
        words[i] = BYTE(i % 251, i);
    }
    for (guint at = (1 << 20) - 514; at < WORDS - 10; at += 1 << 20) {
        words[at] = capture_word(CAPTURE_PROBE, 2, at);
        words[at + 1] = CONT(at);
        words[at + 2] = CONT(0);
    }
    test_write_words(path, words, WORDS);
    r = open_reader(path);
    while (capture_reader_next(r, &rec)) {
        g_assert_cmpuint(rec.pos, ==, n);
        if (rec.kind == CAPTURE_PROBE) {
            g_assert_cmpuint(rec.u.probe.id, ==, n);
            probes++;
            n += 3;
        } else {
            g_assert_cmpuint(rec.byte, ==, n % 251);
            n++;
        }
    }
    g_assert_cmpuint(n, ==, WORDS);
    g_assert_cmpuint(probes, ==, 3);
    capture_reader_close(r);
}

static void states_are_live_ended_and_killed(void)
{
    g_autofree char *path = test_path("capture");
    g_autofree char *copy = test_path("copy");
    CaptureWriter *w = test_open_new(path);
    g_autoptr(GByteArray) file = test_load(path);
    CaptureReader *r = open_reader(path);

    g_assert_cmpuint(capture_reader_state(r), ==, CAPTURE_LIVE);
    capture_writer_close(w);
    g_assert_cmpuint(capture_reader_state(r), ==, CAPTURE_ENDED);
    capture_reader_close(r);

    test_store(copy, file->data, file->len);
    r = open_reader(copy);
    g_assert_cmpuint(capture_reader_state(r), ==, CAPTURE_KILLED);
    capture_reader_close(r);
}

/* ------------------------------------------------------------------ */
/* Live                                                                */

typedef struct Writing {
    CaptureWriter *w;
    guint n;
} Writing;

static void *write_slowly(void *opaque)
{
    Writing *x = opaque;

    for (guint i = 0; i < x->n; i += 1000) {
        test_bytes(x->w, i, 1000);
        g_usleep(i % 20000 ? 0 : 1000);
    }
    return NULL;
}

/* Through several windows and growths, while it is written. */
static void follows_a_capture_that_grows(void)
{
    g_autofree char *path = test_path("capture");
    Writing x = { .w = test_open_new(path), .n = 3000000 };
    GThread *writer = g_thread_new("writer", write_slowly, &x);
    CaptureReader *r = open_reader(path);
    CaptureRecord rec = { 0 };
    uint64_t last = 0, n = 0, lost = 0;
    bool live = true;

    while (live || rec.kind) {
        live = capture_reader_state(r) == CAPTURE_LIVE;
        rec.kind = 0;
        while (capture_reader_next(r, &rec)) {
            g_assert_cmpuint(rec.time, >=, last);
            last = rec.time;
            n += rec.kind == CAPTURE_BYTE;
            lost = rec.kind == CAPTURE_LOST ? rec.u.lost.bytes : lost;
        }
        if (x.w && n + lost >= x.n / 2) {
            g_thread_join(writer);
            capture_writer_close(x.w);
            x.w = NULL;
        }
        g_usleep(100);
    }
    g_assert_cmpuint(n + lost, ==, x.n);
    g_assert_cmpuint(capture_reader_skipped(r), ==, 0);
    capture_reader_close(r);
}

static void a_hole_is_waited_for_while_its_writer_lives(void)
{
    g_autofree char *path = test_path("capture");
    uint64_t words[1024] = { BYTE('a', 1), 0, BYTE('c', 3) };
    uint64_t late = BYTE('b', 2);
    CaptureRecord rec;
    CaptureReader *r;
    int fd;

    test_write_words(path, words, G_N_ELEMENTS(words));
    fd = test_lock(path);
    r = open_reader(path);
    g_assert_true(capture_reader_next(r, &rec));
    for (int i = 0; i < 20; i++) {
        g_assert_false(capture_reader_next(r, &rec));
    }
    g_assert_cmpint(pwrite(fd, &late, 8, CAPTURE_HEADER_SIZE + 8), ==, 8);
    g_assert_true(capture_reader_next(r, &rec));
    g_assert_cmpuint(rec.byte, ==, 'b');
    g_assert_true(capture_reader_next(r, &rec));
    g_assert_cmpuint(rec.byte, ==, 'c');
    g_assert_false(capture_reader_next(r, &rec));
    g_assert_cmpuint(capture_reader_skipped(r), ==, 0);
    capture_reader_close(r);
    close(fd);
}

/* A thread that was stopped for good must not stop the reader for good. */
static void a_hole_that_stays_is_passed_over_in_the_end(void)
{
    g_autofree char *path = test_path("capture");
    uint64_t words[1024] = { BYTE('a', 1), 0, 0, BYTE('c', 3) };
    gint64 begin = g_get_monotonic_time();
    CaptureRecord rec;
    CaptureReader *r;
    int fd;

    test_write_words(path, words, G_N_ELEMENTS(words));
    fd = test_lock(path);
    r = open_reader(path);
    g_assert_true(capture_reader_next(r, &rec));
    while (!capture_reader_next(r, &rec)) {
        g_usleep(10000);
        g_assert_cmpint(g_get_monotonic_time() - begin, <, 30000000);
    }
    g_assert_cmpint(g_get_monotonic_time() - begin, >, 500000);
    g_assert_cmpuint(rec.byte, ==, 'c');
    g_assert_cmpuint(capture_reader_skipped(r), ==, 2);
    capture_reader_close(r);
    close(fd);
}

/* The wait for a hole begins when it is one, not when the guest is quiet. */
static void a_hole_after_a_quiet_time_is_waited_for_as_long(void)
{
    g_autofree char *path = test_path("capture");
    uint64_t words[1024] = { BYTE('a', 1) };
    uint64_t c = BYTE('c', 3);
    CaptureRecord rec;
    CaptureReader *r;
    gint64 begin;
    int fd;

    test_write_words(path, words, G_N_ELEMENTS(words));
    fd = test_lock(path);
    r = open_reader(path);
    g_assert_true(capture_reader_next(r, &rec));
    g_assert_false(capture_reader_next(r, &rec));
    g_usleep(800000);
    begin = g_get_monotonic_time();
    g_assert_cmpint(pwrite(fd, &c, 8, CAPTURE_HEADER_SIZE + 16), ==, 8);
    while (!capture_reader_next(r, &rec)) {
        g_usleep(10000);
        g_assert_cmpint(g_get_monotonic_time() - begin, <, 30000000);
    }
    g_assert_cmpint(g_get_monotonic_time() - begin, >, 900000);
    g_assert_cmpuint(rec.byte, ==, 'c');
    capture_reader_close(r);
    close(fd);
}

static void a_file_that_shrinks_and_grows_again_is_read_on(void)
{
    enum { WORDS = 100000 };
    g_autofree char *path = test_path("capture");
    g_autofree uint64_t *words = g_new(uint64_t, WORDS);
    CaptureRecord rec;
    CaptureCursor start;
    CaptureReader *r;
    guint n = 0;

    for (guint i = 0; i < WORDS; i++) {
        words[i] = BYTE('a', i);
    }
    test_write_words(path, words, WORDS);
    r = open_reader(path);
    capture_reader_tell(r, &start);
    for (guint i = 0; i < 1000; i++) {
        g_assert_true(capture_reader_next(r, &rec));
    }
    g_assert_cmpint(truncate(path, CAPTURE_HEADER_SIZE + 8 * 500), ==, 0);
    while (capture_reader_next(r, &rec)) {
        n++;
    }
    g_assert_cmpuint(n, <, 1000);
    g_assert_cmpint(truncate(path, 0), ==, 0);
    g_assert_false(capture_reader_next(r, &rec));
    g_assert_cmpuint(capture_reader_words(r), ==, 0);

    /* Somebody writes another one there. */
    test_write_words(path, words, 2000);
    capture_reader_seek(r, &start);
    for (n = 0; capture_reader_next(r, &rec); n++) {
        g_assert_cmpuint(rec.byte, ==, 'a');
    }
    g_assert_cmpuint(n, ==, 2000);
    capture_reader_close(r);
}

static void a_file_that_is_replaced_is_read_to_its_end(void)
{
    g_autofree char *path = test_path("capture");
    g_autofree char *other = test_path("other");
    uint64_t words[] = { BYTE('a', 1), BYTE('b', 2) };
    CaptureRecord rec;
    CaptureReader *r;

    test_write_words(path, words, 2);
    r = open_reader(path);
    g_assert_true(capture_reader_next(r, &rec));
    test_write_words(other, words, 1);
    g_assert_cmpint(rename(other, path), ==, 0);
    g_assert_true(capture_reader_next(r, &rec));
    g_assert_cmpuint(rec.byte, ==, 'b');
    g_assert_false(capture_reader_next(r, &rec));
    capture_reader_close(r);
}

/* ------------------------------------------------------------------ */
/* Damage                                                              */

static void holes_and_torn_events_of_a_killed_writer_are_passed_over(void)
{
    g_autofree char *path = test_path("capture");
    uint64_t words[] = {
        BYTE('a', 1),
        0,
        0,
        0, /* never stored */
        BYTE('b', 2),
        0,
        CONT(1),
        CONT(2), /* no head */
        BYTE('c', 3),
        capture_word(CAPTURE_PROBE, 2, 4),
        CONT(1),
        BYTE('d', 5), /* torn */
        capture_word(CAPTURE_PAD, 0, 6),
        capture_word(CAPTURE_PAD, 9, 6),
        BYTE('e', 7),
        capture_word(CAPTURE_PROBE, 2, 8),
        CONT(1),
        0,
        BYTE('f', 9),
        capture_word(CAPTURE_VM, 255, 10), /* runs over the end */
        0,
        0,
        0,
    };
    g_autoptr(TestCapture) c = NULL;

    test_write_words(path, words, G_N_ELEMENTS(words));
    c = test_read(path);
    g_assert_cmpstr(c->bytes->str, ==, "abcdef");
    g_assert_cmpuint(c->records->len, ==, 6);
    g_assert_cmpuint(c->state, ==, CAPTURE_KILLED);
    g_assert_cmpuint(c->skipped, ==, 3 + 3 + 2 + 3 + 1);
}

/* No more address space than there is: the next mapping of 8 MB fails. */
static void limit_address_space(bool on)
{
    g_autofree char *statm = NULL;
    struct rlimit limit;

    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = limit.rlim_max;
    if (on) {
        g_file_get_contents("/proc/self/statm", &statm, NULL, NULL);
        limit.rlim_cur =
            g_ascii_strtoull(statm, NULL, 10) * sysconf(_SC_PAGE_SIZE) +
            (4 << 20);
    }
    g_assert_cmpint(setrlimit(RLIMIT_AS, &limit), ==, 0);
}

static void where_files_cannot_be_mapped_they_are_read(void)
{
    enum { N = 100000 };
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = test_open_new(path);
    CapturePio pio = { .key = 0x11 };
    g_autoptr(GError) error = NULL;
    CaptureReader *r;
    CaptureRecord rec;
    unsigned bytes = 0, events = 0;

    for (unsigned i = 0; i < N; i++) {
        capture_append(w, 0, i % 251);
        if (i % 3 == 0) {
            pio.offset = i;
            capture_append_event(w, 0, CAPTURE_PIO, &pio, sizeof(pio));
        }
    }
    /* Live at first: what is written after the first look is read as well. */
    limit_address_space(true);
    r = capture_reader_open(path, &error);
    g_assert_no_error(error);
    while (capture_reader_next(r, &rec)) {
        bytes += rec.kind == CAPTURE_BYTE;
        events += rec.kind == CAPTURE_PIO;
    }
    g_assert_cmpuint(bytes, ==, N);
    g_assert_cmpuint(events, ==, (N + 2) / 3);
    g_assert_false(capture_reader_ready(r));
    capture_append(w, 0, 'z');
    g_assert_true(capture_reader_ready(r));
    g_assert_true(capture_reader_next(r, &rec));
    g_assert_cmpuint(rec.byte, ==, 'z');
    g_assert_cmpuint(capture_reader_skipped(r), ==, 0);
    limit_address_space(false);
    capture_reader_close(r);
    capture_writer_close(w);
}

static gpointer finish_header(gpointer opaque)
{
    int fd = *(int *)opaque;
    CaptureHeader h = {
        .version = CAPTURE_VERSION,
        .header_size = CAPTURE_HEADER_SIZE,
    };

    memcpy(h.magic, CAPTURE_MAGIC, sizeof(h.magic));
    g_usleep(100000);
    g_assert_cmpint(pwrite(fd, &h, sizeof(h), 0), ==, sizeof(h));
    return NULL;
}

static void a_capture_that_is_being_made_is_waited_for(void)
{
    g_autofree char *path = test_path("capture");
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    g_autoptr(GError) error = NULL;
    CaptureReader *r;
    GThread *thread;

    g_assert_cmpint(fcntl(fd, F_OFD_SETLK, &lock), ==, 0);
    r = capture_reader_open(path, &error);
    g_assert_null(r);
    g_assert_nonnull(strstr(error->message, "being made"));
    g_clear_error(&error);

    thread = g_thread_new("header", finish_header, &fd);
    r = capture_reader_open(path, &error);
    g_assert_no_error(error);
    g_assert_cmpint(capture_reader_state(r), ==, CAPTURE_LIVE);
    g_thread_join(thread);
    capture_reader_close(r);
    close(fd);
}

static void unknown_kinds_and_short_payloads_are_passed_over(void)
{
    g_autofree char *path = test_path("capture");

    for (unsigned kind = 0; kind < CAPTURE_BYTE; kind++) {
        uint64_t words[] = {
            BYTE('a', 1),
            capture_word(kind, 0, 2),
            BYTE('b', 3),
            capture_word(kind, 3, 4),
            CONT(~UINT64_C(0) >> 8),
            CONT(~UINT64_C(0) >> 8),
            CONT(~UINT64_C(0) >> 8),
            BYTE('c', 5),
        };
        g_autoptr(TestCapture) c = NULL;

        test_write_words(path, words, G_N_ELEMENTS(words));
        c = test_read(path);
        g_assert_cmpstr(c->bytes->str, ==, "abc");
        for (guint i = 0; i < c->records->len; i++) {
            g_assert_cmpuint(test_record(c, i)->kind, !=, CAPTURE_PAD);
            g_assert_cmpuint(test_record(c, i)->kind, !=, CAPTURE_CONT);
        }
        /* Kinds of a later version are no damage, and not told as such. */
        if (kind == CAPTURE_NONE || kind == CAPTURE_PAD ||
            kind == CAPTURE_CONT || kind == CAPTURE_JUMP ||
            capture_kind_is_known(kind)) {
            g_assert_cmpuint(c->unknown, ==, kind == CAPTURE_VM);
        } else {
            g_assert_cmpuint(c->unknown, ==, 2);
            g_assert_cmpuint(c->skipped, ==, 0);
        }
    }
}

static void strings_without_an_end_are_cut(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = test_open_new(path);
    g_autoptr(TestCapture) c = NULL;
    char text[CAPTURE_PAYLOAD_MAX];

    memset(text, 'x', sizeof(text));
    text[0] = CAPTURE_VM_RUN;
    capture_append_event(w, 1, CAPTURE_VM, text, sizeof(text));
    text[0] = 5;
    capture_append_event(w, 2, CAPTURE_STREAM, text, sizeof(text));
    capture_append_event(w, 3, CAPTURE_MACHINE, text, sizeof(text));
    capture_append_event(w, 4, CAPTURE_ITEM, text, sizeof(text));
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpuint(strlen(test_record(c, 1)->u.vm.detail), ==, 63);
    g_assert_cmpuint(strlen(test_record(c, 2)->u.stream.label), ==, 63);
    g_assert_cmpstr(test_record(c, 2)->u.stream.frontend, ==, "");
    g_assert_cmpuint(strlen(test_record(c, 3)->u.machine.type), ==, 63);
    g_assert_cmpuint(strlen(test_record(c, 4)->u.item.name), ==, 63);
}

/* Cut at every byte: an error in the header, then every whole record. */
static void truncated_at_every_byte_gives_every_whole_record(void)
{
    g_autofree char *path = test_path("capture");
    g_autofree char *copy = test_path("copy");
    g_autoptr(GByteArray) file = small_capture(path);
    g_autoptr(TestCapture) all = test_read(path);
    guint n = 0;

    test_store(copy, file->data, file->len);
    for (guint size = file->len; size-- > 0;) {
        uint64_t words = (size - CAPTURE_HEADER_SIZE) / CAPTURE_WORD_SIZE;
        g_autoptr(TestCapture) c = NULL;

        g_assert_cmpint(truncate(copy, size), ==, 0);
        if (size < CAPTURE_HEADER_SIZE) {
            check_refused(copy, CAPTURE_READER_ERROR_FORMAT);
            continue;
        }
        /* A record is whole when the one behind it could begin. */
        for (n = all->records->len; n > 0; n--) {
            uint64_t end = n < all->records->len
                               ? test_record(all, n)->pos
                               : (file->len - CAPTURE_HEADER_SIZE) / 8;

            if (end <= words) {
                break;
            }
        }
        c = test_read(copy);
        g_assert_cmpuint(c->records->len, ==, n);
        for (guint i = 0; i < n; i++) {
            g_assert_cmpuint(test_record(c, i)->time, ==,
                             test_record(all, i)->time);
            g_assert_cmpuint(test_record(c, i)->kind, ==,
                             test_record(all, i)->kind);
        }
    }
}

/* Reads all of it, twice: in one go, and by runs of bytes. */
static gssize read_hostile(const char *path, gsize max)
{
    g_autoptr(GError) error = NULL;
    CaptureReader *r = capture_reader_open(path, &error);
    uint64_t times[100];
    uint8_t bytes[100], stream;
    CaptureCursor start;
    CaptureHeader h;
    CaptureRecord rec;
    gsize n = 0, m = 0, got;

    if (!r) {
        g_assert_cmpuint(strlen(error->message), >, 10);
        return -1;
    }
    capture_reader_header(r, &h);
    capture_reader_state(r);
    capture_reader_tell(r, &start);
    while (capture_reader_next(r, &rec)) {
        capture_reader_wall(r, rec.time);
        g_assert_cmpuint(++n, <=, max);
    }
    capture_reader_seek(r, &start);
    do {
        got = capture_reader_next_bytes(r, &stream, times, bytes, 100);
        m += got;
    } while (got || (capture_reader_next(r, &rec) && ++m));
    g_assert_cmpuint(n, ==, m);
    capture_reader_close(r);
    return n;
}

static GByteArray *flip_capture(const char *path)
{
    CaptureWriter *w = test_open_new(path);
    CaptureProbe probe = { .id = 1, .arg = 2 };

    for (guint i = 0; i < 300; i++) {
        test_bytes(w, i, 3);
        probe.arg = i;
        capture_append_event(w, capture_writer_now(w), CAPTURE_PROBE, &probe,
                             sizeof(probe));
    }
    capture_append_event(w, capture_writer_now(w), CAPTURE_VM, "\3running", 9);
    for (guint i = 0; i < 20; i++) {
        CaptureClock clock = { .time_ns = capture_writer_now(w) };

        capture_append_event(w, clock.time_ns, CAPTURE_CLOCK, &clock,
                             sizeof(clock));
        test_bytes(w, i, 1);
    }
    capture_writer_close(w);
    return test_load(path);
}

/*
 * A bit, all bits, or a zero in the place of every byte: in a word it
 * spoils one record, for every word says itself what it is.
 */
static void a_flipped_bit_anywhere_spoils_one_record_at_most(void)
{
    g_autofree char *path = test_path("capture");
    g_autoptr(GByteArray) file = flip_capture(path);
    gsize words = (file->len - CAPTURE_HEADER_SIZE) / CAPTURE_WORD_SIZE;
    gssize all = read_hostile(path, words);
    int fd = open(path, O_RDWR | O_CLOEXEC);

    g_assert_cmpuint(words, >=, 1500);
    for (guint at = 0; at < file->len; at++) {
        const uint8_t flips[] = {
            1 << at % 8,
            0xff,
            file->data[at],
        };

        /* All three in the header; in the words by turns, to save time. */
        for (guint i = at < CAPTURE_HEADER_SIZE ? 0 : at / 8 % 3;
             i < G_N_ELEMENTS(flips); i += at < CAPTURE_HEADER_SIZE ? 1 : 3) {
            uint8_t bad = file->data[at] ^ flips[i];
            gssize n;

            g_assert_cmpint(pwrite(fd, &bad, 1, at), ==, 1);
            n = read_hostile(path, words);
            if (at >= CAPTURE_HEADER_SIZE && ABS(n - all) > 1) {
                g_error("byte %u flipped by 0x%02x: %zd records of %zd", at,
                        flips[i], n, all);
            }
        }
        g_assert_cmpint(pwrite(fd, &file->data[at], 1, at), ==, 1);
    }
    close(fd);
}

static void random_words_are_read_to_the_end(void)
{
    enum { WORDS = 2000 };
    g_autofree char *path = test_path("capture");
    uint64_t words[WORDS];
    g_autoptr(GRand) rand = g_rand_new_with_seed(20261123);

    for (guint round = 0; round < 300; round++) {
        for (guint i = 0; i < WORDS; i++) {
            words[i] = (uint64_t)g_rand_int(rand) << 32 | g_rand_int(rand);
            switch (round % 3) {
            case 1: /* events and their payload */
                words[i] &= ~(UINT64_C(1) << 63);
                if (g_rand_int_range(rand, 0, 4)) {
                    words[i] |= CONT(0);
                }
                break;
            case 2: /* short events of known kinds */
                words[i] = i % 4 == 0 ? capture_word(i / 4 % 16, 3, words[i])
                                      : CONT(words[i] >> 8);
                break;
            }
        }
        test_write_words(path, words, WORDS);
        g_assert_cmpint(read_hostile(path, WORDS), >=, 0);
    }
}

static void headers_with_absurd_values_are_refused_or_harmless(void)
{
    static const uint32_t sizes[] = {
        0,        1,          8,
        4088,     4095,       4097,
        4100,     5001,       (1 << 20) + 8,
        1u << 31, UINT32_MAX, UINT32_MAX - 7,
    };
    g_autofree char *path = test_path("capture");
    CaptureHeader h;

    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        test_fill_header(&h);
        h.header_size = sizes[i];
        test_store(path, &h, sizeof(h));
        check_refused(path, CAPTURE_READER_ERROR_FORMAT);
    }
    for (uint64_t version = 0; version < 5; version++) {
        test_fill_header(&h);
        h.version = version == 4 ? UINT32_MAX : version;
        test_store(path, &h, sizeof(h));
        if (h.version != CAPTURE_VERSION) {
            /* CAPTURE_VERSION_VIRTUAL with the host's clock too */
            check_refused(path, CAPTURE_READER_ERROR_VERSION);
        }
    }
    for (uint64_t clock = 0; clock < 5; clock++) {
        test_fill_header(&h);
        h.version = CAPTURE_VERSION_VIRTUAL;
        h.clock = clock == 4 ? UINT32_MAX : clock;
        test_store(path, &h, sizeof(h));
        if (h.clock != CAPTURE_CLOCK_VIRTUAL) {
            check_refused(path, CAPTURE_READER_ERROR_VERSION);
        }
    }
    memset(&h, 0xff, sizeof(h));
    memcpy(h.magic, CAPTURE_MAGIC, sizeof(h.magic));
    h.version = CAPTURE_VERSION;
    h.header_size = 1 << 20; /* longer than the file */
    test_store(path, &h, sizeof(h));
    g_assert_cmpint(read_hostile(path, 0), ==, 0);
    h.header_size = CAPTURE_HEADER_SIZE;
    test_store(path, &h, sizeof(h));
    {
        g_autoptr(TestCapture) c = test_read(path);

        g_assert_cmpuint(c->records->len, ==, 0);
        g_assert_cmpuint(strlen(c->header.qemu_version), ==, 127);
        g_assert_cmpuint(strlen(c->header.boot_id), ==, 39);
    }
}

/* A later version may have a longer header. */
static void a_longer_header_is_stepped_over(void)
{
    g_autofree char *path = test_path("capture");
    g_autoptr(GByteArray) file = g_byte_array_new();
    g_autoptr(TestCapture) c = NULL;
    uint64_t word = BYTE('a', 1);
    CaptureHeader h;

    test_fill_header(&h);
    h.header_size = 4096 + 8 * 100;
    g_byte_array_append(file, (guint8 *)&h, sizeof(h));
    g_byte_array_set_size(file, h.header_size);
    memset(file->data + sizeof(h), 0x80, h.header_size - sizeof(h));
    g_byte_array_append(file, (guint8 *)&word, sizeof(word));
    test_store(path, file->data, file->len);
    c = test_read(path);
    g_assert_cmpuint(c->records->len, ==, 1);
    g_assert_cmpstr(c->bytes->str, ==, "a");
}

static void what_is_no_capture_is_refused_with_a_reason(void)
{
    g_autofree char *path = test_path("file");
    g_autofree char *fifo = test_path("fifo");

    check_refused("/nonexistent", CAPTURE_READER_ERROR_IO);
    check_refused(test_dir(), CAPTURE_READER_ERROR_FORMAT);
    check_refused("/dev/null", CAPTURE_READER_ERROR_FORMAT);
    test_store(path, "", 0);
    check_refused(path, CAPTURE_READER_ERROR_FORMAT);
    test_store(path, "SeaBIOS (version", 16);
    check_refused(path, CAPTURE_READER_ERROR_FORMAT);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    check_refused(fifo, CAPTURE_READER_ERROR_FORMAT);
}

/* A file of a terabyte that takes no room: minutes, if it were looked at. */
static void a_sparse_terabyte_is_passed_over_quickly(void)
{
    g_autofree char *path = test_path("capture");
    uint64_t words[] = { BYTE('a', 1), BYTE('b', 2) };
    uint64_t last = BYTE('z', 3);
    off_t size = (off_t)1 << 40;
    g_autoptr(TestCapture) c = NULL;
    int fd;

    test_write_words(path, words, 2);
    if (truncate(path, size)) {
        g_test_skip("no such large files here");
        return;
    }
    g_test_timer_start();
    c = test_read(path);
    g_assert_cmpstr(c->bytes->str, ==, "ab");
    g_clear_pointer(&c, test_capture_free);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    g_assert_cmpint(pwrite(fd, &last, 8, size - 8), ==, 8);
    close(fd);
    c = test_read(path);
    g_assert_cmpstr(c->bytes->str, ==, "abz");
    g_assert_cmpfloat(g_test_timer_elapsed(), <, 20);
    g_test_message("%.6f s", g_test_timer_last());
}

/* In memory a look at a hole may allocate it: whoever reads must not. */
static void holes_in_memory_take_none(void)
{
    g_autofree char *path = g_strdup_printf("/dev/shm/%d.bst", getpid());
    uint64_t words[] = { BYTE('a', 1), BYTE('b', 2) };
    uint64_t last = BYTE('z', 3);
    off_t size = 256 << 20;
    g_autoptr(TestCapture) c = NULL;
    struct stat st;
    int fd;

    if (access("/dev/shm", W_OK)) {
        g_test_skip("no /dev/shm");
        return;
    }
    test_write_words(path, words, 2);
    g_assert_cmpint(truncate(path, size), ==, 0);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    g_assert_cmpint(pwrite(fd, &last, 8, size - 8), ==, 8);
    c = test_read(path);
    unlink(path);
    g_assert_cmpstr(c->bytes->str, ==, "abz");
    g_assert_cmpint(fstat(fd, &st), ==, 0);
    close(fd);
    g_assert_cmpint(st.st_blocks, <, (1 << 20) / 512);
}

/* ------------------------------------------------------------------ */
/* Time                                                                */

static void virtual_time_runs_with_the_host_but_under_icount(void)
{
    g_autofree char *path = test_path("capture");
    uint64_t words[] = {
        BYTE('a', 5),
        capture_word(CAPTURE_VCLOCK, 1, 100),
        CONT(1000),
        BYTE('b', 150),
        BYTE('c', 90),
        capture_word(CAPTURE_MACHINE, 2, 200),
        CONT(0),
        CONT((uint64_t)CAPTURE_MACHINE_ICOUNT << 40), /* payload byte 12 */
        BYTE('d', 300),
        capture_word(CAPTURE_VCLOCK, 1, 400),
        CONT(2000),
        BYTE('e', 500),
    };
    g_autoptr(TestCapture) c = NULL;

    test_write_words(path, words, G_N_ELEMENTS(words));
    c = test_read(path);
    g_assert_cmpuint(c->records->len, ==, 8);
    g_assert_cmpuint(test_record(c, 0)->vtime, ==, CAPTURE_NO_TIME);
    g_assert_cmpuint(test_record(c, 2)->vtime, ==, 1050);
    g_assert_cmpuint(test_record(c, 3)->vtime, ==, 1000);
    g_assert_true(test_record(c, 4)->u.machine.icount);
    g_assert_cmpuint(test_record(c, 5)->vtime, ==, 1000);
    g_assert_cmpuint(test_record(c, 7)->vtime, ==, 2000);
}

static void wall_time_is_that_of_the_session(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = test_open_new(path);
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    CaptureRecord rec;
    CaptureReader *r;
    int64_t wall;

    capture_append(w, 0, 'a');
    capture_writer_close(w);
    r = open_reader(path);
    while (capture_reader_next(r, &rec)) {
        wall = capture_reader_wall(r, rec.time) / 1000000000;
        g_assert_cmpint(ABS(wall - g_date_time_to_unix(now)), <, 60);
    }
    capture_reader_close(r);
}

int main(int argc, char **argv)
{
    test_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/reader/" #name, name)
    ADD(every_kind_is_decoded);
    ADD(a_vm_event_tells_who_stamped_it);
    ADD(next_bytes_gives_runs_of_one_stream);
    ADD(seek_comes_back_to_any_place);
    ADD(windows_join_without_a_seam);
    ADD(states_are_live_ended_and_killed);
    ADD(follows_a_capture_that_grows);
    ADD(a_hole_is_waited_for_while_its_writer_lives);
    ADD(a_hole_that_stays_is_passed_over_in_the_end);
    ADD(a_hole_after_a_quiet_time_is_waited_for_as_long);
    ADD(a_file_that_shrinks_and_grows_again_is_read_on);
    ADD(a_file_that_is_replaced_is_read_to_its_end);
    ADD(holes_and_torn_events_of_a_killed_writer_are_passed_over);
    ADD(where_files_cannot_be_mapped_they_are_read);
    ADD(a_capture_that_is_being_made_is_waited_for);
    ADD(unknown_kinds_and_short_payloads_are_passed_over);
    ADD(strings_without_an_end_are_cut);
    ADD(truncated_at_every_byte_gives_every_whole_record);
    ADD(a_flipped_bit_anywhere_spoils_one_record_at_most);
    ADD(random_words_are_read_to_the_end);
    ADD(headers_with_absurd_values_are_refused_or_harmless);
    ADD(a_longer_header_is_stepped_over);
    ADD(what_is_no_capture_is_refused_with_a_reason);
    ADD(a_sparse_terabyte_is_passed_over_quickly);
    ADD(holes_in_memory_take_none);
    ADD(virtual_time_runs_with_the_host_but_under_icount);
    ADD(wall_time_is_that_of_the_session);
    return g_test_run();
}
