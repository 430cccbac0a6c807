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
    g_assert_cmpuint(f.line.end_time, ==, 70);
    g_assert_cmpuint(f.line.stream, ==, 0);
    capture_lines_free(f.lines);
}

/* Debian's installer clears lines with blanks and returns. */
static void a_line_of_blanks_ends_with_the_last_one(void)
{
    Feed f = { .lines = capture_lines_new() };

    g_assert_true(feed(&f, 0, "  \r   \r\n"));
    check(&f.line, "     ", true, false);
    g_assert_cmpuint(f.line.time, ==, 0);
    g_assert_cmpuint(f.line.end_time, ==, 50);
    g_assert_true(feed(&f, 0, "ab \r  \n"));
    check(&f.line, "ab   ", true, false);
    g_assert_cmpuint(f.line.end_time, ==, 100); /* that behind the text */
    capture_lines_free(f.lines);
}

static void line_ends_alone_make_no_line(void)
{
    Feed f = { .lines = capture_lines_new() };
    static const char *const ends[] = { "\n",
                                        "\r\n",
                                        "\n\r",
                                        "\r\r\n",
                                        "\x1b[m\n",
                                        "\v",
                                        "\f",
                                        "\x1b"
                                        "E" };

    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_assert_false(feed(&f, 0, ends[i]));
    }
    g_assert_false(capture_lines_flush(f.lines, &f.line));
    capture_lines_free(f.lines);
}

/* Each is fed byte by byte and must come out as the rows that are named. */
typedef struct Case {
    const char *bytes;
    const char *rows[8]; /* "time text", the time that of the first byte */
    CaptureLineEnd ends[8];
} Case;

#define FED CAPTURE_LINE_FED
#define OVER CAPTURE_LINE_OVERWRITTEN
#define MOVED CAPTURE_LINE_MOVED
#define OPEN CAPTURE_LINE_OPEN

static const Case cases[] = {
    /* clang-format off: a case each */
    { "a\nb\n", { "0 a", "20 b" }, { FED, FED } },
    { "a\r\nb\r\n", { "0 a", "30 b" }, { FED, FED } },
    { "a\n\rb\n\r", { "0 a", "30 b" }, { FED, FED } },
    { "a\r\r\nb\r\r\n", { "0 a", "40 b" }, { FED, FED } },
    { "one\rtwo\rthree\n",
      { "0 one", "40 two", "80 three" },
      { OVER, OVER, FED } },
    { "a\r", { "0 a" }, { OPEN } },
    /* blanks over a row belong to it; before text they begin the next */
    { "ab\r  \r\n", { "0 ab  " }, { FED } },
    { "ab\r  c\n", { "0 ab", "30   c" }, { OVER, FED } },
    { "ab\r  \rc\n", { "0 ab  ", "60 c" }, { OVER, FED } },
    { "  \n", { "0   " }, { FED } },
    { "\ta\n", { "0 \ta" }, { FED } },
    /* clears and addresses */
    { "\x1b[2J\x1b[01;01H\x1b[=3hx\n", { "170 x" }, { FED } },
    { "a\x1b[2;1Hb\x1b[3;1Hc",
      { "0 a", "70 b", "140 c" },
      { MOVED, MOVED, OPEN } },
    { "a\x1b[2Jb\n", { "0 a", "50 b" }, { MOVED, FED } },
    { "a\x1b[Kb\x1b[Jc\n", { "0 abc" }, { FED } },
    { "a\x1b[1;1H    \x1b[2;1H\n", { "0 a" }, { FED } },
    { "\x1b[1;1H    \x1b[2;1H    \n", { NULL }, { OPEN } },
    { "a\x1b"
      "cb\n",
      { "0 a", "30 b" },
      { MOVED, FED } },
    { "a\x1bMb\n", { "0 a", "30 b" }, { MOVED, FED } },
    { "\x1b[?1049ha\x1b[?25lb\n", { "80 ab" }, { FED } },
    /* colours stay in the line */
    { "[\x1b[0;32m  OK  \x1b[0m] x\n", { "0 [  OK  ] x" }, { FED } },
    { "a\x1b[38;2;1;2;3mb\x1b[1 qc\x1b(0d\n", { "0 abcd" }, { FED } },
    /* what systemd does to its own animation */
    { "[\x1b[31m*\x1b[m] x\r\n\x1bM\r\x1b[K[ OK ] y\r\n",
      { "0 [*] x", "210 [ OK ] y" },
      { FED, FED } },
    /* backspaces */
    { "a/\b-\b\\\bb\n",
      { "0 a/", "30 -", "50 \\", "70 b" },
      { OVER, OVER, OVER, FED } },
    { "ab\b \b\b \bc\n", { "0 ab  ", "80 c" }, { OVER, FED } },
    { "\b\ba\n", { "20 a" }, { FED } },
    /* UTF-8, and C1 in it and alone */
    { "\xc3\xbc\xe2\x82\xac\xf0\x9f\x9a\x80\n",
      { "0 \xc3\xbc\xe2\x82\xac\xf0\x9f\x9a\x80" },
      { FED } },
    { "\xc2\xa9\n", { "0 \xc2\xa9" }, { FED } },
    { "a\xc2\x9b"
      "1mb\x9b"
      "2Jc\n",
      { "0 ab", "90 c" },
      { MOVED, FED } },
    { "a\x85"
      "b\xc2\x85",
      { "0 a", "20 b" },
      { FED, FED } },
    { "\xc2\nx", { "0 \xc2", "20 x" }, { FED, OPEN } },
    { "a\r\xc2\nx", { "0 a\xc2", "40 x" }, { FED, OPEN } },
    { "\xff\x80 \xc3z\n", { "0 \xff\x80 \xc3z" }, { FED } },
    { "a\x1b[2;1H \x80\n", { "0 a", "70  \x80" }, { MOVED, FED } },
    /* strings */
    { "\x1b]0;title\x07"
      "a\n",
      { "100 a" },
      { FED } },
    { "\x1bPq\xe2\x9c\x9c\x1b\\a\n", { "80 a" }, { FED } },
    { "\x1b]0;no end\na\n", { "110 a" }, { FED } },
    { "\x1b_x\x18y\n", { "40 y" }, { FED } },
    /* a line end breaks a sequence off */
    { "a\x1b[0;3\n[b\n", { "0 a", "70 [b" }, { FED, FED } },
    { "a\x1b\x1b[31\x1b[mb\x1b\xc3\xbc\n", { "0 ab\xc3\xbc" }, { FED } },
    { "a\x7f"
      "b\0c\x07\n",
      { "0 ab" },
      { OPEN } }, /* up to the NUL */
    /* clang-format on */
};

