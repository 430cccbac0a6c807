/*
 * The writer that drops what is oldest.
 *
 * Guest byte number i has the time i * STEP and the value i % 251, so that
 * whatever is left tells which bytes they are.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/writer-state.h"
#include "util.h"

#define SIZE (UINT64_C(1) << 20)
#define STEP UINT64_C(1000)
#define CHUNK 256

/* What a file system needs to know where a file's pieces are, in bytes. */
#define METADATA 16384

static const char *const names[] = { "first", "last", "ends" };

static CaptureWriter *open_keep(const char *path, CaptureKeep keep)
{
    CaptureWriterOptions options = {
        .path = path,
        .size_max = SIZE,
        .keep = keep,
    };

    return test_open(&options);
}

static void put_chunk(CaptureWriter *w, uint64_t chunk, uint64_t step)
{
    for (uint64_t i = chunk * CHUNK; i < (chunk + 1) * CHUNK; i++) {
        uint8_t byte = i % 251;

        capture_append_bytes(w, i * step, 0, &byte, 1);
    }
}

/* Waits until the helper has made room for some chunks more. */
static void wait_for_room(CaptureWriter *w)
{
    for (int i = 0; i < 20000; i++) {
        if (__atomic_load_n(&w->limit, __ATOMIC_ACQUIRE) >=
            capture_writer_words(w) + 5 * CHUNK) {
            return;
        }
        g_usleep(500);
    }
    g_assert_not_reached();
}

/* @chunks of them, none too fast for the helper. */
static void put(CaptureWriter *w, uint64_t first, uint64_t chunks,
                uint64_t step)
{
    for (uint64_t c = first; c < first + chunks; c++) {
        put_chunk(w, c, step);
        if (c % 4 == 3) {
            wait_for_room(w);
        }
    }
}

static uint64_t on_disk(const char *path)
{
    struct stat st;

    g_assert_cmpint(stat(path, &st), ==, 0);
    return (uint64_t)st.st_blocks * 512;
}

/*
 * Every byte is where it was; returns how many.  On a machine so busy that some
 * were lost, nobody knows where: a killed capture tells of that in its header.
 */
static uint64_t check_bytes(const TestCapture *c, uint64_t step)
{
    bool whole = !MAX(c->lost.bytes, c->header.lost_bytes);
    uint64_t n = 0, next = 0;

    for (guint i = 0; i < c->records->len; i++) {
        const CaptureRecord *r = test_record(c, i);
        uint64_t number = r->time / step;

        if (r->kind == CAPTURE_DROPPED) {
            g_assert_cmpuint(r->u.dropped.head.from_ns, ==, (next - 1) * step);
            next += r->u.dropped.head.bytes;
            g_assert_cmpuint(r->time, >=, (next - 1) * step);
            if (whole) {
                g_assert_cmpuint(r->time, ==, (next - 1) * step);
            }
        }
        if (r->kind != CAPTURE_BYTE) {
            continue;
        }
        g_assert_cmpuint(r->time % step, ==, 0);
        g_assert_cmpuint(r->byte, ==, number % 251);
        if (whole) {
            g_assert_cmpuint(number, ==, next); /* nothing between is missing */
        }
        next = number + 1;
        n++;
    }
    return n;
}

static void check_drop(CaptureKeep keep, uint64_t step)
{
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = open_keep(path, keep);
    const uint64_t chunks = 2000;
    g_autoptr(TestCapture) c = NULL;
    uint64_t kept, last;

    if (keep == CAPTURE_KEEP_FIRST) {
        for (uint64_t i = 0; i < chunks; i++) {
            put_chunk(w, i, step);
        }
    } else {
        put(w, 0, chunks, step);
    }
    capture_writer_close(w);
    g_assert_cmpuint(on_disk(path), <=, SIZE + METADATA);
    c = test_read(path);
    kept = check_bytes(c, step);
    last = test_record(c, c->records->len - 1)->time / step;
    g_test_message("keep=%s: kept %lu, dropped %lu, lost %lu", names[keep],
                   (unsigned long)kept, (unsigned long)c->dropped.bytes,
                   (unsigned long)c->lost.bytes);
    g_assert_cmpuint(kept + c->dropped.bytes + c->lost.bytes, ==,
                     chunks * CHUNK);
    g_assert_cmpuint(c->skipped + c->unknown, ==, 0);
    g_assert_cmpuint(c->state, ==, CAPTURE_ENDED);
    if (keep == CAPTURE_KEEP_FIRST) {
        g_assert_cmpuint(c->dropped.bytes, ==, 0);
        g_assert_cmpuint(c->lost.bytes, >, 0);
        return;
    }
    g_assert_cmpuint(c->dropped.bytes, >, 0);
    g_assert_cmpuint(c->lost.bytes, ==, 0);
    g_assert_cmpuint(last, ==, chunks * CHUNK - 1);
    g_assert_cmpuint(kept * 8, >=, SIZE / 2);
    g_assert_cmpuint(c->dropped.from_ns / step, >=,
                     keep == CAPTURE_KEEP_ENDS ? SIZE / 8 / 4 : 7000);
    g_assert_cmpuint(c->dropped.from_ns / step, <=, SIZE / 8 / 2);
}

