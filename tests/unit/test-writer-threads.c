/*
 * The writer, from several threads at once: nothing lost but what is
 * counted, nothing torn, each thread's records in its own order.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

#define THREADS 6

typedef struct Load {
    CaptureWriter *w;
    unsigned id; /* stream of the bytes, and in the probes */
    unsigned rounds;
    unsigned bytes; /* in a round, one by one */
    unsigned block; /* in a round, in one access */
    unsigned probes; /* in a round */
    unsigned items; /* in a round: fw_cfg items copied, 4 events each */
    unsigned rest_us; /* between two rounds */
    uint64_t wrote_bytes, wrote_events, refused_events;
    int *go;
} Load;

static void append_event(Load *l, CaptureKind kind, const void *payload,
                         size_t len)
{
    l->wrote_events++;
    l->refused_events += !capture_append_event(l->w, capture_writer_now(l->w),
                                               kind, payload, len);
}

/* As the fw_cfg hooks do: payloads of several sizes. */
static void copy_item(Load *l, unsigned number)
{
    CaptureSelect select = { .key = l->id, .dma = 1 };
    CapturePio pio = { .key = l->id, .offset = number };
    CaptureDma dma = { .key = l->id, .length = number, .address = ~number };
    CaptureDmaEnd end = { .key = l->id, .offset = number };

    append_event(l, CAPTURE_SELECT, &select, sizeof(select));
    append_event(l, CAPTURE_PIO, &pio, sizeof(pio));
    append_event(l, CAPTURE_DMA, &dma, sizeof(dma));
    append_event(l, CAPTURE_DMA_END, &end, sizeof(end));
}

static void one_round(Load *l, unsigned round, uint8_t *block)
{
    CaptureProbe probe = { .id = l->id, .width = 4 };

    for (unsigned i = 0; i < l->bytes; i++) {
        capture_append(l->w, l->id, l->wrote_bytes++);
    }
    for (unsigned i = 0; i < l->block; i++) {
        block[i] = l->wrote_bytes++;
    }
    if (l->block) {
        capture_append_bytes(l->w, capture_writer_now(l->w), l->id, block,
                             l->block);
    }
    for (unsigned i = 0; i < l->probes; i++) {
        probe.arg = l->wrote_events;
        append_event(l, CAPTURE_PROBE, &probe, sizeof(probe));
    }
    for (unsigned i = 0; i < l->items; i++) {
        copy_item(l, round * l->items + i);
    }
}

static void *run_load(void *opaque)
{
    Load *l = opaque;
    g_autofree uint8_t *block = g_malloc(l->block + 1);

    while (!__atomic_load_n(l->go, __ATOMIC_ACQUIRE)) {
        sched_yield();
    }
    for (unsigned round = 0; round < l->rounds; round++) {
        one_round(l, round, block);
        if (l->rest_us) {
            g_usleep(l->rest_us);
        }
    }
    return NULL;
}

typedef struct Sum {
    uint64_t bytes, events, refused;
} Sum;

/* All threads do @load side by side; returns what they wrote. */
static Sum run_threads(CaptureWriter *w, const Load *load)
{
    Load loads[THREADS];
    GThread *threads[THREADS];
    Sum sum = { 0 };
    int go = 0;

    for (unsigned i = 0; i < THREADS; i++) {
        loads[i] = *load;
        loads[i].w = w;
        loads[i].id = i;
        loads[i].go = &go;
        threads[i] = g_thread_new("load", run_load, &loads[i]);
    }
    __atomic_store_n(&go, 1, __ATOMIC_RELEASE);
    for (unsigned i = 0; i < THREADS; i++) {
        g_thread_join(threads[i]);
        sum.bytes += loads[i].wrote_bytes;
        sum.events += loads[i].wrote_events;
        sum.refused += loads[i].refused_events;
    }
    return sum;
}

/* A DMA record is of one thread, whole: its fields fit together. */
static void check_item(const CaptureRecord *rec, int64_t *last)
{
    unsigned id = rec->u.dma.key;

    g_assert_cmpuint(id, <, THREADS);
    g_assert_cmpuint(rec->u.dma.address, ==, (unsigned)~rec->u.dma.length);
    g_assert_cmpint(rec->u.dma.length, >, last[id]);
    last[id] = rec->u.dma.length;
}

