/*
 * The screen of a stream's terminal as it stood at a time, by libvterm.
 *
 * Forward it is a matter of feeding bytes.  To go back, or far ahead, there is
 * a checkpoint for each SCREEN_CHECK_BYTES of the stream: the bytes that make a
 * fresh terminal show the same.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_COMMON_SCREEN_AT_H
#define VIEWER_COMMON_SCREEN_AT_H

#include <glib.h>
#include <stdbool.h>

#include "capture/reader.h"

/* What firmware, boot loaders and installers count on on a serial line. */
#define SCREEN_COLUMNS 80
#define SCREEN_ROWS 25

#define SCREEN_CHECK_BYTES (512 << 10)

/* A colour: -1 the terminal's own, 0 to 255 of the palette. */
typedef struct ScreenCell {
    char text[32]; /* UTF-8, with what combines; empty: blank */
    int width; /* cells; 0: the second one of a wide character */
    int fg, bg;
    bool bold, underline, reverse;
} ScreenCell;

typedef struct ScreenAt ScreenAt;

/* Opens the capture @path for itself; its times are virtual where asked for. */
ScreenAt *screen_at_new(const char *path, uint8_t stream, bool virtual_clock,
                        GError **error);
void screen_at_free(ScreenAt *s);

/*
 * Goes to @time (ns): all bytes with that stamp and before it were written.
 * False where CLOCK_MONOTONIC @deadline (us) came first: ask again.
 */
bool screen_at_seek(ScreenAt *s, uint64_t time, int64_t deadline);

void screen_at_cell(const ScreenAt *s, int row, int column, ScreenCell *cell);

/* Where the cursor is; false: it is not shown. */
bool screen_at_cursor(const ScreenAt *s, int *row, int *column);

/* A row in UTF-8, without the blanks at its end. */
void screen_at_append_row(const ScreenAt *s, int row, GString *out);

/*
 * The stream that is a console: the first that is not the firmware's debug
 * port.  @r stands where it stood.
 */
int screen_choose_stream(CaptureReader *r);

#endif
