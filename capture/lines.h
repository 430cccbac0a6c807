/*
 * From guest bytes to lines, each stream by itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_LINES_H
#define CAPTURE_LINES_H

#include "reader.h"

/* A longer line comes in pieces of this many bytes. */
#define CAPTURE_LINE_MAX 65536

typedef struct CaptureLine {
    uint64_t pos; /* of its first byte's record */
    uint64_t time; /* of its first byte, ns */
    uint64_t vtime; /* of its first byte, ns, or CAPTURE_NO_TIME */
    uint64_t end_time; /* of its last byte, the newline included, ns */
    const char *text; /* guest bytes without the newline, no NUL behind */
    size_t len;
    uint8_t stream;
    bool continued; /* a further piece of the line before */
    bool complete; /* the newline came */
} CaptureLine;

typedef struct CaptureLines CaptureLines;

CaptureLines *capture_lines_new(void);
void capture_lines_free(CaptureLines *lines);

/*
 * Takes a record (all but CAPTURE_BYTE are ignored).  Returns true and fills
 * @line when it ends one; @line->text is good until the next call.
 */
bool capture_lines_feed(CaptureLines *lines, const CaptureRecord *record,
                        CaptureLine *line);

/* What stands without a newline, a stream a call; false: nothing is left. */
bool capture_lines_flush(CaptureLines *lines, CaptureLine *line);

/* The same for one stream, without taking it away: what a prompt shows. */
bool capture_lines_peek(const CaptureLines *lines, uint8_t stream,
                        CaptureLine *line);

#endif
