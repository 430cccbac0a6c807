/*
 * Figures and names as the text reports print them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_FIGURES_H
#define VIEWER_REPORT_FIGURES_H

#include <stddef.h>

#include "sample.h"

/* Nanoseconds as milliseconds; "-" for NAN and infinity. */
void format_ms(char *to, size_t size, double ns);

/* A space and the same appended, right in @width columns. */
void append_ms(GString *to, double ns, int width);

/* The same on standard output. */
void print_ms(double ns, int width);

/* Any number by a format of g_ascii_formatd(); "-" as above. */
void print_number(double v, int width, const char *format);

/* A file's name on standard output, without control bytes. */
void print_path(const char *path);

/* A number by such a format between @before and @after; nothing for NAN. */
void append_decimal(GString *to, const char *before, double v,
                    const char *format, const char *after);

/* A measure's name as reports show it: "copy of kernel".  The caller frees. */
char *measure_title(const char *kind, const char *name);

#endif
