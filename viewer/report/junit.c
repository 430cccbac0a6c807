/*
 * JUnit XML.  There is no standard; these are the elements and attributes that
 * Jenkins, GitLab and the surefire schema have in common.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "junit.h"
#include "markup.h"
#include "viewer/common/common.h"

typedef struct Suite {
    char *name;
    guint cases, counts[JUNIT_SKIPPED + 1];
    double seconds;
    GString *properties, *body, *output; /* XML */
} Suite;

struct Junit {
    GPtrArray *suites; /* Suite * */
};

static void suite_free(gpointer data)
{
    Suite *s = data;

    g_free(s->name);
    g_string_free(s->properties, TRUE);
    g_string_free(s->body, TRUE);
    g_string_free(s->output, TRUE);
    g_free(s);
}

Junit *junit_new(void)
{
    Junit *j = g_new0(Junit, 1);

    j->suites = g_ptr_array_new_with_free_func(suite_free);
    return j;
}

void junit_free(Junit *j)
{
    g_ptr_array_unref(j->suites);
    g_free(j);
}

static Suite *last_suite(const Junit *j)
{
    return g_ptr_array_index(j->suites, j->suites->len - 1);
}

void junit_suite(Junit *j, const char *name)
{
    Suite *s = g_new0(Suite, 1);

    s->name = g_strdup(name);
    s->properties = g_string_new(NULL);
    s->body = g_string_new(NULL);
    s->output = g_string_new(NULL);
    g_ptr_array_add(j->suites, s);
}

/* Text in one line. */
static void append_text(GString *to, const char *text)
{
    g_autoptr(GString) visible = g_string_new(NULL);

    append_visible(visible, text, strlen(text), false);
    append_escaped(to, visible->str);
}

/* Text whose line feeds stay. */
static void append_block(GString *to, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint i = 0; lines[i]; i++) {
        g_string_append(to, i ? "\n" : "");
        append_text(to, lines[i]);
    }
}

static void append_attribute(GString *to, const char *name, const char *value)
{
    g_string_append_printf(to, " %s=\"", name);
    append_text(to, value);
    g_string_append_c(to, '"');
}

static void append_time(GString *to, double seconds)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    if (seconds >= 0) {
        append_attribute(to, "time",
                         g_ascii_formatd(text, sizeof(text), "%.9f", seconds));
    }
}

void junit_case(Junit *j, const char *classname, const char *name,
                double seconds, JunitResult result, const char *type,
                const char *message, const char *text)
{
    static const char *const elements[] = {
        [JUNIT_FAILED] = "failure",
        [JUNIT_ERROR] = "error",
        [JUNIT_SKIPPED] = "skipped",
    };
    Suite *s = last_suite(j);
    GString *b = s->body;

    s->cases++;
    s->counts[result]++;
    s->seconds += MAX(seconds, 0);
    g_string_append(b, "    <testcase");
    append_attribute(b, "classname", classname);
    append_attribute(b, "name", name);
    append_time(b, seconds);
    if (result == JUNIT_PASSED) {
        g_string_append(b, "/>\n");
        return;
    }
    g_string_append_printf(b, ">\n      <%s", elements[result]);
    if (result != JUNIT_SKIPPED) {
        append_attribute(b, "type", type);
    }
    append_attribute(b, "message", message);
    g_string_append_c(b, '>');
    append_block(b, text ? text : "");
    g_string_append_printf(b, "</%s>\n    </testcase>\n", elements[result]);
}

void junit_property(Junit *j, const char *name, const char *value)
{
    GString *p = last_suite(j)->properties;

    g_string_append(p, "      <property");
    append_attribute(p, "name", name);
    append_attribute(p, "value", value);
    g_string_append(p, "/>\n");
}

void junit_output(Junit *j, const char *text)
{
    append_block(last_suite(j)->output, text);
}

static void print_suite(const Suite *s, FILE *out)
{
    g_autoptr(GString) head = g_string_new("  <testsuite");

    append_attribute(head, "name", s->name);
    g_string_append_printf(
        head, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\"",
        s->cases, s->counts[JUNIT_FAILED], s->counts[JUNIT_ERROR],
        s->counts[JUNIT_SKIPPED]);
    append_time(head, s->seconds);
    fprintf(out, "%s>\n", head->str);
    if (s->properties->len) {
        fprintf(out, "    <properties>\n%s    </properties>\n",
                s->properties->str);
    }
    fputs(s->body->str, out);
    if (s->output->len) {
        fprintf(out, "    <system-out>%s</system-out>\n", s->output->str);
    }
    fputs("  </testsuite>\n", out);
}

void junit_print(const Junit *j, FILE *out)
{
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", out);
    for (guint i = 0; i < j->suites->len; i++) {
        print_suite(g_ptr_array_index(j->suites, i), out);
    }
    fputs("</testsuites>\n", out);
}
