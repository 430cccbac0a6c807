/*
 * The screen at a time: jumps show what going forward shows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "util.h"
#include "viewer/common/screen-at.h"

#define STEP_NS 1000

static uint64_t now;

static void say(CaptureWriter *w, const char *text)
{
    for (; *text; text++) {
        now += STEP_NS;
        capture_append_bytes(w, now, 0, (const uint8_t *)text, 1);
    }
}

static void check_row(const ScreenAt *s, int row, const char *want)
{
    g_autoptr(GString) text = g_string_new(NULL);

    screen_at_append_row(s, row, text);
    g_assert_cmpstr(text->str, ==, want);
}

static ScreenAt *open_screen(const char *path)
{
    ScreenAt *s = screen_at_new(path, 0, false, NULL);

    g_assert_nonnull(s);
    return s;
}

static void a_screen_is_that_of_its_time(void)
{
    g_autofree char *path = test_path("small.bst");
    CaptureWriter *w = test_open_new(path);
    ScreenAt *s;
    ScreenCell cell;
    uint64_t menu, chosen;
    int row, column;

    now = 0;
    say(w,
        "\033[2J\033[1;3HMenu\033[3;1H\033[7m*one\033[m\033[4;1H two \xc3\xbc\xe6\x97\xa5");
    menu = now;
    say(w, "\033[3;1H one\033[4;1H\033[7m*two\033[m");
    chosen = now;
    say(w, "\033[2J\033[Hbooting\nnow");
    capture_writer_close(w);

    s = open_screen(path);
    for (int i = 0; i < 2; i++) {
        g_assert_true(screen_at_seek(s, menu, INT64_MAX));
        check_row(s, 0, "  Menu");
        check_row(s, 2, "*one");
        check_row(s, 3, " two \xc3\xbc\xe6\x97\xa5");
        screen_at_cell(s, 2, 0, &cell);
        g_assert_true(cell.reverse);
        g_assert_true(screen_at_cursor(s, &row, &column));
        g_assert_cmpint(row, ==, 3);
        g_assert_cmpint(column, ==, 8);
        /* A byte earlier the last character is not there. */
        g_assert_true(screen_at_seek(s, menu - 1, INT64_MAX));
        check_row(s, 3, " two \xc3\xbc");
        g_assert_true(screen_at_seek(s, chosen, INT64_MAX));
        check_row(s, 2, " one");
        check_row(s, 3, "*two \xc3\xbc\xe6\x97\xa5");
        g_assert_true(screen_at_seek(s, UINT64_MAX, INT64_MAX));
        check_row(s, 0, "booting");
        check_row(s, 1,
                  "now"); /* a line feed alone goes to the start as well */
        check_row(s, 2, "");
    }
    screen_at_free(s);
}

static const char *const pieces[] = {
    "\033[2J",
    "\033[H",
    "\033[31m",
    "\033[1;44m",
    "\033[m",
    "\033[5;20r",
    "\033[r",
    "\033[?7l",
    "\033[?7h",
    "\033(0",
    "\033(B",
    "\r\n",
    "\n\r",
    "\033[K",
    "\033[3L",
    "\033[2M",
    "\033M",
    "\033[?1049h",
    "\033[?1049l",
    "\033[?25l",
    "\033[?25h",
    "lqqk",
    "some words ",
    "\xe2\x94\x80",
    "\xf0\x9f\x9a\x80",
    "\033[38;5;9m",
    "\033[7mx\033[m",
    "\t",
    "\b",
    "\033c",
};

/* A stream of several checkpoints, as hard on a screen as any. */
static void make_long(const char *path, size_t bytes)
{
    CaptureWriterOptions options = { .path = path };
    CaptureWriter *w = test_open(&options);
    GRand *rand = g_rand_new_with_seed(12);
    uint64_t begin, rested = 0;

    now = 0;
    for (begin = now; (now - begin) / STEP_NS < bytes;) {
        guint i = g_rand_int_range(rand, 0, G_N_ELEMENTS(pieces) + 20);
        g_autofree char *text =
            i < G_N_ELEMENTS(pieces)
                ? g_strdup(pieces[i])
                : g_strdup_printf("\033[%d;%dHtext %u",
                                  g_rand_int_range(rand, 1, 26),
                                  g_rand_int_range(rand, 1, 81), i);

        say(w, text);
        if (now > rested + 65536 * STEP_NS) {
            rested = now;
            g_usleep(4000); /* the helper has to keep up */
        }
    }
    capture_writer_close(w);
    g_rand_free(rand);
}

static GString *whole_screen(const ScreenAt *s)
{
    GString *out = g_string_new(NULL);

    for (int row = 0; row < SCREEN_ROWS; row++) {
        screen_at_append_row(s, row, out);
        g_string_append_c(out, '\n');
    }
    return out;
}

static void a_jump_shows_the_same_as_going_there(void)
{
    g_autofree char *path = test_path("long.bst");
    size_t bytes = 3 * SCREEN_CHECK_BYTES;
    ScreenAt *jumps, *forward;
    GRand *rand = g_rand_new_with_seed(7);
    GString *screens[32];

    make_long(path, bytes);
    forward = open_screen(path);
    for (guint i = 0; i < G_N_ELEMENTS(screens); i++) {
        g_assert_true(screen_at_seek(forward, (i + 1) * (bytes / 32) * STEP_NS,
                                     INT64_MAX));
        screens[i] = whole_screen(forward);
    }
    jumps = open_screen(path);
    g_assert_true(screen_at_seek(jumps, UINT64_MAX, INT64_MAX));
    for (int n = 0; n < 100; n++) {
        guint i = g_rand_int_range(rand, 0, G_N_ELEMENTS(screens));
        g_autoptr(GString) got = NULL;
        gint64 start = g_get_monotonic_time();

        g_assert_true(
            screen_at_seek(jumps, (i + 1) * (bytes / 32) * STEP_NS, INT64_MAX));
        g_assert_cmpint(g_get_monotonic_time() - start, <, 10000000);
        got = whole_screen(jumps);
        g_assert_cmpstr(got->str, ==, screens[i]->str);
    }
    for (guint i = 0; i < G_N_ELEMENTS(screens); i++) {
        g_string_free(screens[i], TRUE);
    }
    screen_at_free(forward);
    screen_at_free(jumps);
    g_rand_free(rand);
}

static void a_deadline_is_kept(void)
{
    g_autofree char *path = test_path("late.bst");
    ScreenAt *s;
    int calls = 1;

    make_long(path, SCREEN_CHECK_BYTES);
    s = open_screen(path);
    while (!screen_at_seek(s, UINT64_MAX, 0)) {
        calls++;
    }
    g_assert_cmpint(calls, >, 2);
    screen_at_free(s);
}

int main(int argc, char **argv)
{
    test_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/screen-at/" #name, name)
    ADD(a_screen_is_that_of_its_time);
    ADD(a_jump_shows_the_same_as_going_there);
    ADD(a_deadline_is_kept);
    return g_test_run();
}
