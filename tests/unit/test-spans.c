/*
 * Spans out of probes, and milestones that prefer a probe to the log.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "capture/milestones.h"
#include "capture/spans.h"
#include "capture/probe.h"
#include "util.h"

static uint64_t now;

static void feed(CaptureSpans *s, uint8_t id, uint32_t arg)
{
    CaptureRecord rec = {
        .kind = CAPTURE_PROBE,
        .time = ++now,
        .vtime = CAPTURE_NO_TIME,
        .pos = now,
        .u.probe = { .id = id, .arg = arg, .width = 4 },
    };

    capture_spans_record(s, &rec);
}

static void feed_named(CaptureSpans *s, uint8_t kind, uint8_t flags,
                       uint64_t arg, const char *name)
{
    CaptureRecord rec = {
        .kind = CAPTURE_NAMED,
        .time = ++now,
        .vtime = CAPTURE_NO_TIME,
        .pos = now,
        .u.named.head = { .kind = kind, .flags = flags, .arg = arg },
    };

    g_strlcpy(rec.u.named.name, name, sizeof(rec.u.named.name));
    capture_spans_record(s, &rec);
}

static void feed_vm(CaptureSpans *s, CaptureVmEvent event)
{
    CaptureRecord rec = { .kind = CAPTURE_VM,
                          .time = ++now,
                          .u.vm.event = event };

    capture_spans_record(s, &rec);
}

/* "number@depth+duration", '?' for no end, with the kind before it. */
static char *describe(CaptureSpans *s)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < capture_spans_count(s); i++) {
        const CaptureSpan *row = capture_spans_get(s, i);

        g_string_append_printf(out, "%s%c%u@%u", i ? " " : "",
                               ".n|p!"[row->kind], row -> number, row -> depth);
        if (row->name) {
            g_string_append_printf(out, ":%s", row->name);
        }
        if (row->end != CAPTURE_NO_TIME) {
            g_string_append_printf(out, "+%u",
                                   (unsigned)(row->end - row->time));
        } else if (row->kind == CAPTURE_SPAN_NESTED ||
                   row->kind == CAPTURE_SPAN_SIDE) {
            g_string_append_c(out, '?');
        }
    }
    capture_spans_free(s);
    return g_string_free(out, FALSE);
}

#define CHECK(spans, expected)                                                 \
    do {                                                                       \
        g_autofree char *got_ = describe(spans);                               \
        g_assert_cmpstr(got_, ==, expected);                                   \
    } while (0)

static void spans_nest(void)
{
    CaptureSpans *s = capture_spans_new();

    feed(s, 0x41, 0);
    feed(s, 0x42, 0);
    feed(s, 0x03, 7);
    feed(s, 0x82, 0);
    feed(s, 0x42, 0);
    feed(s, 0x82, 0);
    feed(s, 0x81, 0);
    CHECK(s, "n1@0+6 n2@1+2 .3@2 n2@1+1");
}

static void the_same_number_may_nest_in_itself(void)
{
    CaptureSpans *s = capture_spans_new();

    feed(s, 0x4c, 1);
    feed(s, 0x4c, 2);
    feed(s, 0x8c, 2);
    feed(s, 0x8c, 1);
    CHECK(s, "n12@0+3 n12@1+1");
}

static void what_was_not_ended_inside_has_no_end(void)
{
    CaptureSpans *s = capture_spans_new();

    feed(s, 0x41, 0);
    feed(s, 0x42, 0);
    feed(s, 0x43, 0);
    feed(s, 0x81, 0);
    feed(s, 0x82, 0);
    feed(s, 0x44, 0);
    CHECK(s, "n1@0+3 n2@1? n3@2? !2@0 n4@0?");
}