static void each_mode_keeps_what_it_says(void)
{
    check_drop(CAPTURE_KEEP_FIRST, STEP);
    check_drop(CAPTURE_KEEP_LAST, STEP);
    check_drop(CAPTURE_KEEP_ENDS, STEP);
}

/* 512,000 bytes, a second apart: 5 days, with 3 CLOCK records. */
static void times_behind_a_gap_of_days_are_exact(void)
{
    check_drop(CAPTURE_KEEP_LAST, UINT64_C(1000000000));
}

static void what_others_depend_on_outlives_the_gap(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = open_keep(path, CAPTURE_KEEP_LAST);
    static const char name[] = "\1late\0isa-serial";
    const CaptureLost lost = { .bytes = 3, .events = 4 };
    g_autoptr(TestCapture) c = NULL;
    bool behind = false, known = false, clock = false, told = false;

    put(w, 0, 200, STEP);
    capture_append_event(w, 200 * CHUNK * STEP, CAPTURE_STREAM, name,
                         sizeof(name));
    capture_append_event(w, 200 * CHUNK * STEP, CAPTURE_LOST, &lost,
                         sizeof(lost));
    capture_append_vclock(w, 201 * CHUNK * STEP, 77);
    put(w, 201, 1200, STEP);
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpuint(c->dropped.bytes, >, 0);
    g_assert_cmpuint(c->dropped.events, ==, 0); /* both are there */
    for (guint i = 0; i < c->records->len; i++) {
        const CaptureRecord *r = test_record(c, i);

        if (r->kind == CAPTURE_STREAM) {
            known = !strcmp(r->u.stream.label, "late") &&
                    r->time == 200 * CHUNK * STEP;
        } else if (r->kind == CAPTURE_VCLOCK) {
            clock = r->vtime == 77;
        } else if (r->kind == CAPTURE_LOST) {
            told = r->u.lost.bytes == 3;
        } else if (r->kind == CAPTURE_DROPPED) {
            behind = true;
            g_assert_true(known && clock && told);
        } else if (behind) {
            g_assert_cmpuint(r->vtime, ==, r->time - 201 * CHUNK * STEP + 77);
        }
    }
    g_assert_true(behind);
}

static void short_captures_drop_nothing(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = open_keep(path, CAPTURE_KEEP_ENDS);
    g_autoptr(TestCapture) c = NULL;

    put(w, 0, 100, STEP);
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpuint(check_bytes(c, STEP), ==, 100 * CHUNK);
    g_assert_cmpuint(c->dropped.bytes + c->lost.bytes + c->skipped, ==, 0);
    g_assert_cmpuint(c->header.keep, ==, CAPTURE_KEEP_ENDS);
}

static void append_goes_on_behind_what_was_dropped(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = {
        .path = path,
        .append = true,
        .size_max = 3 * SIZE,
        .keep = CAPTURE_KEEP_LAST,
    };
    CaptureWriter *w = open_keep(path, CAPTURE_KEEP_LAST);
    g_autoptr(TestCapture) c = NULL;
    uint64_t kept = 0, dropped = 0;

    put(w, 0, 1000, STEP);
    capture_writer_close(w);
    w = test_open(&options);
    put(w, 0, 1500, STEP);
    capture_writer_close(w);
    g_assert_cmpuint(on_disk(path), <=, options.size_max + METADATA);
    c = test_read(path);
    for (guint i = 0; i < c->records->len; i++) {
        const CaptureRecord *r = test_record(c, i);

        kept += r->kind == CAPTURE_BYTE;
        dropped += r->kind == CAPTURE_DROPPED ? r->u.dropped.head.bytes : 0;
    }
    g_assert_cmpuint(test_count(c, CAPTURE_SESSION), ==, 2);
    g_assert_cmpuint(test_count(c, CAPTURE_DROPPED), ==, 2);
    g_assert_cmpuint(c->skipped, ==, 0);
    g_assert_cmpuint(kept + dropped + c->lost.bytes, ==, 2500 * CHUNK);
}

