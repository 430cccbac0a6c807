/*
 * phases.conf, and what its rules find.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "capture/patterns.h"
#include "capture/milestones.h"
#include "capture/regex-filter.h"
#include "util.h"

static CapturePatterns *parsed(const char *text)
{
    g_autoptr(GError) error = NULL;
    CapturePatterns *p = capture_patterns_new();
    bool good = capture_patterns_add(p, text, "test", &error);

    g_assert_no_error(error);
    g_assert_true(good);
    return p;
}

static void refused(const char *text, const char *why)
{
    g_autoptr(CapturePatterns) p = capture_patterns_new();
    g_autoptr(GError) error = NULL;

    g_assert_false(capture_patterns_add(p, text, "test", &error));
    g_assert_nonnull(error);
    if (!g_str_has_prefix(error->message, why)) {
        g_assert_cmpstr(error->message, ==, why);
    }
    g_assert_cmpuint(capture_patterns_count(p), ==, 0);
    g_assert_null(capture_patterns_probe(p, 1));
}

static void what_is_compiled_in_can_be_read(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CapturePatterns) p = capture_patterns_load(NULL, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(capture_patterns_count(p), >, 10);
    g_assert_cmpstr(capture_patterns_probe(p, 0x01), ==, "BIOS post");
    g_assert_cmpstr(capture_patterns_probe(p, 0x25), ==, "LinuxBoot boot OS");
    g_assert_null(capture_patterns_probe(p, 0x3f));
    g_assert_null(capture_patterns_probe(p, 64));
}

static void an_error_names_file_and_line(void)
{
    refused("nonsense", "test:1: 'nonsense' is not a keyword");
    refused("# x\n\nbegins a", "test:3: 'begins' belongs below");
    refused("milestone", "test:1: something is missing behind 'milestone'");
    refused("milestone a\nlast now", "test:2: nothing may stand behind");
    refused("milestone a\nmilestone a", "test:2: milestone 'a' is above");
    refused("milestone a\x01", "test:1: a character of the name");
    refused("milestone \xff", "test:1: the name is not UTF-8");
    refused("milestone a\nmatches (", "test:2: '(' is not a regular");
    refused("milestone a\nmark 64", "test:2: '64' is not a number");
    refused("milestone a\nmark start 1", "test:2: 'start' is neither");
    refused("milestone a\nfwcfg 0x10000", "test:2: '0x10000' is not");
    refused("milestone a\nafter b\nlast", "test:2: there is no milestone");
    refused("probe 1", "test:1: the probe has no name");
    refused("probe x y", "test:1: 'x' is not a number");
    refused("probe 1 a\nprobe 0x1 b", "test:2: probe 0x01 has a name");
    refused("probe 1 a\nhidden", "test:2: 'hidden' belongs below");
}

static void limits_are_errors_too(void)
{
    g_autofree char *name = g_strnfill(CAPTURE_NAME_MAX, 'x');
    g_autofree char *long_name = g_strconcat("milestone ", name, NULL);
    g_autofree char *text = g_strnfill(CAPTURE_PATTERN_LINE_MAX + 1, 'x');
    g_autofree char *long_text =
        g_strconcat("milestone a\nbegins ", text, NULL);
    g_autoptr(GString) many = g_string_new("milestone a\n");
    g_autoptr(GString) more = g_string_new(NULL);

    refused(long_name, "test:1: the name has more than 63 bytes");
    refused(long_text, "test:2: only the first 256 bytes");
    for (int i = 0; i <= CAPTURE_PATTERN_RULES_MAX; i++) {
        g_string_append(many, "mark 1\n");
    }
    refused(many->str, "test:66: more than 64 rules");
    for (int i = 0; i <= CAPTURE_PATTERNS_MAX; i++) {
        g_string_append_printf(more, "milestone m%d\n", i);
    }
    refused(more->str, "test:257: more than 256 milestones");
}

static void a_later_file_replaces_what_it_names(void)
{
    g_autoptr(CapturePatterns) p = parsed("probe 1 a\nprobe 2 b\n"
                                          "milestone x\nmark 1\n"
                                          "milestone y\nmark 2\n");
    const CapturePattern *y;

    g_assert_true(capture_patterns_add(p,
                                       "probe 2 c\r\nmilestone y\r\n"
                                       "  mark begin 3\r\nmark end 0x4\r\n",
                                       "more", NULL));
    g_assert_cmpstr(capture_patterns_probe(p, 1), ==, "a");
    g_assert_cmpstr(capture_patterns_probe(p, 2), ==, "c");
    g_assert_cmpuint(capture_patterns_count(p), ==, 2);
    y = capture_patterns_get(p, 1);
    g_assert_cmpuint(y->rules->len, ==, 2);
    g_assert_cmphex(g_array_index(y->rules, CaptureRule, 0).number, ==, 0x43);
    g_assert_cmphex(g_array_index(y->rules, CaptureRule, 1).number, ==, 0x84);
}

/* ------------------------------------------------------------------ */
/* Milestones                                                          */

