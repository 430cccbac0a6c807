/*
 * Figures and names as the text reports print them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <string.h>

#include "figures.h"

void format_ms(char *to, size_t size, double ns)
{
    if (!isfinite(ns)) {
        g_strlcpy(to, "-", size);
    } else {
        g_ascii_formatd(to, size, "%.3f", ns / 1e6);
    }
}

void print_ms(double ns, int width)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    format_ms(text, sizeof(text), ns);
    printf(" %*s", width, text);
}

void print_number(double v, int width, const char *format)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    printf(" %*s", width,
           isfinite(v) ? g_ascii_formatd(text, sizeof(text), format, v) : "-");
}

void print_path(const char *path)
{
    g_autoptr(GString) text = g_string_new(NULL);

    append_visible(text, path, strlen(path), false);
    fputs(text->str, stdout);
}

char *measure_title(const char *kind, const char *name)
{
    for (MeasureKind k = 0; k < MEASURE_KINDS; k++) {
        if (!strcmp(kind, measure_kind_name(k))) {
            return g_strconcat(measure_kind_prefix(k), name, NULL);
        }
    }
    return g_strdup(name);
}