/* ------------------------------------------------------------------ */
/* Readers beside it                                                   */

typedef struct Follower {
    pthread_t thread;
    const char *path;
    unsigned wait_us; /* after each 1,000 records */
    uint64_t bytes, gaps, skipped, last;
    CaptureLost lost;
    int done; /* the writer has ended */
} Follower;

static void *follow(void *data)
{
    Follower *f = data;
    CaptureReader *r = capture_reader_open(f->path, NULL);
    CaptureRecord rec;
    bool done = false;

    g_assert_nonnull(r);
    while (true) {
        while (capture_reader_next(r, &rec)) {
            if (rec.kind == CAPTURE_BYTE) {
                uint64_t number = rec.time / STEP;

                g_assert_cmpuint(rec.byte, ==, number % 251);
                g_assert_true(!f->bytes || number > f->last);
                f->last = number;
                if (++f->bytes % 1000 == 0 && f->wait_us) {
                    g_usleep(f->wait_us);
                }
            } else if (rec.kind == CAPTURE_DROPPED) {
                f->gaps++;
            } else if (rec.kind == CAPTURE_LOST) {
                f->lost = rec.u.lost;
            }
        }
        if (done) {
            break;
        }
        done = __atomic_load_n(&f->done, __ATOMIC_ACQUIRE);
        g_usleep(200);
    }
    f->skipped = capture_reader_skipped(r);
    capture_reader_close(r);
    return NULL;
}

static void readers_go_on_over_what_is_dropped_before_them(void)
{
    static const unsigned waits[] = { 0, 500, 3000, 20000 };
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = open_keep(path, CAPTURE_KEEP_LAST);
    Follower f[G_N_ELEMENTS(waits)] = { 0 };

    for (guint i = 0; i < G_N_ELEMENTS(f); i++) {
        f[i].path = path;
        f[i].wait_us = waits[i];
        pthread_create(&f[i].thread, NULL, follow, &f[i]);
    }
    put(w, 0, 1500, STEP);
    capture_writer_close(w);
    for (guint i = 0; i < G_N_ELEMENTS(f); i++) {
        __atomic_store_n(&f[i].done, 1, __ATOMIC_RELEASE);
    }
    for (guint i = 0; i < G_N_ELEMENTS(f); i++) {
        pthread_join(f[i].thread, NULL);
        g_test_message("waits %u us: %lu bytes, %lu gaps", waits[i],
                       (unsigned long)f[i].bytes, (unsigned long)f[i].gaps);
        g_assert_cmpuint(f[i].skipped, ==, 0);
        g_assert_cmpuint(f[i].lost.bytes, ==, 0);
        g_assert_cmpuint(f[i].last, ==, 1500 * CHUNK - 1);
    }
    g_assert_cmpuint(f[3].gaps, >, 0);
}

/* ------------------------------------------------------------------ */
/* Many writers                                                        */

#define THREADS 4

typedef struct Writing {
    pthread_t thread;
    CaptureWriter *w;
    uint8_t stream;
    uint64_t n;
} Writing;

static void *write_flood(void *data)
{
    Writing *t = data;

    for (uint64_t i = 0; i < t->n; i++) {
        uint8_t byte = i % 251;

        capture_append_bytes(t->w, i * STEP, t->stream, &byte, 1);
        if (i % 4096 == 0) {
            g_usleep(1000);
        }
    }
    return NULL;
}

