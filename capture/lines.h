/*
 * From guest bytes to lines, each stream by itself.
 *
 * A line is a row of text on a terminal: capture/terminal-text.h tells which
 * bytes show something.  A line feed ends a row.  So does a return, a cursor
 * movement or a clear, when text follows it; text that goes over what a
 * backspace went back over begins a new row as well.  Bytes that show nothing
 * make no row and move no time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_LINES_H
#define CAPTURE_LINES_H

#include "reader.h"
#include "terminal-text.h"

/* A longer line comes in pieces of this many bytes. */
#define CAPTURE_LINE_MAX 65536

/* Why a row is over. */
typedef enum CaptureLineEnd {
    CAPTURE_LINE_OPEN, /* it is not: its end is still to come */
    CAPTURE_LINE_FED, /* a line feed */
    CAPTURE_LINE_OVERWRITTEN, /* a return or backspaces, and text over it */
    CAPTURE_LINE_MOVED, /* the text went on elsewhere, or was cleared */
    CAPTURE_LINE_FULL, /* CAPTURE_LINE_MAX: the next one continues it */
    CAPTURE_LINE_BROKEN, /* by a reset, or by the session's end */
} CaptureLineEnd;

typedef struct CaptureLine {
    uint64_t pos; /* of the record of its first character */
    uint64_t time; /* of that, ns */
    uint64_t vtime; /* of that, ns, or CAPTURE_NO_TIME */
    uint64_t end_time; /* of its last character, ns */
    const char *text; /* guest bytes that show something, no NUL behind */
    size_t len;
    /*
     * All its bytes with the control sequences before and in it, but not the
     * line's end; NULL: they were not asked for.
     */
    const char *bytes;
    size_t n_bytes;
    uint8_t stream;
    bool continued; /* a further piece of the line before */
    bool complete; /* nothing more can come: a line feed, or text elsewhere */
    CaptureLineEnd end;
} CaptureLine;

typedef struct CaptureLines CaptureLines;

CaptureLines *capture_lines_new(void);
void capture_lines_free(CaptureLines *lines);

/* CaptureLine.bytes is set from now on. */
void capture_lines_keep_bytes(CaptureLines *lines);

/*
 * Takes any record; a SESSION and a reset break rows off.  Returns true and
 * fills @line when a row is over; its texts are good until the next call.
 */
bool capture_lines_feed(CaptureLines *lines, const CaptureRecord *record,
                        CaptureLine *line);

/*
 * The same for @n bytes of a stream that stand next to each other, as
 * capture_reader_next_bytes() gives them; @at is where the reader stood before
 * it.  Returns how many were taken: fewer than @n only where a row was over
 * (then @over is true).  The others are for the next call.
 */
size_t capture_lines_feed_bytes(CaptureLines *lines, uint8_t stream,
                                const uint8_t *bytes, const uint64_t *times,
                                size_t n, const CaptureCursor *at,
                                CaptureLine *line, bool *over);

/* True for a record that breaks rows off: a SESSION, a reset, what was dropped. */
static inline bool capture_lines_is_break(const CaptureRecord *record)
{
    return record->kind == CAPTURE_SESSION || record->kind == CAPTURE_DROPPED ||
           (record->kind == CAPTURE_VM &&
            record->u.vm.event == CAPTURE_VM_RESET);
}

/* What stands without an end, a stream a call; false: nothing is left. */
bool capture_lines_flush(CaptureLines *lines, CaptureLine *line);

/* The same for one stream, without taking it away: what a prompt shows. */
bool capture_lines_peek(const CaptureLines *lines, uint8_t stream,
                        CaptureLine *line);

/* The stream of the row that has stood open for longest, and its time; or -1. */
int capture_lines_oldest(const CaptureLines *lines, uint64_t *time);

/*
 * Hands out what @stream has as a piece: what follows goes on with it.  False:
 * there is nothing to show.
 */
bool capture_lines_cut(CaptureLines *lines, uint8_t stream, CaptureLine *line);

/*
 * Does a row stand open in @stream, or blanks that may become one, that begins
 * at @from or behind it, and before @to?
 */
bool capture_lines_is_open(const CaptureLines *lines, uint8_t stream,
                           uint64_t from, uint64_t to);

/*
 * Where a stream stands in its line, to go on from there another time.  The
 * row that is open then comes out with a @pos of 0 and a text that means
 * nothing: only those behind it are whole.
 */
typedef struct CaptureLineState {
    CaptureTerminal terminal;
    uint32_t len, held; /* of the text, and of what waits to be a row */
    uint32_t cells, back; /* characters, and how far the cursor went back */
    uint16_t flags;
} CaptureLineState;

void capture_lines_save(const CaptureLines *lines, uint8_t stream,
                        CaptureLineState *state);
void capture_lines_restore(CaptureLines *lines, uint8_t stream,
                           const CaptureLineState *state);

#endif
