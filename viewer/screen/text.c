/*
 * Text on the screen.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <curses.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <wchar.h>

#include "text.h"

/* A heap of accents on one letter is cut off here. */
#define COMBINING_MAX 3

/* Cells gathered before curses gets them. */
#define RUN_MAX 256

typedef struct Run {
    int y, x; /* where the gathered cells go */
    int left; /* cells still free behind them */
    int used; /* cells drawn or gathered */
    int skip; /* cells of the text to leave out */
    int column; /* in the text, for tabs */
    int combining; /* on the last character */
    bool base; /* there is a character for them */
    int n, n_cells;
    wchar_t text[RUN_MAX + 8];
} Run;

static void flush(Run *run)
{
    if (run->n) {
        mvaddnwstr(run->y, run->x, run->text, run->n);
        run->x += run->n_cells;
        run->n = run->n_cells = 0;
    }
}

static void add_cell(Run *run, wchar_t c, int width)
{
    if (run->n >= RUN_MAX) {
        flush(run);
    }
    run->text[run->n++] = c;
    run->n_cells += width;
    run->used += width;
    run->left -= width;
    run->combining = 0;
    run->base = true;
}

/* A wide character that an edge cuts in two leaves a blank. */
static bool put_character(Run *run, wchar_t c, int width)
{
    run->column += width;
    if (run->skip >= width) {
        run->skip -= width;
        run->base = false;
        return true;
    }
    if (run->skip > 0) {
        run->skip = 0;
        add_cell(run, L' ', 1);
        return run->left > 0;
    }
    if (width > run->left) {
        while (run->left > 0) {
            add_cell(run, L' ', 1);
        }
        return false;
    }
    add_cell(run, c, width);
    return true;
}

static void put_combining(Run *run, wchar_t c)
{
    if (run->base && run->combining < COMBINING_MAX && run->n > 0 &&
        run->n < RUN_MAX + 4) {
        run->text[run->n++] = c;
        run->combining++;
    }
}

static int escape(gunichar c, char *text, size_t size)
{
    return g_snprintf(text, size, "<U+%04X>", c);
}

static bool put_escaped(Run *run, gunichar c)
{
    char text[16];

    escape(c, text, sizeof(text));
    for (const char *p = text; *p; p++) {
        if (!put_character(run, *p, 1)) {
            return false;
        }
    }
    return true;
}

/* Cells of a character that can be shown; -1 where it is to be escaped. */
static int character_width(gunichar c)
{
    if (c < 0x80) {
        return 1;
    }
    return terminal_is_utf8() && c >= 0xa0 ? wcwidth((wchar_t)c) : -1;
}

/* One character of any kind; false: the place is full. */
static bool put_any(Run *run, gunichar c)
{
    int width;

    if (c == '\t') {
        for (int n = 8 - run->column % 8; n > 0; n--) {
            if (!put_character(run, L' ', 1)) {
                return false;
            }
        }
        return true;
    }
    if (c < 0x20 || c == 0x7f) {
        c = '?';
    }
    width = character_width(c);
    if (width == 0) {
        put_combining(run, (wchar_t)c);
        return true;
    }
    return width > 0 ? put_character(run, (wchar_t)c, width)
                     : put_escaped(run, c);
}

int put_text_skip(int y, int x, int width, uint32_t attributes,
                  const char *text, size_t len, int skip)
{
    /* Beyond the screen's edge curses would go on in the next line. */
    Run run = { .y = y, .x = x, .left = MIN(width, COLS - x), .skip = skip };
    const char *end = text + len;

    attrset(attributes);
    while (text < end && run.left > 0) {
        gunichar c = (unsigned char)*text;

        if (c >= 0x80) {
            c = g_utf8_get_char_validated(text, end - text);
            if (c == (gunichar)-1 || c == (gunichar)-2) {
                c = '?';
                text++;
            } else {
                text = g_utf8_next_char(text);
            }
        } else {
            text++;
        }
        if (!put_any(&run, c)) {
            break;
        }
    }
    flush(&run);
    attrset(A_NORMAL);
    return run.used;
}

int put_text(int y, int x, int width, Style style, const char *text)
{
    return put_text_skip(y, x, width, style_attributes(style), text,
                         strlen(text), 0);
}

void put_cut(int y, int x, int width, Style style, const char *text)
{
    if (text_width(text) <= width) {
        put_text(y, x, width, style, text);
    } else if (width > 0) {
        put_text(y, x, width - 1, style, text);
        put_text(y, x + width - 1, 1, style, ">");
    }
}

int put_format(int y, int x, int width, Style style, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, format);
    text = g_strdup_vprintf(format, ap);
    va_end(ap);
    return put_text(y, x, width, style, text);
}

static int shown_width(gunichar c)
{
    char text[16];
    int width = character_width(c);

    return width < 0 ? escape(c, text, sizeof(text)) : width;
}