static void threads_that_flood_it_are_all_accounted_for(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriter *w = open_keep(path, CAPTURE_KEEP_LAST);
    Writing t[THREADS];
    g_autoptr(TestCapture) c = NULL;

    for (int i = 0; i < THREADS; i++) {
        t[i] = (Writing){ .w = w, .stream = i, .n = 400000 };
        pthread_create(&t[i].thread, NULL, write_flood, &t[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(t[i].thread, NULL);
    }
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpuint(c->bytes->len + c->dropped.bytes + c->lost.bytes, ==,
                     THREADS * 400000);
    g_assert_cmpuint(c->skipped, ==, 0);
    for (guint i = 0; i < c->records->len; i++) {
        const CaptureRecord *r = test_record(c, i);

        if (r->kind == CAPTURE_BYTE) {
            g_assert_cmpuint(r->byte, ==, r->time / STEP % 251);
        }
    }
}

/* ------------------------------------------------------------------ */
/* Faults                                                              */

/* Killed at some instant: all that was written is there, or dropped. */
static void killed_captures_are_whole(void)
{
    uint64_t *written = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    g_autoptr(GRand) rand = g_rand_new_with_seed(16);

    for (int round = 0; round < 8; round++) {
        g_autofree char *path = test_path("capture");
        g_autoptr(TestCapture) c = NULL;
        uint64_t kept, told;
        pid_t pid;

        *written = 0;
        pid = fork();
        if (pid == 0) {
            CaptureWriter *w = open_keep(path, CAPTURE_KEEP_ENDS);

            for (uint64_t i = 0;; i++) {
                put_chunk(w, i, STEP);
                __atomic_store_n(written, (i + 1) * CHUNK, __ATOMIC_RELEASE);
                if (i % 4 == 3) {
                    wait_for_room(w);
                }
            }
        }
        while (__atomic_load_n(written, __ATOMIC_ACQUIRE) < SIZE / 8) {
            g_usleep(1000);
        }
        g_usleep(g_rand_int_range(rand, 0, 30000));
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        c = test_read(path);
        kept = check_bytes(c, STEP);
        told = MAX(c->lost.bytes, c->header.lost_bytes);
        g_assert_cmpuint(c->state, ==, CAPTURE_KILLED);
        g_assert_cmpuint(c->skipped, ==, 0);
        g_assert_cmpuint(kept + c->dropped.bytes + told, >=, *written);
        g_assert_cmpuint(kept + c->dropped.bytes + told, <=, *written + CHUNK);
    }
    munmap(written, 4096);
}

/* Somebody cuts the file, to any of its parts: kept + dropped + lost. */
static void cuts_are_accounted_for(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(17);

    for (int round = 0; round < 8; round++) {
        g_autofree char *path = test_path("capture");
        CaptureWriter *w = open_keep(path, CAPTURE_KEEP_LAST);
        g_autoptr(TestCapture) c = NULL;
        uint64_t chunks = 600 + g_rand_int_range(rand, 0, 100);
        uint64_t size, to;

        put(w, 0, chunks, STEP);
        size = test_size(path);
        /* The records that stay, the area, the hole, or what is kept. */
        to = round % 4 == 0   ? g_rand_int_range(rand, 0, 65536)
             : round % 4 == 1 ? g_rand_int_range(rand, 65536, 300000)
             : round % 4 == 2 ? g_rand_int_range(rand, 300000, size / 2)
                              : g_rand_int_range(rand, size / 2, size);
        g_assert_cmpint(truncate(path, to), ==, 0);
        put_chunk(w, chunks, STEP);
        g_usleep(30000);
        put_chunk(w, chunks + 1, STEP);
        capture_writer_close(w);
        c = test_read(path);
        g_test_message("cut to %lu of %lu: kept %lu, dropped %lu, lost %lu",
                       (unsigned long)to, (unsigned long)size,
                       (unsigned long)c->bytes->len,
                       (unsigned long)c->dropped.bytes,
                       (unsigned long)c->lost.bytes);
        g_assert_cmpuint(c->bytes->len + c->dropped.bytes + c->lost.bytes, ==,
                         (chunks + 2) * CHUNK);
    }
}

static void sizes_that_are_too_small_are_refused(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = { .path = path, .keep = CAPTURE_KEEP_LAST };

    test_refused(&options, CAPTURE_WRITER_ERROR_INVALID);
    options.size_max = CAPTURE_KEEP_SIZE_MIN - 1;
    test_refused(&options, CAPTURE_WRITER_ERROR_INVALID);
    options.size_max = CAPTURE_KEEP_SIZE_MAX + 4096;
    test_refused(&options, CAPTURE_WRITER_ERROR_INVALID);
    g_assert_cmpint(access(path, F_OK), <, 0);
}

int main(int argc, char **argv)
{
    test_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/writer-drop/" #name, name)
    ADD(each_mode_keeps_what_it_says);
    ADD(times_behind_a_gap_of_days_are_exact);
    ADD(what_others_depend_on_outlives_the_gap);
    ADD(short_captures_drop_nothing);
    ADD(append_goes_on_behind_what_was_dropped);
    ADD(readers_go_on_over_what_is_dropped_before_them);
    ADD(threads_that_flood_it_are_all_accounted_for);
    ADD(killed_captures_are_whole);
    ADD(cuts_are_accounted_for);
    ADD(sizes_that_are_too_small_are_refused);
    return g_test_run();
}
