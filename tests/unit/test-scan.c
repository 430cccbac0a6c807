/*
 * Reading a capture in steps while it is written: at each step the same as
 * reading all of it, and never more than was asked for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>
#include <unistd.h>

#include "capture/scan.h"
#include "util.h"

/* A rule that holds for the beginning of a line and not for the whole. */
static const char user_conf[] = "milestone Short\n"
                                "    matches ^ready$\n"
                                "milestone Latest\n"
                                "    last\n"
                                "    begins tick\n";

static CaptureScan *scan_of(const char *path)
{
    g_autoptr(GError) error = NULL;
    CaptureReader *r = capture_reader_open(path, &error);

    g_assert_no_error(error);
    return capture_scan_new(r);
}

static void say(CaptureWriter *w, uint8_t stream, const char *text)
{
    capture_append_bytes(w, capture_writer_now(w), stream,
                         (const uint8_t *)text, strlen(text));
}

static void vm(CaptureWriter *w, CaptureVmEvent event)
{
    uint8_t payload = event;

    g_assert_true(capture_append_event(w, capture_writer_now(w), CAPTURE_VM,
                                       &payload, 1));
}

static void pio(CaptureWriter *w, uint16_t key, uint32_t offset)
{
    CapturePio p = { .key = key, .offset = offset };

    g_assert_true(capture_append_event(w, capture_writer_now(w), CAPTURE_PIO,
                                       &p, sizeof(p)));
}

/* ------------------------------------------------------------------ */
/* What `bootstamp phases` does                                        */

typedef struct Whole {
    CaptureMilestones *phases;
    CaptureCopies *copies;
} Whole;

static Whole read_whole(const char *path)
{
    Whole whole = { capture_milestones_new(), capture_copies_new() };
    CaptureLines *lines = capture_lines_new();
    CaptureReader *r = capture_reader_open(path, NULL);
    CaptureRecord rec;
    CaptureLine line;

    while (capture_reader_next(r, &rec)) {
        capture_milestones_record(whole.phases, &rec);
        capture_copies_feed(whole.copies, &rec);
        if (capture_lines_feed(lines, &rec, &line)) {
            capture_milestones_line(whole.phases, &line);
        }
    }
    while (capture_lines_flush(lines, &line)) {
        capture_milestones_line(whole.phases, &line);
    }
    capture_lines_free(lines);
    capture_reader_close(r);
    return whole;
}

static void check_phases(const CaptureBoot *boot,
                         const CaptureMilestones *phases)
{
    g_assert_cmpuint(boot->phases->len, ==, capture_milestones_count(phases));
    g_assert_cmpuint(boot->dropped, ==, capture_milestones_dropped(phases));
    for (guint i = 0; i < boot->phases->len; i++) {
        const CaptureMilestone *got =
            &g_array_index(boot->phases, CaptureMilestone, i);
        const CaptureMilestone *want = capture_milestones_get(phases, i);

        g_assert_cmpstr(got->name, ==, want->name);
        g_assert_cmpuint(got->time, ==, want->time);
        g_assert_cmpuint(got->vtime, ==, want->vtime);
        g_assert_cmpuint(got->pos, ==, want->pos);
        g_assert_cmpuint(got->boot, ==, want->boot);
        g_assert_cmpint(got->source, ==, want->source);
        g_assert_cmpstr(got->detail, ==, want->detail);
    }
}

static void check_copies(const CaptureBoot *boot, const CaptureCopies *copies)
{
    g_assert_cmpuint(boot->copies->len, ==, capture_copies_count(copies));
    for (guint i = 0; i < boot->copies->len; i++) {
        const CaptureCopy *got = &g_array_index(boot->copies, CaptureCopy, i);
        const CaptureCopy *want = capture_copies_get(copies, i);

        g_assert_cmpuint(got->key, ==, want->key);
        g_assert_cmpuint(got->bytes, ==, want->bytes);
        g_assert_cmpuint(got->offset, ==, want->offset);
        g_assert_cmpuint(got->active_ns, ==, want->active_ns);
        g_assert_true(got->running == want->running);
    }
}

static void check(CaptureScan *scan, const char *path, CaptureWriter *w)
{
    Whole whole = read_whole(path);
    g_autoptr(CaptureBoot) boot = NULL;

    while (capture_scan_read(scan, capture_writer_words(w), 7)) {
    }
    boot = capture_scan_boot(scan);
    check_phases(boot, whole.phases);
    check_copies(boot, whole.copies);
    g_assert_cmpint(boot->state, ==, CAPTURE_LIVE);
    capture_milestones_free(whole.phases);
    capture_copies_free(whole.copies);
}

/* ------------------------------------------------------------------ */

static void each_step_is_the_same_as_reading_all(void)
{
    static const char *const pieces[] = {
        "SeaBIOS (",    "version 1.16", "\n",         "enter handle_19:\n",
        "rea",          "dy",           "y or not\n", "Booting",
        " from ROM...", "\ntick",       " 1\n",       "ti",
        "ck 2",         "\n",           "x",          "ready",
        "\n",           "ready\n",
    };
    g_autofree char *path = test_path("steps.bst");
    CaptureWriter *w = test_open_new(path);
    CaptureScan *scan = scan_of(path);
    CaptureItem item = { .key = FWCFG_INITRD_DATA, .size = 5000 };

    check(scan, path, w);
    vm(w, CAPTURE_VM_START);
    vm(w, CAPTURE_VM_RUN);
    g_assert_true(
        capture_append_event(w, 0, CAPTURE_ITEM, &item, sizeof(item)));
    for (int round = 0; round < 3; round++) {
        for (guint i = 0; i < G_N_ELEMENTS(pieces); i++) {
            say(w, i % 3 == 2, pieces[i]);
            check(scan, path, w);
        }
        pio(w, FWCFG_INITRD_DATA, 4096);
        check(scan, path, w);
        pio(w, FWCFG_INITRD_DATA, 5000);
        check(scan, path, w);
        vm(w, CAPTURE_VM_RESET);
        check(scan, path, w);
    }
    capture_scan_free(scan);
    capture_writer_close(w);
}