static void spans_side_by_side_overlap(void)
{
    CaptureSpans *s = capture_spans_new();

    feed(s, 0x41, 0);
    feed(s, 0x5c, 1);
    feed(s, 0x5c, 2);
    feed(s, 0x42, 0);
    feed(s, 0x9c, 1);
    feed(s, 0x9c, 3);
    feed(s, 0x82, 0);
    feed(s, 0x81, 0);
    feed(s, 0x9c, 2);
    CHECK(s, "n1@0+7 |28@1+3 |28@1+6 n2@1+3 !28@2");
}

/* Equal names, not equal numbers; side by side, the argument too. */
static void named_spans_pair_by_name(void)
{
    CaptureSpans *s = capture_spans_new();

    feed_named(s, 0x40, 0, 1, "a");
    feed_named(s, 0x40, 0, 1, "b");
    feed_named(s, 0x00, 0, 0, "p");
    feed_named(s, 0x80, 0, 2, "b");
    feed_named(s, 0x80, 0, 1, "c");
    feed(s, 0x80 | 1, 0);
    feed_named(s, 0x80, 0, 1, "a");
    feed_named(s, 0x40, 1, 5, "t");
    feed_named(s, 0x40, 1, 6, "t");
    feed_named(s, 0x80, 1, 5, "t");
    feed_named(s, 0x80, 1, 5, "t");
    feed_named(s, 0x80, 1, 6, "t");
    CHECK(s, "n0@0:a+6 n0@1:b+2 .0@2:p !0@1:c !1@1 |0@0:t+2 |0@0:t+3 !0@0:t");
}

/* However many names a guest thinks of, rows and their memory are limited. */
static void names_are_limited(void)
{
    CaptureSpans *s = capture_spans_new();

    for (unsigned i = 0; i < CAPTURE_SPANS_MAX + 100; i++) {
        g_autofree char *name = g_strdup_printf("name %u", i);

        feed_named(s, 0x00, 0, 0, name);
    }
    g_assert_cmpuint(capture_spans_count(s), ==, CAPTURE_SPANS_MAX);
    g_assert_cmpuint(capture_spans_dropped(s), ==, 100);
    g_assert_cmpstr(capture_spans_get(s, CAPTURE_SPANS_MAX - 1)->name, ==,
                    "name 65535");
    capture_spans_free(s);
}

static void a_reset_ends_the_boot(void)
{
    CaptureSpans *s = capture_spans_new();

    feed_vm(s, CAPTURE_VM_RESET); /* of machine creation */
    feed_vm(s, CAPTURE_VM_RUN);
    feed(s, 0x41, 0);
    feed(s, 0x7c, 0);
    feed_vm(s, CAPTURE_VM_RESET);
    feed(s, 0x41, 0);
    feed(s, 0x81, 0);
    feed(s, 0xbc, 0);
    g_assert_cmpuint(capture_spans_get(s, 0)->boot, ==, 0);
    g_assert_cmpuint(capture_spans_get(s, 2)->boot, ==, 1);
    CHECK(s, "n1@0? |60@1? n1@0+1 !60@0");
}

static void the_reserved_kind_is_shown_as_it_is(void)
{
    CaptureSpans *s = capture_spans_new();

    feed(s, 0xc1, 0);
    g_assert_cmphex(capture_spans_get(s, 0)->id, ==, 0xc1);
    CHECK(s, "!1@0");
}

static void too_deep_is_counted_and_unwinds(void)
{
    CaptureSpans *s = capture_spans_new();
    const guint deep = CAPTURE_SPANS_OPEN_MAX + 100;

    for (guint i = 0; i < deep; i++) {
        feed(s, 0x41, i);
    }
    for (guint i = 0; i < deep; i++) {
        feed(s, 0x81, i);
    }
    g_assert_cmpuint(capture_spans_count(s), ==, CAPTURE_SPANS_OPEN_MAX);
    g_assert_cmpuint(capture_spans_dropped(s), ==, 100);
    for (guint i = 0; i < CAPTURE_SPANS_OPEN_MAX; i++) {
        const CaptureSpan *row = capture_spans_get(s, i);

        g_assert_cmpuint(row->depth, ==, i);
        g_assert_cmpuint(row->end - row->time, ==, 2 * (deep - i) - 1);
    }
    capture_spans_free(s);
}

