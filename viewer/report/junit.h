/*
 * JUnit XML, which the test pages of CI systems read: suites with cases.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_JUNIT_H
#define VIEWER_REPORT_JUNIT_H

#include <glib.h>
#include <stdio.h>

typedef enum JunitResult {
    JUNIT_PASSED,
    JUNIT_FAILED, /* what was tested is not good */
    JUNIT_ERROR, /* it could not be tested */
    JUNIT_SKIPPED, /* nothing can be said */
} JunitResult;

typedef struct Junit Junit;

Junit *junit_new(void);
void junit_free(Junit *j);

/* Begins a suite; the cases that follow are its own. */
void junit_suite(Junit *j, const char *name);

/*
 * A case.  @seconds: what it took, or less than 0.  Without a result of
 * JUNIT_PASSED @type is a word, @message a line and @text (may be NULL) more
 * lines.  Bytes that XML cannot carry are made visible.
 */
void junit_case(Junit *j, const char *classname, const char *name,
                double seconds, JunitResult result, const char *type,
                const char *message, const char *text);

/* A property of the suite. */
void junit_property(Junit *j, const char *name, const char *value);

/* What stands at the end of the suite, as it was printed. */
void junit_output(Junit *j, const char *text);

/* Writes the document. */
void junit_print(const Junit *j, FILE *out);

#endif