/* Probes of a thread rise; its times do too, one clock after the other. */
static void check_order(const TestCapture *c, bool whole)
{
    int64_t last_arg[THREADS], last_item[THREADS];
    uint64_t last_time[THREADS] = { 0 }, count[THREADS] = { 0 };

    memset(last_arg, -1, sizeof(last_arg));
    memset(last_item, -1, sizeof(last_item));
    for (guint i = 0; i < c->records->len; i++) {
        const CaptureRecord *rec = test_record(c, i);
        unsigned id = 0;

        if (rec->kind == CAPTURE_PROBE) {
            id = rec->u.probe.id;
            g_assert_cmpuint(id, <, THREADS);
            g_assert_cmpint(rec->u.probe.arg, >, last_arg[id]);
            g_assert_cmpuint(rec->u.probe.width, ==, 4);
            last_arg[id] = rec->u.probe.arg;
        } else if (rec->kind == CAPTURE_BYTE) {
            id = rec->stream;
            g_assert_cmpuint(id, <, THREADS);
            if (whole && rec->byte != (count[id] & 0xff)) {
                g_error("thread %u, its byte %" G_GUINT64_FORMAT, id,
                        count[id]);
            }
            count[id]++;
        } else if (rec->kind == CAPTURE_DMA) {
            id = rec->u.dma.key;
            check_item(rec, last_item);
        } else {
            continue;
        }
        g_assert_cmpuint(rec->time, >=, last_time[id]);
        last_time[id] = rec->time;
    }
}

static void check_account(const char *path, const Sum *sum)
{
    g_autoptr(TestCapture) c = test_read(path);

    g_assert_cmpuint(c->skipped, ==, 0);
    g_assert_cmpuint(c->bytes->len + c->lost.bytes, ==, sum->bytes);
    g_assert_cmpuint(
        test_count(c, CAPTURE_PROBE) + test_count(c, CAPTURE_SELECT) +
            test_count(c, CAPTURE_PIO) + test_count(c, CAPTURE_DMA) +
            test_count(c, CAPTURE_DMA_END) + c->lost.events,
        ==, sum->events);
    g_assert_cmpuint(c->lost.events, ==, sum->refused);
    g_assert_cmpuint(c->header.lost_bytes, ==, c->lost.bytes);
    g_assert_cmpuint(c->header.lost_events, ==, c->lost.events);
    check_order(c, !c->lost.bytes);
    g_test_message("%zu bytes read, %" G_GUINT64_FORMAT " lost", c->bytes->len,
                   c->lost.bytes);
}

static void run_and_check(const CaptureWriterOptions *options, const Load *load)
{
    CaptureWriter *w = test_open(options);
    Sum sum = run_threads(w, load);

    capture_writer_close(w);
    check_account(options->path, &sum);
}

static void every_record_of_every_thread_is_kept(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = { .path = path };
    Load load = {
        .rounds = 40, .bytes = 200, .block = 50, .probes = 20, .rest_us = 1000
    };

    run_and_check(&options, &load);
}

/* Four vCPUs and two threads more, with and without enough room. */
static void bytes_probes_and_fw_cfg_side_by_side(void)
{
    for (int full = 0; full < 2; full++) {
        g_autofree char *path = test_path("capture");
        CaptureWriterOptions options = {
            .path = path,
            .size_max = full ? 1 << 20 : 0,
        };
        Load load = { .rounds = 40,
                      .bytes = 100,
                      .block = 17,
                      .probes = 10,
                      .items = 5,
                      .rest_us = full ? 0 : 1000 };

        run_and_check(&options, &load);
    }
}

/* More than the helper has ready at the start, with no time to get more. */
static void a_burst_that_starves_the_helper_is_accounted(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = { .path = path };
    Load load = { .rounds = 500, .bytes = 400, .block = 37, .probes = 10 };

    run_and_check(&options, &load);
}

/* Many small growths: the limit is raised under the threads' feet. */
static void growth_under_load_is_accounted(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = { .path = path };
    Load load = {
        .rounds = 300, .bytes = 300, .block = 111, .probes = 30, .rest_us = 100
    };

    run_and_check(&options, &load);
}