static void an_open_line_is_no_milestone_for_good(void)
{
    g_autofree char *path = test_path("open.bst");
    CaptureWriter *w = test_open_new(path);
    CaptureScan *scan = scan_of(path);
    g_autoptr(CaptureBoot) before = NULL;
    g_autoptr(CaptureBoot) after = NULL;

    say(w, 0, "ready");
    g_assert_false(capture_scan_read(scan, UINT64_MAX, UINT64_MAX));
    before = capture_scan_boot(scan);
    g_assert_cmpuint(before->phases->len, ==, 1);
    say(w, 0, " in a minute\n");
    g_assert_false(capture_scan_read(scan, UINT64_MAX, UINT64_MAX));
    after = capture_scan_boot(scan);
    g_assert_cmpuint(after->phases->len, ==, 0);
    capture_scan_free(scan);
    capture_writer_close(w);
}

static void no_more_is_read_than_asked_for(void)
{
    g_autofree char *path = test_path("bounds.bst");
    CaptureWriter *w = test_open_new(path);
    CaptureScan *scan = scan_of(path);
    uint64_t begin, end;

    g_assert_false(capture_scan_read(scan, UINT64_MAX, UINT64_MAX));
    begin = capture_scan_pos(scan);
    g_assert_cmpuint(begin, ==, capture_writer_words(w));
    test_bytes(w, 0, 1000);
    end = capture_writer_words(w);
    test_bytes(w, 0, 1000);
    g_assert_true(capture_scan_read(scan, end, 10));
    g_assert_cmpuint(capture_scan_pos(scan), ==, begin + 10);
    g_assert_true(capture_scan_read(scan, end, 990));
    g_assert_false(capture_scan_read(scan, end, 10));
    g_assert_cmpuint(capture_scan_pos(scan), ==, end);
    g_assert_false(capture_scan_read(scan, UINT64_MAX, UINT64_MAX));
    g_assert_cmpuint(capture_scan_pos(scan), ==, end + 1000);
    capture_scan_free(scan);
    capture_writer_close(w);
}

static void of_several_sessions_the_last_counts(void)
{
    g_autofree char *path = test_path("sessions.bst");
    CaptureWriterOptions options = { .path = path, .append = true };
    CaptureWriter *w = test_open(&options);
    CaptureScan *scan;
    g_autoptr(CaptureBoot) boot = NULL;

    vm(w, CAPTURE_VM_START);
    vm(w, CAPTURE_VM_RUN);
    pio(w, FWCFG_KERNEL_DATA, 10);
    capture_writer_close(w);
    w = test_open(&options);
    vm(w, CAPTURE_VM_START);
    scan = scan_of(path);
    check(scan, path, w);
    boot = capture_scan_boot(scan);
    g_assert_cmpuint(boot->phases->len, ==, 1);
    g_assert_cmpuint(boot->copies->len, ==, 0);
    g_assert_cmpuint(boot->start, >, 0);
    g_assert_cmpuint(boot->wall_ns, >, boot->start);
    capture_scan_free(scan);
    capture_writer_close(w);
}

static void a_file_cut_short_keeps_what_was_read(void)
{
    g_autofree char *path = test_path("cut.bst");
    CaptureWriter *w = test_open_new(path);
    CaptureScan *scan = scan_of(path);
    g_autoptr(CaptureBoot) boot = NULL;

    say(w, 0, "SeaBIOS (version 1\n");
    g_assert_false(capture_scan_read(scan, UINT64_MAX, UINT64_MAX));
    g_assert_cmpint(truncate(path, 0), ==, 0);
    test_bytes(w, 0, 1000);
    g_assert_false(capture_scan_read(scan, UINT64_MAX, UINT64_MAX));
    boot = capture_scan_boot(scan);
    g_assert_cmpuint(boot->phases->len, ==, 1);
    capture_scan_free(scan);
    capture_writer_close(w);
}

static void put_user_conf(void)
{
    g_autofree char *conf = NULL;
    g_autofree char *dir = NULL;

    g_setenv("XDG_CONFIG_HOME", test_dir(), TRUE);
    conf = capture_patterns_user_file();
    dir = g_path_get_dirname(conf);
    g_assert_cmpint(g_mkdir_with_parents(dir, 0700), ==, 0);
    test_store(conf, user_conf, strlen(user_conf));
}

int main(int argc, char **argv)
{
    test_begin(&argc, &argv);
    put_user_conf();
    g_test_add_func("/scan/steps", each_step_is_the_same_as_reading_all);
    g_test_add_func("/scan/open-line", an_open_line_is_no_milestone_for_good);
    g_test_add_func("/scan/bounds", no_more_is_read_than_asked_for);
    g_test_add_func("/scan/sessions", of_several_sessions_the_last_counts);
    g_test_add_func("/scan/cut", a_file_cut_short_keeps_what_was_read);
    return g_test_run();
}
