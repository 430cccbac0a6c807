/*
 * What the commands share: text from guests, figures, errors of usage.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "util.h"
#include "viewer/common/common.h"

static void visible_len(const char *text, size_t len, const char *want)
{
    g_autoptr(GString) out = g_string_new("<");

    append_visible(out, text, len, true);
    g_assert_cmpstr(out->str + 1, ==, want);
    g_assert_true(g_utf8_validate(out->str, out->len, NULL));
}

static void visible(const char *text, const char *want)
{
    visible_len(text, strlen(text), want);
}

static void plain_text_and_printable_utf8_stay(void)
{
    visible("", "");
    visible("SeaBIOS (version 1.16.2) ~", "SeaBIOS (version 1.16.2) ~");
    visible("a\tb", "a\tb");
    visible("Grüße, 日本, 😀", "Grüße, 日本, 😀");
    visible("a^b<41>", "a^b<41>");
}

static void control_bytes_are_shown_with_a_caret(void)
{
    visible_len("\0\1\x1b[31mred\r\n\x7f", 13, "^@^A^[[31mred^M^J^?");
    for (int c = 0; c < 0x20; c++) {
        char byte = c, want[3] = { '^', c + 0x40 };

        visible_len(&byte, 1, c == '\t' ? "\t" : want);
    }
    {
        g_autoptr(GString) out = g_string_new(NULL);

        append_visible(out, "\t", 1, false);
        g_assert_cmpstr(out->str, ==, "^I");
    }
}

static void c1_controls_never_get_through(void)
{
    /* As bytes, which is what an 8-bit terminal would act on. */
    for (int c = 0x80; c < 0x100; c++) {
        char byte = c;
        g_autofree char *want = g_strdup_printf("<%02X>", c);

        visible_len(&byte, 1, want);
    }
    /* As characters: U+009B is CSI. */
    for (int c = 0x80; c < 0xa0; c++) {
        char utf8[2] = { 0xc2, c };
        g_autofree char *want = g_strdup_printf("<U+%04X>", c);

        visible_len(utf8, 2, want);
    }
}

static void invalid_utf8_is_shown_byte_by_byte(void)
{
    visible("\xc0\x80", "<C0><80>"); /* too long a form */
    visible("\xe0\x80\xaf", "<E0><80><AF>");
    visible("\xed\xa0\x80", "<ED><A0><80>"); /* a surrogate */
    visible("\xf4\x90\x80\x80", "<F4><90><80><80>");
    visible("\xff\xfe", "<FF><FE>");
    visible("a\xc3"
            "b",
            "a<C3>b");
    visible("\xe2\x82z", "<E2><82>z");
}

static void truncated_sequences_are_not_read_past_the_end(void)
{
    static const char euro[] = "\xe2\x82\xac", face[] = "\xf0\x9f\x98\x80";

    for (size_t len = 1; len < 4; len++) {
        /* Exactly as long as that: a read behind it is a fault. */
        g_autofree char *text = g_memdup2(face, len);
        GString *want = g_string_new(NULL);

        for (size_t i = 0; i < len; i++) {
            g_string_append_printf(want, "<%02X>", (unsigned char)face[i]);
        }
        visible_len(text, len, want->str);
        g_string_free(want, TRUE);
    }
    visible_len(euro, 2, "<E2><82>");
    visible_len(euro, 3, "€");
}

static void what_turns_or_hides_text_is_shown_by_number(void)
{
    visible("a\u202eb", "a<U+202E>b"); /* right-to-left override */
    visible("\u2066x\u2069", "<U+2066>x<U+2069>");
    visible("\u200b\u200f\ufeff", "<U+200B><U+200F><U+FEFF>");
    visible("\u2028\u2029", "<U+2028><U+2029>");
    visible("\ue000", "<U+E000>");
    visible("\u00ad", "<U+00AD>");
    visible("\U000e0041", "<U+E0041>"); /* a tag */
}

static void no_byte_sequence_gets_a_control_through(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);

    for (int round = 0; round < 20000; round++) {
        char text[16];
        g_autoptr(GString) out = g_string_new(NULL);

        for (size_t i = 0; i < sizeof(text); i++) {
            text[i] = g_rand_int(rand);
        }
        append_visible(out, text, sizeof(text), false);
        g_assert_true(g_utf8_validate(out->str, out->len, NULL));
        for (const char *p = out->str; *p; p = g_utf8_next_char(p)) {
            g_assert_true(g_unichar_isprint(g_utf8_get_char(p)) ||
                          g_unichar_ismark(g_utf8_get_char(p)));
        }
    }
}

