/*
 * The writer with the clocks that a capture can have: the host's alone, and
 * QEMU's virtual one, which may stand still and jump to both sides.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>
#include <unistd.h>

#include "util.h"

#define WRAP (UINT64_C(1) << CAPTURE_TIME_BITS)
#define HALF (WRAP / 2)

/* QEMU's virtual clock. */
static int64_t virtual_ns;

static int64_t read_virtual(void)
{
    return __atomic_load_n(&virtual_ns, __ATOMIC_RELAXED);
}

static void set_virtual(int64_t ns)
{
    __atomic_store_n(&virtual_ns, ns, __ATOMIC_RELAXED);
}

static CaptureWriterOptions virtual_options(const char *path)
{
    return (CaptureWriterOptions){
        .path = path,
        .clock = CAPTURE_CLOCK_MODE_VIRTUAL,
        .virtual_now = read_virtual,
    };
}

/* ------------------------------------------------------------------ */
/* The virtual clock                                                   */

static void the_header_says_which_clock(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = virtual_options(path);
    g_autoptr(TestCapture) c = NULL;
    CaptureWriter *w;

    set_virtual(0);
    w = test_open(&options);
    g_assert_cmpint(capture_writer_clock(w), ==, CAPTURE_CLOCK_MODE_VIRTUAL);
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpuint(c->header.version, ==, CAPTURE_VERSION_VIRTUAL);
    g_assert_cmpuint(c->header.clock, ==, CAPTURE_CLOCK_VIRTUAL);
    g_assert_cmpint(c->clock, ==, CAPTURE_CLOCK_MODE_VIRTUAL);
    g_assert_cmpuint(c->header.start_mono_ns, >, 0);
    g_assert_cmpuint(test_record(c, 0)->u.session.mono_ns, ==,
                     c->header.start_mono_ns);
}

static void every_byte_is_one_word_of_the_virtual_time(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = virtual_options(path);
    g_autoptr(GByteArray) file = NULL;
    const uint64_t *words;
    CaptureWriter *w;
    size_t n;

    set_virtual(0);
    w = test_open(&options);
    capture_append(w, 0, 'a');
    capture_append(w, 0, 'b'); /* it stands still */
    set_virtual(1000);
    capture_append(w, 0, '\n');
    g_assert_cmpuint(capture_writer_time(w, capture_mono_ns()), ==, 1000);
    capture_append_bytes(w, capture_writer_now(w), 3, (uint8_t *)"xy", 2);
    capture_writer_close(w);

    file = test_load(path);
    words = (uint64_t *)(file->data + CAPTURE_HEADER_SIZE);
    n = (file->len - CAPTURE_HEADER_SIZE) / CAPTURE_WORD_SIZE;
    words += 1 + capture_word_data(words[0]);
    g_assert_cmphex(words[0], ==, capture_word(CAPTURE_BYTE, 'a', 0));
    g_assert_cmphex(words[1], ==, capture_word(CAPTURE_BYTE, 'b', 0));
    g_assert_cmphex(words[2], ==, capture_word(CAPTURE_BYTE, '\n', 1000));
    g_assert_cmphex(words[3], ==, capture_word(CAPTURE_BYTE + 3, 'x', 1000));
    g_assert_cmphex(words[4], ==, capture_word(CAPTURE_BYTE + 3, 'y', 1000));
    g_assert_true(words + 5 ==
                  (uint64_t *)(file->data + CAPTURE_HEADER_SIZE) + n);
}

static void both_times_of_a_record_are_the_virtual_one(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = virtual_options(path);
    CaptureMachine machine = { .flags = CAPTURE_MACHINE_ICOUNT };
    g_autoptr(TestCapture) c = NULL;
    CaptureWriter *w;

    set_virtual(0);
    w = test_open(&options);
    capture_append(w, 0, 'a');
    set_virtual(500);
    capture_append_event(w, capture_writer_now(w), CAPTURE_MACHINE, &machine,
                         sizeof(machine));
    set_virtual(700);
    capture_append(w, 0, 'b');
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpuint(c->records->len, ==, 4);
    for (guint i = 0; i < 4; i++) {
        g_assert_cmpuint(test_record(c, i)->time, ==,
                         i < 2 ? 0 : 300 + i * 100 + (i == 3 ? 100 : 0));
        g_assert_cmpuint(test_record(c, i)->vtime, ==, test_record(c, i)->time);
    }
    g_assert_true(test_record(c, 2)->u.machine.icount);
}