static void feed_line(CaptureMilestones *p, uint64_t time, const char *text,
                      size_t len)
{
    CaptureLine line = {
        .pos = time,
        .time = time,
        .vtime = time,
        .text = text,
        .len = len,
        .complete = true,
    };

    capture_milestones_line(p, &line);
}

static void feed_text(CaptureMilestones *p, uint64_t time, const char *text)
{
    feed_line(p, time, text, strlen(text));
}

static void feed(CaptureMilestones *p, CaptureRecord rec)
{
    rec.pos = rec.time;
    capture_milestones_record(p, &rec);
}

/* "NAME@TIME NAME@TIME ..." */
static char *rows(const CaptureMilestones *p)
{
    GString *s = g_string_new(NULL);

    for (guint i = 0; i < capture_milestones_count(p); i++) {
        const CaptureMilestone *row = capture_milestones_get(p, i);

        g_string_append_printf(s, "%s%s@%u", s->len ? " " : "", row->name,
                               (unsigned)row->time);
    }
    return g_string_free(s, FALSE);
}

#define CHECK_ROWS(p, want)                                                    \
    do {                                                                       \
        g_autofree char *got_ = rows(p);                                       \
        g_assert_cmpstr(got_, ==, want);                                       \
    } while (0)

static void lines_match_by_prefix_substring_and_expression(void)
{
    g_autoptr(CapturePatterns) t = parsed("milestone a\nbegins one two\n"
                                          "milestone b\ncontains \" x\"\n"
                                          "milestone c\nmatches ^[0-9]+$\n"
                                          "milestone d\nlast\nbegins d\n");
    CaptureMilestones *p = capture_milestones_new_with(t);

    feed_text(p, 1, "zone two");
    feed_text(p, 2, "one twox");
    feed_text(p, 3, "one two again");
    feed_text(p, 4, "x x");
    feed_text(p, 5, "12a");
    feed_line(p, 6, "12", 2);
    feed_text(p, 7, "d");
    feed_text(p, 8, "done");
    feed_line(p, 9, "\xff\0d", 3);
    CHECK_ROWS(p, "a@2 b@4 c@6 d@8");
    capture_milestones_free(p);
}

static void streams_can_be_named(void)
{
    g_autoptr(CapturePatterns) t = parsed("milestone a\nstream ser\n"
                                          "begins x\n");
    CaptureMilestones *p = capture_milestones_new_with(t);

    feed_text(p, 1, "x");
    feed(p, (CaptureRecord){ .kind = CAPTURE_STREAM,
                             .u.stream = { .id = 0, .label = "dbg" } });
    feed_text(p, 2, "x");
    feed(p, (CaptureRecord){ .kind = CAPTURE_STREAM,
                             .u.stream = { .id = 0, .label = "ser" } });
    feed_text(p, 3, "x");
    CHECK_ROWS(p, "a@3");
    capture_milestones_free(p);
}

static void items_and_probes_count(void)
{
    g_autoptr(CapturePatterns) t = parsed("milestone a\nfwcfg etc/x\n"
                                          "milestone b\nfwcfg 0x30\n"
                                          "milestone c\nmark begin 0x38\n");
    CaptureMilestones *p = capture_milestones_new_with(t);

    feed(p, (CaptureRecord){
                .kind = CAPTURE_SELECT, .time = 1, .u.select.key = 0x20 });
    feed(p, (CaptureRecord){ .kind = CAPTURE_ITEM,
                             .time = 2,
                             .u.item = { .key = 0x20, .name = "etc/x" } });
    feed(p, (CaptureRecord){
                .kind = CAPTURE_SELECT, .time = 3, .u.select.key = 0x20 });
    feed(p, (CaptureRecord){
                .kind = CAPTURE_SELECT, .time = 4, .u.select.key = 0x30 });
    feed(p, (CaptureRecord){
                .kind = CAPTURE_PROBE, .time = 5, .u.probe.id = 0x38 });
    feed(p, (CaptureRecord){
                .kind = CAPTURE_PROBE, .time = 6, .u.probe.id = 0x78 });
    CHECK_ROWS(p, "a@3 b@4 c@6");
    capture_milestones_free(p);
}

