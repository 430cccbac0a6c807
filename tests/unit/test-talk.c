/*
 * What talking cost, and the kernel's initcalls, out of bytes and lines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>
#include <string.h>

#include "capture/initcalls.h"
#include "capture/talk.h"

static void say(CaptureTalk *t, uint64_t *time, uint64_t step, const char *text)
{
    for (; *text; text++) {
        capture_talk_feed(t, &(CaptureRecord){ .kind = CAPTURE_BYTE,
                                               .time = *time,
                                               .stream = 1,
                                               .byte = *text });
        *time += step;
    }
}

static void assert_use(CaptureTalkUse use, uint64_t bytes, uint64_t gaps,
                       uint64_t ns)
{
    g_assert_cmpuint(use.bytes, ==, bytes);
    g_assert_cmpuint(use.gaps, ==, gaps);
    g_assert_cmpuint(use.talk_ns, ==, ns);
}

/* Between bytes of a line, and not between lines. */
static void test_talk(void)
{
    CaptureTalk *t = capture_talk_new();
    uint64_t time = 1000;

    say(t, &time, 100, "abc\n");
    assert_use(capture_talk_total(t, 1), 4, 3, 300);
    time += 50; /* a line follows the other at once: that is no gap of one */
    say(t, &time, 10, "de\n");
    assert_use(capture_talk_total(t, 1), 7, 5, 320);
    assert_use(capture_talk_between(t, 1, 0, 1300), 4, 3, 300);
    assert_use(capture_talk_total(t, 0), 0, 0, 0);
    capture_talk_feed(t, &(CaptureRecord){ .kind = CAPTURE_SESSION });
    assert_use(capture_talk_total(t, 1), 0, 0, 0);
    capture_talk_free(t);
}

/* The guest did something else in between: no talking. */
static void test_pause(void)
{
    CaptureTalk *t = capture_talk_new();
    uint64_t time = 0;

    say(t, &time, 100, "Waiting...");
    time += CAPTURE_TALK_GAP_NS + 1;
    say(t, &time, 100, "done\n");
    assert_use(capture_talk_total(t, 1), 15, 13, 1300);
    capture_talk_free(t);
}

/* What has no newline yet counts, in the phase in which it stands. */
static void test_open_line(void)
{
    CaptureTalk *t = capture_talk_new();
    uint64_t time = 1000;

    say(t, &time, 100, "login: ");
    assert_use(capture_talk_total(t, 1), 7, 6, 600);
    assert_use(capture_talk_between(t, 1, 0, 500), 0, 0, 0);
    time = 0; /* a hostile file's time steps back */
    say(t, &time, 0, "x\n");
    assert_use(capture_talk_total(t, 1), 9, 8, 600);
    capture_talk_free(t);
}

/* ------------------------------------------------------------------ */

static void print(CaptureInitcalls *c, uint64_t time, const char *text)
{
    capture_initcalls_line(c, &(CaptureLine){ .time = time,
                                              .pos = time,
                                              .text = text,
                                              .len = strlen(text),
                                              .complete = true });
}

static void test_initcalls(void)
{
    CaptureInitcalls *c = capture_initcalls_new();
    const CaptureInitcall *call;

    print(c, 100, "[    0.100000] calling  acpi_init+0x0/0x4b0 @ 1");
    print(c, 150, "[    0.100000] ACPI: Interpreter enabled");
    print(c, 160, "calling  slow_init+0x0/0x1000 [slow] @ 99");
    print(c, 9000, "[    0.109000] probe of 00:03 returned 0 after 2 usecs");
    print(c, 9100,
          "<7>[    0.109000] initcall acpi_init+0x0/0x4b0 returned 0 after "
          "8999 usecs ");
    print(c, 9200,
          "initcall slow_init+0x0/0x1000 [slow] returned -19 after 9 usecs");
    g_assert_cmpuint(capture_initcalls_count(c), ==, 3);
    call = capture_initcalls_get(c, 0);
    g_assert_cmpint(call->kind, ==, CAPTURE_INITCALL_PROBE);
    g_assert_cmpstr(call->name, ==, "00:03");
    g_assert_cmpuint(call->start, ==, 7000);
    g_assert_cmpuint(capture_initcall_ns(call), ==, 2000);
    call = capture_initcalls_get(c, 1);
    g_assert_cmpstr(call->name, ==, "acpi_init");
    g_assert_cmpuint(call->start, ==, 100);
    g_assert_cmpuint(call->end, ==, 9100);
    g_assert_cmpuint(call->usecs, ==, 8999);
    call = capture_initcalls_get(c, 2);
    g_assert_cmpstr(call->name, ==, "slow_init");
    g_assert_cmpint(call->result, ==, -19);
    g_assert_null(capture_initcalls_get(c, 3));
    capture_initcalls_free(c);
}

/* What looks like one and is none, or has no beginning. */
static void test_no_initcalls(void)
{
    static const char *const lines[] = {
        "initcall never_called+0x0/0x1 returned 0 after 1 usecs",
        "initcall ",
        "initcall x",
        "initcall x returned",
        "initcall x returned 0 after",
        "initcall x returned 0 after 1 minutes",
        "probe of  returned 0 after 1 usecs",
        "probe of x returned 0 after 99999999999999999999999 usecs",
        "calling  ",
        "calling  a_name_of_more_than_sixty_four_characters_of_which_nobody_"
        "would_think",
        "[",
        "<",
        "",
        "calling x",
        "a probe of 00:03 returned 0 after 1 usecs",
    };
    CaptureInitcalls *c = capture_initcalls_new();

    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        print(c, i, lines[i]);
    }
    g_assert_cmpuint(capture_initcalls_count(c), ==, 0);
    capture_initcalls_free(c);
}

static void test_slowest(void)
{
    CaptureInitcalls *c = capture_initcalls_new();
    g_autoptr(GPtrArray) slowest = NULL;
    const CaptureInitcall *first;

    for (guint i = 0; i < CAPTURE_INITCALLS_MAX + 5; i++) {
        g_autofree char *line =
            g_strdup_printf("probe of d%u returned 0 after %u usecs", i,
                            i == 700 ? 999999 : i % 100);

        print(c, 2000000000, line);
    }
    g_assert_cmpuint(capture_initcalls_count(c), ==, CAPTURE_INITCALLS_MAX);
    g_assert_cmpuint(capture_initcalls_dropped(c), ==, 5);
    slowest = capture_initcalls_slowest(c);
    first = slowest->pdata[0];
    g_assert_cmpstr(first->name, ==, "d700");
    capture_initcalls_record(c, &(CaptureRecord){ .kind = CAPTURE_SESSION });
    g_assert_cmpuint(capture_initcalls_count(c), ==, 0);
    g_assert_cmpuint(capture_initcalls_dropped(c), ==, 0);
    capture_initcalls_free(c);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/talk/between-bytes-of-a-line", test_talk);
    g_test_add_func("/talk/pause", test_pause);
    g_test_add_func("/talk/open-line", test_open_line);
    g_test_add_func("/initcalls/rows", test_initcalls);
    g_test_add_func("/initcalls/none", test_no_initcalls);
    g_test_add_func("/initcalls/slowest", test_slowest);
    return g_test_run();
}
