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

void append_ms(GString *to, double ns, int width)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    format_ms(text, sizeof(text), ns);
    g_string_append_printf(to, " %*s", width, text);
}

void print_ms(double ns, int width)
{
    g_autoptr(GString) text = g_string_new(NULL);

    append_ms(text, ns, width);
    fputs(text->str, stdout);
}

void append_decimal(GString *to, const char *before, double v,
                    const char *format, const char *after)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    if (isfinite(v)) {
        g_ascii_formatd(text, sizeof(text), format, v);
        g_string_append_printf(to, "%s%s%s", before, text, after);
    }
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