int text_width(const char *text)
{
    int width = 0;

    for (; *text; text = g_utf8_next_char(text)) {
        width += shown_width(g_utf8_get_char(text));
    }
    return width;
}

GArray *text_wrap(const char *text, int width, int most)
{
    GArray *starts = g_array_new(FALSE, FALSE, sizeof(int));
    int column = 0, start = 0;

    g_array_append_val(starts, start);
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        bool whole = character_width(c) >= 0; /* an escape may be cut in two */
        int end = column + shown_width(c);

        while (end - start > width && (int)starts->len < most) {
            start = whole && column > start ? column : start + width;
            g_array_append_val(starts, start);
        }
        column = end;
    }
    return starts;
}

void put_right(int y, int x, int width, Style style, const char *text)
{
    int need = text_width(text);

    if (need < width) {
        x += width - need;
        width = need;
    }
    put_text(y, x, width, style, text);
}

void put_blank(int y, int x, int width, Style style)
{
    if (width > 0) {
        attrset(style_attributes(style));
        mvhline(y, x, ' ' | style_attributes(style), width);
        attrset(A_NORMAL);
    }
}

const char *glyph(const char *utf8, const char *ascii)
{
    return terminal_is_utf8() ? utf8 : ascii;
}

static void put_repeated(int y, int x, int width, Style style, const char *text)
{
    GString *line = g_string_new(NULL);

    for (int i = 0; i < width; i++) {
        g_string_append(line, text);
    }
    put_text(y, x, width, style, line->str);
    g_string_free(line, TRUE);
}

void put_rule(int y, int x, int width, Style style)
{
    put_repeated(y, x, width, style, glyph("─", "-"));
}

void put_bar(int y, int x, int width, double fraction, Style style)
{
    static const char *const parts[] = {
        "", "▏", "▎", "▍", "▌", "▋", "▊", "▉"
    };
    int eighths, full;

    if (width <= 0) {
        return;
    }
    /* Not full before it is, and never quite empty with something in it. */
    eighths = fraction >= 1  ? width * 8
              : fraction > 0 ? MAX((int)(fraction * width * 8), 1)
                             : 0;
    full = eighths / 8;
    put_blank(y, x, width, STYLE_NORMAL);
    if (!terminal_is_utf8()) {
        put_repeated(y, x, (eighths + 4) / 8, style, "#");
        return;
    }
    put_repeated(y, x, full, style, "█");
    if (eighths % 8) {
        put_text(y, x + full, 1, style, parts[eighths % 8]);
    }
}

/* Three digits, rounded down as all times are: 1.23, 12.3, 123. */
void format_span(char *to, size_t size, uint64_t ns)
{
    static const struct {
        uint64_t ns;
        const char *utf8, *ascii;
    } units[] = { { 1000, "µs", "us" },
                  { 1000000, "ms", "ms" },
                  { 1000000000, "s", "s" } };
    const char *unit;
    uint64_t whole;
    int i = 0;

    if (ns == UINT64_MAX) {
        g_snprintf(to, size, "-");
        return;
    }
    if (ns < 1000) {
        g_snprintf(to, size, "%d ns", (int)ns);
        return;
    }
    while (i < 2 && ns >= units[i + 1].ns) {
        i++;
    }
    unit = glyph(units[i].utf8, units[i].ascii);
    whole = ns / units[i].ns;
    if (whole >= 100000) {
        g_snprintf(to, size, "%" G_GUINT64_FORMAT " h", whole / 3600);
    } else if (whole >= 100) {
        g_snprintf(to, size, "%d %s", (int)whole, unit);
    } else {
        int digits = (int)(ns / (units[i].ns / 1000) % 1000);

        g_snprintf(to, size, whole < 10 ? "%d.%02d %s" : "%d.%d %s", (int)whole,
                   whole < 10 ? digits / 10 : digits / 100, unit);
    }
}

void format_delta(char *to, size_t size, RowDelta delta)
{
    static const char *const units[] = { "ns", "µs", "ms", "s" };
    uint64_t value = delta.ns;
    int i = 0;

    if (!delta.back) {
        format_span(to, size, delta.ns);
        return;
    }
    for (; i < 3 && value >= 1000; i++) {
        value /= 1000;
    }
    g_snprintf(to, size, "-%" G_GUINT64_FORMAT " %s", value,
               i == 1 ? glyph("µs", "us") : units[i]);
}

void format_short_bytes(char *to, size_t size, uint64_t bytes)
{
    static const char units[] = " kMGTPE";
    double value = bytes;
    int i = 0;

    while (value >= 999.5 && i < 6) {
        value /= 1000;
        i++;
    }
    if (i == 0) {
        g_snprintf(to, size, "%d", (int)bytes);
    } else {
        g_snprintf(to, size, "%.*f%c", value < 99.95 ? 1 : 0, value, units[i]);
    }
}