static void after_unless_and_hidden(void)
{
    g_autoptr(CapturePatterns) t = parsed("milestone a\nafter b\nbegins a\n"
                                          "milestone b\nhidden\nbegins b\n"
                                          "milestone c\nunless b\nbegins c\n"
                                          "milestone d\nafter Run\nbegins d\n");
    CaptureMilestones *p = capture_milestones_new_with(t);

    feed_text(p, 1, "a");
    feed_text(p, 2, "d");
    feed_text(p, 3, "b");
    feed_text(p, 4, "c");
    feed_text(p, 5, "a");
    feed(p, (CaptureRecord){
                .kind = CAPTURE_VM, .time = 6, .u.vm.event = CAPTURE_VM_RUN });
    feed_text(p, 7, "d");
    CHECK_ROWS(p, "a@5 Run@6 d@7");
    /* Another boot: all anew, but the vCPUs ran already. */
    feed(p, (CaptureRecord){ .kind = CAPTURE_VM,
                             .time = 8,
                             .u.vm.event = CAPTURE_VM_RESET });
    feed_text(p, 9, "d");
    feed_text(p, 10, "c");
    feed_text(p, 11, "a");
    CHECK_ROWS(p, "a@5 Run@6 d@7 Reset@8 d@9 c@10");
    capture_milestones_free(p);
}

static void feed_select(CaptureMilestones *p, uint64_t time, uint16_t key)
{
    feed(p, (CaptureRecord){
                .kind = CAPTURE_SELECT, .time = time, .u.select.key = key });
}

/* What Debian 12's qemu-efi-aarch64 and its kernel do. */
static void efi_on_arm_is_known(void)
{
    CaptureMilestones *p = capture_milestones_new();

    feed_text(p, 1, "UEFI firmware (version  built at 13:10:49 on Nov  5)");
    feed_select(p, 2, 0x0000);
    feed_select(p, 3, 0x0011);
    feed(p, (CaptureRecord){ .kind = CAPTURE_DMA_END,
                             .time = 3,
                             .u.dma_end = { .key = 0x11, .offset = 99 } });
    feed_select(p, 4, 0x0014);
    feed_select(p, 5, 0x000e);
    feed_text(p, 6, "EFI stub: Booting Linux Kernel...");
    feed_text(p, 7, "EFI stub: EFI_RNG_PROTOCOL unavailable");
    feed_text(p, 8, "EFI stub: Exiting boot services...");
    feed_text(p, 9, "[    0.000000] Booting Linux on physical CPU 0x00 [0x]");
    feed_text(p, 10, "[    0.000000] Linux version 6.1.0");
    CHECK_ROWS(p,
               "EFI SEC@1 LinuxBoot copy kernel@3 LinuxBoot boot OS@3 "
               "EFI BDS@5 EFI boot OS@6 EFI ExitBootServices@8 Kernel start@9");
    capture_milestones_free(p);
}

/* SeaBIOS reads that item too, and kernels tell of their stub elsewhere. */
static void other_firmware_is_not_efi(void)
{
    CaptureMilestones *p = capture_milestones_new();

    feed_text(p, 1, "SeaBIOS (version 1.16.2)");
    feed_select(p, 2, 0x000e);
    feed_text(p, 3, "EFI stub: Exiting boot services...");
    CHECK_ROWS(p, "BIOS post@1");
    capture_milestones_free(p);
}

static void a_custom_milestone_has_a_number_of_its_own(void)
{
    g_autoptr(CapturePatterns) t = parsed("milestone BIOS post\nbegins p\n"
                                          "milestone a\nbegins a\n"
                                          "milestone b\nbegins b\n");
    CaptureMilestones *p = capture_milestones_new_with(t);

    feed_text(p, 1, "b");
    feed_text(p, 2, "a");
    feed_text(p, 3, "p");
    g_assert_cmpint(capture_milestones_get(p, 0)->milestone, >,
                    CAPTURE_MS_CUSTOM);
    g_assert_cmpint(capture_milestones_get(p, 0)->milestone, !=,
                    capture_milestones_get(p, 1)->milestone);
    g_assert_cmpint(capture_milestones_get(p, 2)->milestone, ==,
                    CAPTURE_MS_BIOS_POST);
    capture_milestones_free(p);
}