static void any_bytes_do_no_harm(void)
{
    CaptureSpans *s = capture_spans_new();

    for (guint i = 0; i < 400000; i++) {
        feed(s, g_test_rand_int(), g_test_rand_int_range(0, 4));
        if (i % 5000 == 0) {
            feed_vm(s, i % 10000 ? CAPTURE_VM_RESET : CAPTURE_VM_RUN);
        }
    }
    g_assert_cmpuint(capture_spans_count(s), ==, CAPTURE_SPANS_MAX);
    for (guint i = 0; i < capture_spans_count(s); i++) {
        const CaptureSpan *row = capture_spans_get(s, i);

        g_assert_cmpuint(row->depth, <=, CAPTURE_SPANS_OPEN_MAX);
        g_assert_true(row->end > row->time);
    }
    capture_spans_free(s);
}

/* ------------------------------------------------------------------ */
/* Milestones                                                          */

static void say(CaptureMilestones *p, const char *text)
{
    CaptureLine line = { .time = ++now,
                         .pos = now,
                         .vtime = CAPTURE_NO_TIME,
                         .text = text,
                         .len = strlen(text),
                         .complete = true };

    capture_milestones_line(p, &line);
}

static void probe(CaptureMilestones *p, uint8_t id)
{
    CaptureRecord rec = { .kind = CAPTURE_PROBE,
                          .time = ++now,
                          .vtime = CAPTURE_NO_TIME,
                          .u.probe = { .id = id } };

    capture_milestones_record(p, &rec);
}

static void milestones_prefer_probes(void)
{
    CaptureMilestones *p = capture_milestones_new();
    const CaptureMilestone *row;
    uint64_t jump;

    say(p, "SeaBIOS (version x)");
    row = capture_milestones_get(p, 0);
    g_assert_cmpint(row->source, ==, CAPTURE_SOURCE_LOG);
    say(p, "Booting from ROM...");
    say(p, "Booting from c980:0000");
    probe(p, BOOTPROBE_BOOT_OS);
    say(p, "Booting from Hard Disk...");
    probe(p, BOOTPROBE_BOOT_OS);
    jump = now;
    g_assert_cmpuint(capture_milestones_count(p), ==, 3);
    row = capture_milestones_get(p, 1);
    g_assert_cmpstr(row->name, ==, "BIOS boot attempt");
    g_assert_cmpstr(row->detail, ==, "ROM: failed");
    g_assert_cmpint(row->source, ==, CAPTURE_SOURCE_PROBE);
    row = capture_milestones_get(p, 2);
    g_assert_cmpstr(row->name, ==, "BIOS boot OS");
    g_assert_cmpstr(row->detail, ==, "Hard Disk");
    g_assert_cmpint(row->source, ==, CAPTURE_SOURCE_PROBE);
    g_assert_cmpuint(row->time, ==, jump);
    capture_milestones_free(p);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/spans/nest", spans_nest);
    g_test_add_func("/spans/in-itself", the_same_number_may_nest_in_itself);
    g_test_add_func("/spans/no-end", what_was_not_ended_inside_has_no_end);
    g_test_add_func("/spans/side", spans_side_by_side_overlap);
    g_test_add_func("/spans/named", named_spans_pair_by_name);
    g_test_add_func("/spans/names", names_are_limited);
    g_test_add_func("/spans/reset", a_reset_ends_the_boot);
    g_test_add_func("/spans/reserved", the_reserved_kind_is_shown_as_it_is);
    g_test_add_func("/spans/deep", too_deep_is_counted_and_unwinds);
    g_test_add_func("/spans/random", any_bytes_do_no_harm);
    g_test_add_func("/phases/probes", milestones_prefer_probes);
    return g_test_run();
}
