/*
 * Text on the screen, cut to its place; and bars.
 *
 * Whatever the text, no control character reaches the terminal from here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_TEXT_H
#define VIEWER_SCREEN_TEXT_H

#include <glib.h>
#include <stddef.h>

#include "terminal.h"
#include "viewer/common/common.h"

/* A part of the screen, in cells. */
typedef struct Box {
    int y, x, height, width;
} Box;

/*
 * Draws UTF-8 at (@y, @x) in at most @width cells, the first @skip cells of
 * the text left out.  Returns how many cells were used.
 */
int put_text_skip(int y, int x, int width, uint32_t attributes,
                  const char *text, size_t len, int skip);

int put_text(int y, int x, int width, Style style, const char *text);

/* The same; where the text does not fit, its last cell is a ">" that says so. */
void put_cut(int y, int x, int width, Style style, const char *text);

int put_format(int y, int x, int width, Style style, const char *format, ...)
    G_GNUC_PRINTF(5, 6);

/* As put_text(), at the right end of the @width cells. */
void put_right(int y, int x, int width, Style style, const char *text);

/* How many cells a text without tabs takes. */
int text_width(const char *text);

/*
 * Cells of a text without tabs that are to the left of each line, where it is
 * wrapped at @width: a GArray of int, at least one and at most @most.  No line
 * begins within a wide character.
 */
GArray *text_wrap(const char *text, int width, int most);

/* Cells that are blank, in @style. */
void put_blank(int y, int x, int width, Style style);

/* A line of @width cells. */
void put_rule(int y, int x, int width, Style style);

/* A bar filled to @fraction (0 to 1) of its @width cells. */
void put_bar(int y, int x, int width, double fraction, Style style);

/* The better of two texts for this terminal. */
const char *glyph(const char *utf8, const char *ascii);

/*
 * "1.23 ms": three digits, rounded down, and a unit, 7 cells at most; "-" where
 * unknown.
 */
void format_span(char *to, size_t size, uint64_t ns);

/* The same for the time since a row, which may be one back: "-4 µs". */
void format_delta(char *to, size_t size, RowDelta delta);

/* "14.2M": bytes in 5 cells at most. */
void format_short_bytes(char *to, size_t size, uint64_t bytes);

#endif
