/*
 * Unit tests of viewer/common/json-out.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "util.h"
#include "viewer/common/json-out.h"

/* One object with @text as member "t", as it is written to a file. */
static char *written(const char *text, size_t len)
{
    JsonOut *j = json_out_new();
    char *out = NULL;
    size_t size;
    FILE *file = open_memstream(&out, &size);

    json_out_begin_object(j, NULL);
    json_out_bytes(j, "t", text, len);
    json_out_end_object(j);
    json_out_end(j, file, "");
    fclose(file);
    json_out_free(j);
    return out;
}

/* json-glib 1.6 left 0x1f as it is, which no parser takes. */
static void test_control_characters(void)
{
    for (int c = 1; c < 0x20; c++) {
        char text = c;
        char *out = written(&text, 1);

        g_assert_true(g_str_has_prefix(out, "{\"t\":\"\\"));
        for (const char *p = out; *p; p++) {
            g_assert_cmpuint((unsigned char)*p, >=, 0x20);
        }
        free(out);
    }
}

static void test_unit_separator(void)
{
    char *out = written("a\x1f"
                        "b",
                        3);

    g_assert_cmpstr(out, ==, "{\"t\":\"a\\u001fb\"}");
    free(out);
}

/* What a terminal acts on or hides; what it shows stays. */
static void test_deceptive(void)
{
    static const char text[] = "\302\2332J\342\200\256\363\240\201\201\177"
                               "\303\244\346\227\245x";
    char *out = written(text, strlen(text));

    g_assert_cmpstr(out, ==,
                    "{\"t\":\"\\u009b2J\\u202e\\udb40\\udc41"
                    "\\u007f\303\244\346\227\245x\"}");
    free(out);
}

static void test_not_utf8(void)
{
    char *out = written("\xff\0\xc0\xaf", 4);

    g_assert_cmpstr(out, ==,
                    "{\"t\":\"\357\277\275\357\277\275"
                    "\357\277\275\357\277\275\"}");
    free(out);
}

int main(int argc, char **argv)
{
    test_begin(&argc, &argv);
    g_test_add_func("/json-out/control-characters", test_control_characters);
    g_test_add_func("/json-out/unit-separator", test_unit_separator);
    g_test_add_func("/json-out/deceptive", test_deceptive);
    g_test_add_func("/json-out/not-utf8", test_not_utf8);
    return g_test_run();
}