static void threads_that_meet_at_the_cap_leave_no_hole(void)
{
    for (unsigned i = 0; i < 40; i++) {
        g_autofree char *path = test_path("capture");
        CaptureWriterOptions options = {
            .path = path,
            .size_max = CAPTURE_SIZE_MIN + i * 4096,
        };
        Load load = {
            .rounds = 30, .bytes = 50, .block = 13 + i, .probes = 11
        };

        run_and_check(&options, &load);
        g_assert_cmpuint(test_size(path), <=, options.size_max);
    }
}

static void threads_on_a_full_disk_are_accounted(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = { .path = path };
    Load load = {
        .rounds = 200, .bytes = 300, .block = 11, .probes = 11, .rest_us = 100
    };
    CaptureWriter *w;
    Sum sum;

    test_limit_files(2 << 20);
    w = test_open(&options);
    sum = run_threads(w, &load);
    capture_writer_close(w);
    test_limit_files(0);
    check_account(path, &sum);
}

/* The file is cut while all of them write. */
static void *cut_later(void *path)
{
    g_usleep(20000);
    g_assert_cmpint(truncate(path, 100000), ==, 0);
    return NULL;
}

static void a_file_cut_under_load_is_accounted(void)
{
    g_autofree char *path = test_path("capture");
    Load load = {
        .rounds = 200, .bytes = 300, .block = 11, .probes = 1, .rest_us = 200
    };
    CaptureWriter *w = test_open_new(path);
    GThread *cutter = g_thread_new("cutter", cut_later, path);
    Sum sum = run_threads(w, &load);
    g_autoptr(TestCapture) c = NULL;

    g_thread_join(cutter);
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpuint(c->bytes->len + c->lost.bytes, ==, sum.bytes);
    g_assert_cmpuint(test_count(c, CAPTURE_PROBE) + c->lost.events, ==,
                     sum.events);
    g_assert_cmpuint(c->lost.bytes, >, 0);
}

/* All meet a new epoch at once; each thread's times must stay right. */
static void threads_cross_the_48_bit_border_together(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = {
        .path = path,
        .start_ns =
            capture_mono_ns() - (UINT64_C(1) << CAPTURE_TIME_BITS) + 30000000,
    };
    Load load = { .rounds = 60, .bytes = 20, .probes = 2, .rest_us = 1000 };
    g_autoptr(TestCapture) c = NULL;
    CaptureWriter *w = test_open(&options);
    uint64_t end;
    Sum sum = run_threads(w, &load);

    end = capture_writer_now(w);
    capture_writer_close(w);
    check_account(path, &sum);
    c = test_read(path);
    for (guint i = 1; i < c->records->len; i++) {
        uint64_t time = test_record(c, i)->time;

        g_assert_cmpuint(time, <=, end);
        g_assert_cmpuint(time, >=, end - UINT64_C(60000000000));
    }
}

static void *read_all_the_time(void *opaque)
{
    const char *path = opaque;
    g_autoptr(GError) error = NULL;
    CaptureReader *r = capture_reader_open(path, &error);
    int64_t last[THREADS];
    CaptureRecord rec;
    guint n = 0;

    g_assert_no_error(error);
    memset(last, -1, sizeof(last));
    while (n < THREADS) {
        if (!capture_reader_next(r, &rec)) {
            sched_yield();
        } else if (rec.kind == CAPTURE_PROBE) {
            g_assert_cmpint(rec.u.probe.arg, ==, last[rec.u.probe.id] + 1);
            last[rec.u.probe.id] = rec.u.probe.arg;
            n += rec.u.probe.arg == 99;
        }
    }
    g_assert_cmpuint(capture_reader_skipped(r), ==, 0);
    capture_reader_close(r);
    return NULL;
}

static void a_live_reader_sees_every_record_of_every_thread(void)
{
    g_autofree char *path = test_path("capture");
    Load load = { .rounds = 100, .probes = 1, .bytes = 3, .rest_us = 500 };
    CaptureWriter *w = test_open_new(path);
    GThread *reader = g_thread_new("reader", read_all_the_time, path);
    Sum sum = run_threads(w, &load);

    g_thread_join(reader);
    capture_writer_close(w);
    check_account(path, &sum);
}

