/*
 * qtest: what the debug port leaves in a capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "boot-timestamp.h"
#if __has_include("qobject/qdict.h") /* 10.0 */
#include "qobject/qdict.h"
#else
#include "qapi/qmp/qdict.h"
#endif

static void test_debug_port(void)
{
    static const char text[] = "SeaBIOS (version qtest)\n\x1b[1m\xff";
    g_autoptr(GString) got = g_string_new(NULL);
    g_autoptr(GArray) records = NULL;
    Test t;

    start(&t, "", "");
    for (size_t i = 0; i < sizeof(text); i++) {
        qtest_outb(t.qts, DEBUG_PORT, text[i]);
    }
    stop(&t);
    records = read_capture(t.capture);
    for (unsigned i = 0; i < records->len; i++) {
        const Record *r = &g_array_index(records, Record, i);

        if (r->kind >= CAPTURE_BYTE) {
            g_string_append_c(got, r->data);
        }
    }
    g_assert_cmpmem(got->str, got->len, text, sizeof(text));
    clean_up(&t);
}

static bool is_error(QDict *response)
{
    bool error = qdict_haskey(response, "error");

    qobject_unref(response);
    return error;
}

static void test_clock_host(void)
{
    g_autoptr(GArray) records = NULL;
    Test t;

    start(&t, ",clock=host", "");
    qtest_outb(t.qts, DEBUG_PORT, 'x');
    stop(&t);
    records = read_capture(t.capture);
    g_assert_cmpuint(count_kind(records, CAPTURE_VCLOCK), ==, 0);
    g_assert_cmpuint(count_kind(records, CAPTURE_BYTE), ==, 1);
    clean_up(&t);
}

/* Under qtest the virtual clock is what the test says. */
static void test_clock_virtual(void)
{
    g_autofree char *file = NULL;
    uint64_t word;
    size_t size;
    unsigned found = 0;
    Test t;

    start(&t, ",clock=virtual", "");
    for (unsigned i = 0; i < 3; i++) {
        qtest_clock_step(t.qts, 1000);
        qtest_outb(t.qts, DEBUG_PORT, 'a' + i);
    }
    stop(&t);
    g_assert_true(g_file_get_contents(t.capture, &file, &size, NULL));
    for (size_t at = CAPTURE_HEADER_SIZE; at + 8 <= size; at += 8) {
        memcpy(&word, file + at, 8);
        if (capture_word_kind(word) == CAPTURE_BYTE) {
            found++;
            g_assert_cmpuint(capture_word_time(word), ==, found * 1000);
        }
    }
    g_assert_cmpuint(found, ==, 3);
    clean_up(&t);
}

static void test_qmp(void)
{
    g_autofree char *second = NULL;
    Test t;

    start(&t, "", "");
    second = g_strconcat(t.capture, "2", NULL);
    g_assert_false(is_error(qtest_qmp(
        t.qts,
        "{ 'execute': 'chardev-add', 'arguments': { 'id': 'two', 'backend': {"
        "  'type': 'timestamp', 'data': { 'path': %s, 'clock': 'host',"
        "  'size': 1048576 } } } }",
        second)));
    g_assert_true(g_file_test(second, G_FILE_TEST_EXISTS));
    g_assert_true(is_error(qtest_qmp(
        t.qts,
        "{ 'execute': 'chardev-add', 'arguments': { 'id': 'bad', 'backend': {"
        "  'type': 'timestamp', 'data': { 'clock': 'wall' } } } }")));
    g_assert_true(is_error(qtest_qmp(
        t.qts,
        "{ 'execute': 'chardev-add', 'arguments': { 'id': 'bad', 'backend': {"
        "  'type': 'timestamp', 'data': { 'path': %s, 'size': 1 } } } }",
        second)));
    g_assert_false(is_error(qtest_qmp(
        t.qts,
        "{ 'execute': 'chardev-remove', 'arguments': { 'id': 'two' } }")));
    stop(&t);
    unlink(second);
    clean_up(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("boot-timestamp/debug-port", test_debug_port);
    qtest_add_func("boot-timestamp/clock/host", test_clock_host);
    qtest_add_func("boot-timestamp/clock/virtual", test_clock_virtual);
    qtest_add_func("boot-timestamp/qmp", test_qmp);
    return g_test_run();
}