static void check_row(const Case *c, int i, const CaptureLine *line)
{
    g_autofree char *got = g_strdup_printf(
        "%" G_GUINT64_FORMAT " %.*s", line->time, (int)line->len, line->text);

    g_assert_cmpstr(got, ==, c->rows[i]);
    g_assert_cmpint(line->end, ==, c->ends[i]);
    g_assert_cmpuint(line->pos, ==, line->time / 10);
    g_assert_cmpuint(line->vtime, ==, line->time + 1);
}

static void a_line_is_text_on_a_terminal(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Case *c = &cases[i];
        Feed f = { .lines = capture_lines_new() };
        int n = 0;

        for (const char *p = c->bytes; *p; p++) {
            if (feed_byte(&f, 0, *p)) {
                check_row(c, n++, &f.line);
            }
        }
        while (capture_lines_flush(f.lines, &f.line)) {
            check_row(c, n++, &f.line);
        }
        g_assert_null(c->rows[n]);
        capture_lines_free(f.lines);
    }
}

/* From each place on, and in runs of any length, the rows are the same. */
static void a_state_kept_goes_on_the_same(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Case *c = &cases[i];
        size_t len = strlen(c->bytes);

        for (size_t cut = 0; cut <= len; cut++) {
            Feed f = { .lines = capture_lines_new() };
            CaptureLines *rest = capture_lines_new();
            CaptureCursor at = { .pos = cut, .vclock = CAPTURE_NO_TIME };
            CaptureLineState state;
            CaptureLine line;
            uint64_t times[128];
            size_t done = cut;
            int n = 0;

            for (size_t j = 0; j < cut; j++) {
                n += feed_byte(&f, 0, c->bytes[j]);
            }
            for (size_t j = 0; j < len; j++) {
                times[j] = j * 10;
            }
            capture_lines_save(f.lines, 0, &state);
            capture_lines_restore(rest, 0, &state);
            while (done < len) {
                bool over;

                at.pos = done;
                done += capture_lines_feed_bytes(
                    rest, 0, (const uint8_t *)c->bytes + done, times + done,
                    len - done, &at, &line, &over);
                if (over && line.pos >= cut) {
                    line.vtime = line.time + 1;
                    if (line.pos) {
                        check_row(c, n, &line);
                    }
                }
                n += over;
            }
            while (capture_lines_flush(rest, &line)) {
                n++;
            }
            g_assert_null(c->rows[n]);
            capture_lines_free(rest);
            capture_lines_free(f.lines);
        }
    }
}