/*
 * A lock whose taking ends with a plain load, which the processor may run
 * ahead of: a stamp that it took meanwhile would be earlier than the one that
 * the other thread took inside the lock.
 */
typedef struct Turns {
    CaptureWriter *w;
    unsigned next, serving;
} Turns;

enum { TURNS = 200000 };

static void *append_in_turns(void *opaque)
{
    Turns *t = opaque;

    for (int i = 0; i < TURNS; i++) {
        unsigned mine = __atomic_fetch_add(&t->next, 1, __ATOMIC_RELAXED);
        unsigned looks = 0;

        while (__atomic_load_n(&t->serving, __ATOMIC_ACQUIRE) != mine) {
            if (++looks % 1000 == 0) {
                sched_yield();
            }
        }
        capture_append(t->w, 0, i);
        __atomic_store_n(&t->serving, mine + 1, __ATOMIC_RELEASE);
        if (i % 10000 == 0) {
            g_usleep(1000);
        }
    }
    return NULL;
}

static void later_places_of_a_stream_have_no_earlier_times(void)
{
    g_autofree char *path = test_path("capture");
    Turns turns = { .w = test_open_new(path) };
    g_autoptr(TestCapture) c = NULL;
    GThread *threads[2];
    uint64_t last = 0, earlier = 0;

    for (int i = 0; i < 2; i++) {
        threads[i] = g_thread_new("turns", append_in_turns, &turns);
    }
    for (int i = 0; i < 2; i++) {
        g_thread_join(threads[i]);
    }
    capture_writer_close(turns.w);
    c = test_read(path);
    for (guint i = 0; i < c->records->len; i++) {
        const CaptureRecord *rec = test_record(c, i);

        if (rec->kind == CAPTURE_BYTE) {
            earlier += rec->time < last;
            last = rec->time;
        }
    }
    g_assert_cmpuint(earlier, ==, 0);
}

/* Opens @path again and again; an error of its format is one too many. */
typedef struct Opener {
    const char *path;
    int stop;
    guint opened, refused;
} Opener;

static void *open_again_and_again(void *opaque)
{
    Opener *o = opaque;

    while (!g_atomic_int_get(&o->stop)) {
        g_autoptr(GError) error = NULL;
        CaptureReader *r = capture_reader_open(o->path, &error);

        o->opened += r != NULL;
        o->refused += g_error_matches(error, CAPTURE_READER_ERROR,
                                      CAPTURE_READER_ERROR_FORMAT);
        capture_reader_close(r);
    }
    return NULL;
}

/* Whoever opens a file that is becoming a capture finds one, or no file. */
static void a_capture_is_one_from_its_first_moment(void)
{
    g_autofree char *path = test_path("capture");
    Opener o = { .path = path };
    GThread *thread = g_thread_new("opener", open_again_and_again, &o);

    for (int i = 0; i < 30; i++) {
        CaptureWriter *w = test_open_new(path);

        g_usleep(2000);
        capture_writer_close(w);
        unlink(path);
    }
    g_atomic_int_set(&o.stop, 1);
    g_thread_join(thread);
    g_assert_cmpuint(o.opened, >, 0);
    g_assert_cmpuint(o.refused, ==, 0);
}

int main(int argc, char **argv)
{
    test_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/writer-threads/" #name, name)
    ADD(every_record_of_every_thread_is_kept);
    ADD(bytes_probes_and_fw_cfg_side_by_side);
    ADD(a_burst_that_starves_the_helper_is_accounted);
    ADD(growth_under_load_is_accounted);
    ADD(threads_that_meet_at_the_cap_leave_no_hole);
    ADD(threads_on_a_full_disk_are_accounted);
    ADD(a_file_cut_under_load_is_accounted);
    ADD(a_capture_is_one_from_its_first_moment);
    ADD(threads_cross_the_48_bit_border_together);
    ADD(a_live_reader_sees_every_record_of_every_thread);
    g_test_add_func(
        "/writer-threads/later-places-of-a-stream-have-no-earlier-times",
        later_places_of_a_stream_have_no_earlier_times);
    return g_test_run();
}