/* After an incoming VM: far from 0, and nothing is below it. */
static void a_clock_that_begins_anywhere_is_exact(void)
{
    static const int64_t begins[] = {
        0,        1,         HALF - 1,        HALF,
        WRAP - 1, WRAP,      1000 * WRAP + 5, INT64_MAX / 2,
        -1,       INT64_MIN,
    };

    for (guint i = 0; i < G_N_ELEMENTS(begins); i++) {
        g_autofree char *path = test_path("capture");
        CaptureWriterOptions options = virtual_options(path);
        uint64_t expected = MAX(begins[i], 0);
        g_autoptr(TestCapture) c = NULL;
        CaptureWriter *w;

        set_virtual(begins[i]);
        w = test_open(&options);
        g_assert_cmpuint(capture_writer_now(w), ==, expected);
        capture_append(w, 0, 'x');
        capture_writer_close(w);
        c = test_read(path);
        g_assert_cmpuint(test_record(c, 0)->time, ==, 0);
        g_assert_cmpuint(test_record(c, c->records->len - 1)->time, ==,
                         expected);
    }
}

static const int64_t jumps[] = {
    0,
    5,
    HALF - 1,
    HALF,
    3,
    WRAP - 1,
    0,
    WRAP,
    WRAP - 1,
    WRAP + HALF + 1,
    2,
    2,
    5 * WRAP + 7,
    WRAP + 3,
    5 * WRAP + HALF,
    5 * WRAP + 7,
    1000 * WRAP,
    1,
    WRAP + HALF - 1,
    HALF / 2,
    WRAP - 3,
    2 * WRAP - 1,
    0,
};

static void jumps_to_both_sides_are_exact(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = virtual_options(path);
    CaptureProbe probe = { .id = 1 };
    g_autoptr(TestCapture) c = NULL;
    CaptureWriter *w;
    guint at = 0;

    set_virtual(0);
    w = test_open(&options);
    for (guint i = 0; i < G_N_ELEMENTS(jumps); i++) {
        set_virtual(jumps[i]);
        if (i % 2) {
            capture_append(w, 0, i);
        } else {
            probe.arg = i;
            capture_append_event(w, capture_writer_now(w), CAPTURE_PROBE,
                                 &probe, sizeof(probe));
        }
    }
    capture_writer_close(w);
    c = test_read(path);
    for (guint i = 0; i < c->records->len; i++) {
        const CaptureRecord *rec = test_record(c, i);

        if (rec->kind == CAPTURE_BYTE || rec->kind == CAPTURE_PROBE) {
            g_assert_cmpuint(rec->kind == CAPTURE_BYTE ? rec->byte
                                                       : rec->u.probe.arg,
                             ==, at);
            g_assert_cmpuint(rec->time, ==, jumps[at++]);
        }
    }
    g_assert_cmpuint(at, ==, G_N_ELEMENTS(jumps));
    g_assert_cmpuint(c->skipped, ==, 0);
}

/* No jump of less than half the range costs a word. */
static void small_jumps_cost_nothing(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = virtual_options(path);
    g_autoptr(TestCapture) c = NULL;
    CaptureWriter *w;

    set_virtual(0);
    w = test_open(&options);
    for (guint i = 0; i < 1000; i++) {
        set_virtual(i % 2 ? HALF - 1 : i);
        capture_append(w, 0, i);
    }
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpuint(c->records->len, ==, 1001);
    for (guint i = 1; i <= 1000; i++) {
        g_assert_cmpuint(test_record(c, i)->time, ==, i % 2 ? i - 1 : HALF - 1);
    }
}

static void losses_have_the_virtual_time(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = virtual_options(path);
    g_autoptr(TestCapture) c = NULL;
    const CaptureRecord *last;
    CaptureWriter *w;

    options.size_max = CAPTURE_SIZE_MIN;
    set_virtual(100);
    w = test_open(&options);
    test_bytes(w, 0, 10000);
    set_virtual(3 * WRAP);
    test_bytes(w, 0, 10000);
    set_virtual(50);
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpuint(c->bytes->len + c->lost.bytes, ==, 20000);
    last = test_record(c, c->records->len - 1);
    g_assert_cmpuint(last->kind, ==, CAPTURE_LOST);
    g_assert_cmpuint(last->time, ==, 50);
}