static void a_line_shows_its_text_or_its_bytes(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    CaptureLine line = { .text = "a\tb", .len = 3 };

    append_line_text(out, &line);
    g_assert_cmpstr(out->str, ==, "a\tb");
    line.bytes = "\x1b[1ma\tb\x1b[m";
    line.n_bytes = strlen(line.bytes);
    append_line_text(out, &line);
    g_assert_cmpstr(out->str, ==, "a\tb^[[1ma\tb^[[m");
}

static void seconds_have_the_decimals_asked_for(void)
{
    static const struct {
        uint64_t ns;
        int decimals;
        const char *want;
    } cases[] = {
        { 0, 0, "0" },
        { 0, 1, "0.0" },
        { 0, 6, "0.000000" },
        { 0, 9, "0.000000000" },
        { 1, 9, "0.000000001" },
        { 1, 8, "0.00000000" },
        { 999999999, 0, "0" },
        { 999999999, 3, "0.999" },
        { 1000000000, 0, "1" },
        { 1234567890, 1, "1.2" },
        { 1234567890, 2, "1.23" },
        { 1234567890, 3, "1.234" },
        { 1234567890, 4, "1.2345" },
        { 1234567890, 5, "1.23456" },
        { 1234567890, 6, "1.234567" },
        { 1234567890, 7, "1.2345678" },
        { 1234567890, 8, "1.23456789" },
        { 1234567890, 9, "1.234567890" },
        { UINT64_MAX, 0, "18446744073" },
        { UINT64_MAX, 9, "18446744073.709551615" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new("x");

        append_seconds(out, cases[i].ns, cases[i].decimals);
        g_assert_cmpstr(out->str + 1, ==, cases[i].want);
    }
}

static void bytes_have_a_unit_and_a_plain_space(void)
{
    static const struct {
        uint64_t bytes;
        const char *want;
    } cases[] = {
        { 999, "999 bytes" },
        { 1234567, "1.2 MB" },
        { UINT64_C(34000000000), "34.0 GB" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = format_bytes(cases[i].bytes);

        g_assert_cmpstr(text, ==, cases[i].want);
    }
}

static void a_stream_has_a_tag_whatever_its_label(void)
{
    g_autofree StreamNames *names = g_new0(StreamNames, 1);
    CaptureRecord stream = {
        .kind = CAPTURE_STREAM,
        .u.stream = { 2, "\x1b]0;x\a", "serial" },
    };
    CaptureRecord byte = { .kind = CAPTURE_BYTE, .stream = 9 };
    g_autofree char *number = stream_tag(names, 5);
    g_autofree char *label = NULL;

    g_assert_cmpstr(number, ==, "5");
    stream_names_feed(names, &stream);
    g_assert_cmpint(names->count, ==, 3);
    stream_names_feed(names, &byte);
    g_assert_cmpint(names->count, ==, 10);
    label = stream_tag(names, 2);
    g_assert_cmpstr(label, ==, "^[]0;x^G");
}

/* ------------------------------------------------------------------ */
/* Command lines                                                       */

static gboolean flag;
static char *value;

static const GOptionEntry entries[] = {
    { "flag", 'f', 0, G_OPTION_ARG_NONE, &flag, "", NULL },
    { "value", 'v', 0, G_OPTION_ARG_STRING, &value, "", "V" },
    G_OPTION_ENTRY_NULL
};

/* Parses words up to a NULL; returns what is left, or NULL. */
static char **parse(int max_rest, int *status, const char *const *words)
{
    int argc = g_strv_length((char **)words);
    g_auto(GStrv) argv = g_strdupv((char **)words);
    char **rest = NULL;

    /* What it says on standard error would look like a failure of ours. */
    int saved = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
    bool ok;

    flag = FALSE;
    g_clear_pointer(&value, g_free);
    *status = -1;
    dup2(null, STDERR_FILENO);
    ok = parse_options(argc, argv, "", "", entries, max_rest, &rest, status);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(null);
    return ok ? rest : NULL;
}

static void options_and_arguments_may_mix(void)
{
    static const char *const words[] = { "export",    "a", "-f",
                                         "--value=x", "b", NULL };
    static const char *const want[] = { "a", "b", NULL };
    int status;
    g_auto(GStrv) rest = parse(2, &status, words);

    g_assert_cmpstrv(rest, want);
    g_assert_true(flag);
    g_assert_cmpstr(value, ==, "x");
}

static void two_dashes_end_the_options(void)
{
    static const char *const words[] = { "info", "--", "-f", NULL };
    static const char *const want[] = { "-f", NULL };
    int status;
    g_auto(GStrv) rest = parse(1, &status, words);

    g_assert_cmpstrv(rest, want);
    g_assert_false(flag);
}

static void another_programs_command_line_is_left_alone(void)
{
    static const char *const with[] = { "run", "-f", "--",      "qemu",
                                        "-f",  "--", "--value", NULL };
    static const char *const without[] = { "run", "qemu", "-f", "--", NULL };
    static const char *const want_with[] = { "qemu", "-f", "--", "--value",
                                             NULL };
    static const char *const want_without[] = { "qemu", "-f", "--", NULL };
    int status;
    g_auto(GStrv) rest = parse(-1, &status, with);

    g_assert_cmpstrv(rest, want_with);
    g_assert_true(flag);
    g_strfreev(rest);
    rest = parse(-1, &status, without);
    g_assert_cmpstrv(rest, want_without);
    g_assert_false(flag);
}

static void wrong_usage_has_a_status_of_its_own(void)
{
    static const char *const unknown[] = { "info", "--nonsense", NULL };
    static const char *const many[] = { "info", "a", "b", NULL };
    static const char *const lacking[] = { "info", "--value", NULL };
    int status;

    g_assert_null(parse(1, &status, unknown));
    g_assert_cmpint(status, ==, EXIT_USAGE);
    g_assert_null(parse(1, &status, many));
    g_assert_cmpint(status, ==, EXIT_USAGE);
    g_assert_null(parse(1, &status, lacking));
    g_assert_cmpint(status, ==, EXIT_USAGE);
}

static void errors_name_what_they_are_about(void)
{
    if (g_test_subprocess()) {
        g_assert_cmpint(fail("a.bst", "is %s", "broken"), ==, 1);
        g_assert_cmpint(usage_error("info", "'%s' is wrong", "x"), ==,
                        EXIT_USAGE);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*bootstamp: a.bst: is broken\n"
                              "bootstamp: info: 'x' is wrong; "
                              "see bootstamp info --help\n*");
}

/* printf() is the witness. */
static void numbers_are_those_of_printf(void)
{
    static const uint64_t numbers[] = { 0,
                                        1,
                                        9,
                                        10,
                                        15,
                                        16,
                                        99,
                                        100,
                                        4095,
                                        65536,
                                        UINT32_MAX,
                                        1ull << 60,
                                        (uint64_t)INT64_MAX,
                                        UINT64_MAX };

    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        guint64 n = numbers[i];
        g_autoptr(GString) out = g_string_new("<");
        g_autofree char *want = g_strdup_printf(
            "<%" PRIu64 "|%" PRIx64 " %04" PRIx64 ",%03" PRIu64 ">%" PRIu64, n,
            n, n, n % 1000, n);

        append_values(out, "%u|%x %4x,%3u>", n, n, n, n % 1000);
        append_number(out, n);
        g_assert_cmpstr(out->str, ==, want);
        g_assert_cmpuint(out->len, ==, strlen(want));
    }
}

/* What is appended grows with the string, and ends where it should. */
static void much_is_appended(void)
{
    g_autoptr(GString) out = g_string_new(NULL);

    for (guint i = 0; i < 10000; i++) {
        append_values(out, "%u,", i % 10);
        append_csv_cell(out, i % 2 ? "\"" : "=");
    }
    g_assert_cmpuint(out->len, ==, 5000 * (6 + 6));
    g_assert_cmpuint(out->len, ==, strlen(out->str));
    g_assert_true(g_str_has_prefix(out->str, "0,\"'=\"1,\"\"\"\"2,"));
}

int main(int argc, char **argv)
{
    test_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/common/" #name, name)
    ADD(plain_text_and_printable_utf8_stay);
    ADD(control_bytes_are_shown_with_a_caret);
    ADD(c1_controls_never_get_through);
    ADD(invalid_utf8_is_shown_byte_by_byte);
    ADD(truncated_sequences_are_not_read_past_the_end);
    ADD(what_turns_or_hides_text_is_shown_by_number);
    ADD(no_byte_sequence_gets_a_control_through);
    ADD(a_line_shows_its_text_or_its_bytes);
    ADD(seconds_have_the_decimals_asked_for);
    ADD(bytes_have_a_unit_and_a_plain_space);
    ADD(a_stream_has_a_tag_whatever_its_label);
    ADD(options_and_arguments_may_mix);
    ADD(two_dashes_end_the_options);
    ADD(another_programs_command_line_is_left_alone);
    ADD(wrong_usage_has_a_status_of_its_own);
    ADD(errors_name_what_they_are_about);
    ADD(numbers_are_those_of_printf);
    ADD(much_is_appended);
    return g_test_run();
}
