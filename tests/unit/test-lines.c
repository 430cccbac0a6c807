/*
 * From bytes to lines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "capture/lines.h"
#include "util.h"

typedef struct Feed {
    CaptureLines *lines;
    uint64_t pos; /* one record after the other; its time is ten times that */
    CaptureLine line;
} Feed;

static bool feed_byte(Feed *f, uint8_t stream, char byte)
{
    CaptureRecord rec = {
        .kind = CAPTURE_BYTE,
        .stream = stream,
        .byte = byte,
        .pos = f->pos,
        .time = f->pos * 10,
        .vtime = f->pos * 10 + 1,
    };

    f->pos++;
    return capture_lines_feed(f->lines, &rec, &f->line);
}

/* Feeds @text; a line may come out with its last byte alone. */
static bool feed(Feed *f, uint8_t stream, const char *text)
{
    bool out = false;

    for (; *text; text++) {
        g_assert_false(out);
        out = feed_byte(f, stream, *text);
    }
    return out;
}

static void check(const CaptureLine *line, const char *text, bool complete,
                  bool continued)
{
    g_assert_cmpmem(line->text, line->len, text, strlen(text));
    g_assert_cmpint(line->complete, ==, complete);
    g_assert_cmpint(line->continued, ==, continued);
}

static void a_line_has_the_times_of_its_first_and_last_byte(void)
{
    Feed f = { .lines = capture_lines_new(), .pos = 5 };

    g_assert_true(feed(&f, 0, "abc\n"));
    check(&f.line, "abc", true, false);
    g_assert_cmpuint(f.line.pos, ==, 5);
    g_assert_cmpuint(f.line.time, ==, 50);
    g_assert_cmpuint(f.line.vtime, ==, 51);
    g_assert_cmpuint(f.line.end_time, ==, 80);
    g_assert_cmpuint(f.line.stream, ==, 0);
    capture_lines_free(f.lines);
}

static void empty_lines_are_lines(void)
{
    Feed f = { .lines = capture_lines_new() };

    for (int i = 0; i < 3; i++) {
        g_assert_true(feed(&f, 0, "\n"));
        check(&f.line, "", true, false);
        g_assert_nonnull(f.line.text);
        g_assert_cmpuint(f.line.time, ==, i * 10);
    }
    capture_lines_free(f.lines);
}

static void bytes_of_all_values_stay_as_they_are(void)
{
    Feed f = { .lines = capture_lines_new() };
    unsigned char want[255];
    size_t n = 0;

    for (int i = 0; i < 256; i++) {
        if (i != '\n') {
            g_assert_false(feed_byte(&f, 3, i));
            want[n++] = i;
        }
    }
    g_assert_true(feed_byte(&f, 3, '\n'));
    g_assert_cmpmem(f.line.text, f.line.len, want, n);
    capture_lines_free(f.lines);
}

static void streams_do_not_mix(void)
{
    Feed f = { .lines = capture_lines_new() };

    for (unsigned i = 0; i < CAPTURE_STREAMS_MAX; i++) {
        g_assert_false(feed_byte(&f, i, 'a' + i % 26));
    }
    for (unsigned i = CAPTURE_STREAMS_MAX; i-- > 0;) {
        char want[2] = { 'a' + i % 26 };

        g_assert_true(feed_byte(&f, i, '\n'));
        check(&f.line, want, true, false);
        g_assert_cmpuint(f.line.stream, ==, i);
        g_assert_cmpuint(f.line.pos, ==, i);
    }
    capture_lines_free(f.lines);
}

static void other_records_are_ignored(void)
{
    Feed f = { .lines = capture_lines_new() };
    CaptureRecord rec = { .kind = CAPTURE_VM };
    CaptureRecord wrong = { .kind = CAPTURE_BYTE, .stream = 200, .byte = '\n' };

    g_assert_false(capture_lines_feed(f.lines, &rec, &f.line));
    g_assert_false(capture_lines_feed(f.lines, &wrong, &f.line));
    g_assert_false(capture_lines_flush(f.lines, &f.line));
    capture_lines_free(f.lines);
}

static void a_long_line_comes_in_pieces(void)
{
    Feed f = { .lines = capture_lines_new() };

    for (int piece = 0; piece < 3; piece++) {
        for (unsigned i = 1; i < CAPTURE_LINE_MAX; i++) {
            g_assert_false(feed_byte(&f, 0, 'a' + piece));
        }
        g_assert_true(feed_byte(&f, 0, 'z'));
        g_assert_cmpuint(f.line.len, ==, CAPTURE_LINE_MAX);
        g_assert_cmpint(f.line.text[0], ==, 'a' + piece);
        g_assert_cmpint(f.line.text[CAPTURE_LINE_MAX - 1], ==, 'z');
        g_assert_cmpint(f.line.continued, ==, piece > 0);
        g_assert_false(f.line.complete);
        g_assert_cmpuint(f.line.pos, ==, piece * CAPTURE_LINE_MAX);
    }
    g_assert_true(feed(&f, 0, "end\n"));
    check(&f.line, "end", true, true);
    g_assert_true(feed(&f, 0, "next\n"));
    check(&f.line, "next", true, false);
    capture_lines_free(f.lines);
}

static void flush_gives_what_has_no_newline_yet(void)
{
    Feed f = { .lines = capture_lines_new() };

    feed(&f, 1, "prompt> ");
    feed(&f, 4, "login: ");
    g_assert_true(capture_lines_flush(f.lines, &f.line));
    check(&f.line, "prompt> ", false, false);
    g_assert_true(capture_lines_flush(f.lines, &f.line));
    check(&f.line, "login: ", false, false);
    g_assert_cmpuint(f.line.stream, ==, 4);
    g_assert_false(capture_lines_flush(f.lines, &f.line));
    g_assert_true(feed(&f, 1, "ls\n"));
    check(&f.line, "ls", true, true);
    capture_lines_free(f.lines);
}

static void peek_takes_nothing_away(void)
{
    Feed f = { .lines = capture_lines_new() };
    CaptureLine line;

    g_assert_false(capture_lines_peek(f.lines, 0, &line));
    feed(&f, 0, "ab");
    for (int i = 0; i < 2; i++) {
        g_assert_true(capture_lines_peek(f.lines, 0, &line));
        check(&line, "ab", false, false);
    }
    g_assert_false(capture_lines_peek(f.lines, 1, &line));
    g_assert_true(feed(&f, 0, "c\n"));
    check(&f.line, "abc", true, false);
    g_assert_false(capture_lines_peek(f.lines, 0, &line));
    capture_lines_free(f.lines);
    capture_lines_free(NULL);
}

int main(int argc, char **argv)
{
    test_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/lines/" #name, name)
    ADD(a_line_has_the_times_of_its_first_and_last_byte);
    ADD(empty_lines_are_lines);
    ADD(bytes_of_all_values_stay_as_they_are);
    ADD(streams_do_not_mix);
    ADD(other_records_are_ignored);
    ADD(a_long_line_comes_in_pieces);
    ADD(flush_gives_what_has_no_newline_yet);
    ADD(peek_takes_nothing_away);
    return g_test_run();
}