static void a_cut_capture_goes_on_in_virtual_time(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = virtual_options(path);
    g_autoptr(TestCapture) c = NULL;
    CaptureWriter *w;

    set_virtual(5 * WRAP);
    w = test_open(&options);
    test_bytes(w, 0, 5000);
    g_assert_cmpint(truncate(path, 100), ==, 0);
    g_usleep(100000);
    set_virtual(77);
    test_bytes(w, 0, 5000);
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpint(c->clock, ==, CAPTURE_CLOCK_MODE_VIRTUAL);
    g_assert_cmpuint(c->bytes->len + c->lost.bytes, ==, 10000);
    g_assert_cmpuint(test_record(c, c->records->len - 1)->time, ==, 77);
}

/* ------------------------------------------------------------------ */
/* The helper beside a guest whose clock jumps                         */

#define ROUNDS 400
#define ROUND_BYTES 3000

static int64_t time_of_round(guint i)
{
    return (i % 3 == 2 ? 0 : (int64_t)(i % 7) * (WRAP + HALF / 3)) + i;
}

static void *jump_and_write(void *opaque)
{
    CaptureWriter *w = opaque;
    CaptureProbe probe = { .id = 0 };

    for (guint i = 0; i < ROUNDS; i++) {
        set_virtual(time_of_round(i));
        probe.arg = i;
        capture_append_event(w, capture_writer_now(w), CAPTURE_PROBE, &probe,
                             sizeof(probe));
        for (guint j = 0; j < ROUND_BYTES; j++) {
            capture_append(w, 0, i);
        }
    }
    return NULL;
}

static void the_helpers_losses_misdate_nothing(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = virtual_options(path);
    g_autoptr(TestCapture) c = NULL;
    guint losses = 0;
    CaptureWriter *w;

    set_virtual(0);
    w = test_open(&options);
    g_thread_join(g_thread_new("guest", jump_and_write, w));
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpuint(c->bytes->len + c->lost.bytes, ==, ROUNDS * ROUND_BYTES);
    for (guint i = 0; i < c->records->len; i++) {
        const CaptureRecord *rec = test_record(c, i);
        guint round = rec->time % HALF % 1000;

        if (rec->kind == CAPTURE_PROBE) {
            g_assert_cmpuint(rec->time, ==, time_of_round(rec->u.probe.arg));
        } else if (rec->kind == CAPTURE_BYTE && round < ROUNDS &&
                   rec->time == (uint64_t)time_of_round(round)) {
            g_assert_cmpuint(rec->byte, ==, round & 0xff);
        } else if (rec->kind == CAPTURE_LOST) {
            losses++;
        }
    }
    g_test_message("%" G_GUINT64_FORMAT " bytes lost, told %u times",
                   c->lost.bytes, losses);
}

/* ------------------------------------------------------------------ */
/* The host's alone                                                    */

static void host_alone_is_marked_and_reads_as_ever(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = {
        .path = path,
        .clock = CAPTURE_CLOCK_MODE_HOST,
    };
    g_autoptr(TestCapture) c = NULL;
    CaptureWriter *w = test_open(&options);

    g_assert_cmpint(capture_writer_clock(w), ==, CAPTURE_CLOCK_MODE_HOST);
    test_bytes(w, 0, 100);
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpuint(c->header.version, ==, CAPTURE_VERSION);
    g_assert_cmpuint(c->header.clock, ==, CAPTURE_CLOCK_MONOTONIC);
    g_assert_cmpint(c->clock, ==, CAPTURE_CLOCK_MODE_HOST);
    test_check_bytes(c, 0, 100);
    for (guint i = 0; i < c->records->len; i++) {
        g_assert_cmpuint(test_record(c, i)->vtime, ==, CAPTURE_NO_TIME);
    }
}

/* ------------------------------------------------------------------ */
/* append=on                                                           */