/* Without a limit the second would take longer than the universe has. */
static void a_hostile_line_costs_little(void)
{
    g_autoptr(CapturePatterns) t = parsed("milestone a\nmatches ^(x+x+)+[yz]\n"
                                          "milestone b\ncontains end\n");
    g_autofree char *line = g_strnfill(65536, 'x');
    CaptureMilestones *p = capture_milestones_new_with(t);
    gint64 start = g_get_monotonic_time();

    memcpy(line + 65533, "end", 3);
    for (int i = 0; i < 100; i++) {
        feed_line(p, i, line, 65536);
    }
    g_test_message("100 lines: %d us", (int)(g_get_monotonic_time() - start));
    g_assert_cmpint(g_get_monotonic_time() - start, <, 2 * G_USEC_PER_SEC);
    CHECK_ROWS(p, "");
    capture_milestones_free(p);
}

/* A text that each match has; NULL: none is known. */
static void a_literal_is_what_cannot_be_missing(void)
{
    static const char *const cases[][2] = {
        { "^U-Boot [0-9]", "U-Boot " },
        { "^(?!Last )[-A-Za-z0-9._]+ login:( |$)", " login:" },
        { "^\\(XEN\\) (\\[[^]]*\\] *)?Xen version", "Xen version" },
        { "abc?d", "ab" },
        { "abc*", "ab" },
        { "abc+d", "abc" },
        { "xyz{0}abc", "abc" },
        { "xy{1,2}abc", "abc" },
        { "ab\\.?cd", "ab" },
        { "[]ab]cde", "cde" },
        { "[[:alpha:]]xy", "xy" },
        { "[\\]]xy", "xy" },
        { "ab(cdef|x)gh", "ab" },
        { "ab|cd", NULL },
        { "(ab|cd)", NULL },
        { "(?i)abc", NULL },
        { "(?x)a b c", NULL },
        { "ab(?i:c)def", NULL },
        { "(*ACCEPT)abc", NULL },
        { "\\Qa|b\\Eabc", NULL },
        { "a\\x62cd", NULL },
        { "(?#abc)def", NULL },
        { "a", NULL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *literal = capture_regex_literal(cases[i][0]);

        g_assert_cmpstr(literal, ==, cases[i][1]);
    }
}

static guint first_bytes(const char *pattern)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_RAW, 0, NULL);
    guint n = 0;

    g_assert_nonnull(regex);
    for (int b = 0; b < 256; b++) {
        n += capture_regex_may_begin(regex, b);
    }
    return n;
}

static void first_bytes_are_known_where_the_begin_is(void)
{
    g_assert_cmpuint(first_bytes("^abc"), ==, 1);
    g_assert_cmpuint(first_bytes("^[a-c]?d"), ==, 4);
    g_assert_cmpuint(first_bytes("^(?!a)[ab]"), ==, 1);
    g_assert_cmpuint(first_bytes("^a|^b"), ==, 2);
    g_assert_cmpuint(first_bytes("(?i)^a"), ==, 2);
    g_assert_cmpuint(first_bytes("^.*a$"), ==, 251); /* no line ends */
    g_assert_cmpuint(first_bytes("^a|b"), ==, 256);
    g_assert_cmpuint(first_bytes("abc"), ==, 256);
}

static void a_missing_file_is_none(void)
{
    g_autofree char *path = test_path("phases.conf");
    g_autoptr(GError) error = NULL;
    CapturePatterns *p = capture_patterns_load(path, &error);

    g_assert_no_error(error);
    g_assert_nonnull(p);
    capture_patterns_unref(p);
    test_store(path, "a\0b", 3);
    g_assert_null(capture_patterns_load(path, &error));
    g_assert_nonnull(error);
}

int main(int argc, char **argv)
{
    test_begin(&argc, &argv);
    g_test_add_func("/patterns/built-in", what_is_compiled_in_can_be_read);
    g_test_add_func("/patterns/errors", an_error_names_file_and_line);
    g_test_add_func("/patterns/limits", limits_are_errors_too);
    g_test_add_func("/patterns/replace", a_later_file_replaces_what_it_names);
    g_test_add_func("/patterns/file", a_missing_file_is_none);
    g_test_add_func("/patterns/lines",
                    lines_match_by_prefix_substring_and_expression);
    g_test_add_func("/patterns/stream", streams_can_be_named);
    g_test_add_func("/patterns/records", items_and_probes_count);
    g_test_add_func("/patterns/conditions", after_unless_and_hidden);
    g_test_add_func("/patterns/efi-arm", efi_on_arm_is_known);
    g_test_add_func("/patterns/not-efi", other_firmware_is_not_efi);
    g_test_add_func("/patterns/numbers",
                    a_custom_milestone_has_a_number_of_its_own);
    g_test_add_func("/patterns/literals", a_literal_is_what_cannot_be_missing);
    g_test_add_func("/patterns/first-bytes",
                    first_bytes_are_known_where_the_begin_is);
    g_test_add_func("/patterns/hostile", a_hostile_line_costs_little);
    return g_test_run();
}