static void bytes_are_kept_where_they_are_asked_for(void)
{
    static const struct {
        const char *bytes, *rows[4];
    } kept[] = {
        { "\x1b[2J\x1b[0;32mok\x1b[m\r\n\x1b[1mb\n",
          { "\x1b[2J\x1b[0;32mok\x1b[m", "\x1b[1mb" } },
        { "a\x1b[m\r\x1b[Kb\n\r", { "a\x1b[m", "\x1b[Kb" } },
        { "a\x1b[31m\x1b[2;1H\x1b[1mb\n",
          { "a\x1b[31m", "\x1b[2;1H\x1b[1mb" } },
        { "a\r  b\n", { "a", "  b" } },
        { "a\r  \r\n\n\nb\n", { "a\r  ", "b" } },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
        Feed f = { .lines = capture_lines_new() };
        int n = 0;

        capture_lines_keep_bytes(f.lines);
        for (const char *p = kept[i].bytes; *p; p++) {
            if (feed_byte(&f, 0, *p)) {
                g_assert_cmpmem(f.line.bytes, f.line.n_bytes, kept[i].rows[n],
                                strlen(kept[i].rows[n]));
                n++;
            }
        }
        g_assert_null(kept[i].rows[n]);
        capture_lines_free(f.lines);
    }
}

/* A guest that never shows anything takes no memory, and no row. */
static void controls_without_end_cost_nothing(void)
{
    Feed f = { .lines = capture_lines_new() };
    CaptureLine line;

    capture_lines_keep_bytes(f.lines);
    for (int i = 0; i < 4 * CAPTURE_LINE_MAX; i++) {
        g_assert_false(feed_byte(&f, 0, "\x1b[2J"[i % 4]));
    }
    g_assert_false(capture_lines_peek(f.lines, 0, &line));
    g_assert_false(feed_byte(&f, 0, 'x'));
    g_assert_true(capture_lines_peek(f.lines, 0, &line));
    g_assert_cmpuint(line.n_bytes, <=, CAPTURE_LINE_MAX);
    g_assert_cmpuint(line.time, ==, 4 * CAPTURE_LINE_MAX * 10);
    for (int i = 0; i < 2 * CAPTURE_TERMINAL_STRING_MAX; i++) {
        g_assert_false(feed_byte(&f, 1, i < 2 ? "\x1b]"[i] : '7'));
    }
    g_assert_true(feed_byte(&f, 1, '\n'));
    g_assert_cmpuint(f.line.len, <=, CAPTURE_TERMINAL_STRING_MAX + 2);
    g_assert_cmpuint(f.line.len, >=, CAPTURE_TERMINAL_STRING_MAX - 2);
    capture_lines_free(f.lines);
}

static void a_reset_breaks_a_line_off(void)
{
    Feed f = { .lines = capture_lines_new() };
    CaptureRecord reset = { .kind = CAPTURE_VM,
                            .u.vm.event = CAPTURE_VM_RESET };

    g_assert_false(feed(&f, 0, "Restarting\x1b[3"));
    g_assert_false(capture_lines_feed(f.lines, &reset, &f.line));
    g_assert_true(feed(&f, 0, "S"));
    check(&f.line, "Restarting", false, false);
    g_assert_cmpint(f.line.end, ==, CAPTURE_LINE_BROKEN);
    g_assert_true(feed(&f, 0, "eaBIOS\n"));
    check(&f.line, "SeaBIOS", true, false);
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

    for (unsigned i = 0; i < 3 * CAPTURE_LINE_MAX; i++) {
        unsigned piece = i / CAPTURE_LINE_MAX;

        g_assert_cmpint(feed_byte(&f, 0, 'a' + piece), ==,
                        i && i % CAPTURE_LINE_MAX == 0);
        if (i && i % CAPTURE_LINE_MAX == 0) {
            g_assert_cmpuint(f.line.len, ==, CAPTURE_LINE_MAX);
            g_assert_cmpint(f.line.text[0], ==, 'a' + piece - 1);
            g_assert_cmpint(f.line.text[CAPTURE_LINE_MAX - 1], ==,
                            'a' + piece - 1);
            g_assert_cmpint(f.line.continued, ==, piece > 1);
            g_assert_false(f.line.complete);
            g_assert_cmpint(f.line.end, ==, CAPTURE_LINE_FULL);
            g_assert_cmpuint(f.line.pos, ==, (piece - 1) * CAPTURE_LINE_MAX);
        }
    }
    g_assert_true(feed(&f, 0, "\n")); /* no piece without anything in it */
    g_assert_cmpuint(f.line.len, ==, CAPTURE_LINE_MAX);
    g_assert_true(f.line.continued && f.line.complete);
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
    ADD(a_line_of_blanks_ends_with_the_last_one);
    ADD(line_ends_alone_make_no_line);
    ADD(a_line_is_text_on_a_terminal);
    ADD(a_state_kept_goes_on_the_same);
    ADD(bytes_are_kept_where_they_are_asked_for);
    ADD(controls_without_end_cost_nothing);
    ADD(a_reset_breaks_a_line_off);
    ADD(streams_do_not_mix);
    ADD(other_records_are_ignored);
    ADD(a_long_line_comes_in_pieces);
    ADD(flush_gives_what_has_no_newline_yet);
    ADD(peek_takes_nothing_away);
    return g_test_run();
}