static void append_begins_at_zero_again(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = virtual_options(path);
    uint64_t sessions[2] = { 1, 1 };
    g_autoptr(TestCapture) c = NULL;
    guint n = 0;

    options.append = true;
    for (guint i = 0; i < 2; i++) {
        CaptureWriter *w;

        set_virtual(0);
        w = test_open(&options);
        set_virtual(9 * WRAP + HALF + 100 * i);
        capture_append(w, 0, 'a' + i);
        capture_writer_close(w);
    }
    c = test_read(path);
    g_assert_cmpmem(c->bytes->str, c->bytes->len, "ab", 2);
    for (guint i = 0; i < c->records->len; i++) {
        const CaptureRecord *rec = test_record(c, i);

        if (rec->kind == CAPTURE_SESSION) {
            sessions[n++] = rec->time;
        } else if (rec->kind == CAPTURE_BYTE) {
            g_assert_cmpuint(rec->time, ==,
                             9 * WRAP + HALF + 100 * (rec->byte - 'a'));
        }
    }
    g_assert_cmpuint(n, ==, 2);
    g_assert_cmpuint(sessions[0], ==, 0);
    g_assert_cmpuint(sessions[1], ==, 0);
}

/* Opens a capture of @was, and then tries to go on in it with @now. */
static void append_is_refused(CaptureClockMode was, CaptureClockMode now)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = virtual_options(path);
    g_autoptr(GByteArray) before = NULL, after = NULL;
    CaptureWriter *w;

    options.clock = was;
    w = test_open(&options);
    test_bytes(w, 0, 10);
    capture_writer_close(w);
    before = test_load(path);
    options.append = true;
    options.clock = now;
    test_refused(&options, CAPTURE_WRITER_ERROR_INVALID);
    after = test_load(path);
    g_assert_cmpmem(before->data, before->len, after->data, after->len);
}

static void append_on_another_clock_is_refused(void)
{
    append_is_refused(CAPTURE_CLOCK_MODE_BOTH, CAPTURE_CLOCK_MODE_VIRTUAL);
    append_is_refused(CAPTURE_CLOCK_MODE_HOST, CAPTURE_CLOCK_MODE_VIRTUAL);
    append_is_refused(CAPTURE_CLOCK_MODE_VIRTUAL, CAPTURE_CLOCK_MODE_BOTH);
    append_is_refused(CAPTURE_CLOCK_MODE_VIRTUAL, CAPTURE_CLOCK_MODE_HOST);
}

/* The stamps are the same: sessions with and without VCLOCK may follow. */
static void host_and_both_can_be_one_capture(void)
{
    static const CaptureClockMode modes[] = {
        CAPTURE_CLOCK_MODE_HOST,
        CAPTURE_CLOCK_MODE_HOST,
        CAPTURE_CLOCK_MODE_BOTH,
        CAPTURE_CLOCK_MODE_HOST,
    };
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = { .path = path, .append = true };

    for (guint i = 0; i < G_N_ELEMENTS(modes); i++) {
        g_autoptr(TestCapture) c = NULL;
        CaptureWriter *w;

        options.clock = modes[i];
        w = test_open(&options);
        g_assert_cmpint(capture_writer_clock(w), ==, modes[i]);
        capture_writer_close(w);
        c = test_read(path);
        g_assert_cmpint(c->clock, ==,
                        i < 2 ? CAPTURE_CLOCK_MODE_HOST
                              : CAPTURE_CLOCK_MODE_BOTH);
    }
}

static void no_virtual_clock_to_read_is_refused(void)
{
    g_autofree char *path = test_path("capture");
    CaptureWriterOptions options = virtual_options(path);

    options.virtual_now = NULL;
    test_refused(&options, CAPTURE_WRITER_ERROR_INVALID);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

int main(int argc, char **argv)
{
    test_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/writer-clock/" #name, name)
    ADD(the_header_says_which_clock);
    ADD(every_byte_is_one_word_of_the_virtual_time);
    ADD(both_times_of_a_record_are_the_virtual_one);
    ADD(a_clock_that_begins_anywhere_is_exact);
    ADD(jumps_to_both_sides_are_exact);
    ADD(small_jumps_cost_nothing);
    ADD(losses_have_the_virtual_time);
    ADD(a_cut_capture_goes_on_in_virtual_time);
    ADD(the_helpers_losses_misdate_nothing);
    ADD(host_alone_is_marked_and_reads_as_ever);
    ADD(append_begins_at_zero_again);
    ADD(append_on_another_clock_is_refused);
    ADD(host_and_both_can_be_one_capture);
    ADD(no_virtual_clock_to_read_is_refused);
    return g_test_run();
}
