/*
 * From guest bytes to lines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "lines.h"

typedef struct LineBuffer {
    CaptureLine line;
    char *text; /* CAPTURE_LINE_MAX bytes, from the first byte on */
    size_t room;
    bool taken; /* the line was handed out; the next byte begins a new one */
} LineBuffer;

struct CaptureLines {
    LineBuffer streams[CAPTURE_STREAMS_MAX];
};

CaptureLines *capture_lines_new(void)
{
    CaptureLines *lines = g_new0(CaptureLines, 1);

    for (int i = 0; i < CAPTURE_STREAMS_MAX; i++) {
        lines->streams[i].taken = true;
        lines->streams[i].line.complete = true;
        lines->streams[i].line.stream = i;
    }
    return lines;
}

void capture_lines_free(CaptureLines *lines)
{
    if (lines) {
        for (int i = 0; i < CAPTURE_STREAMS_MAX; i++) {
            g_free(lines->streams[i].text);
        }
        g_free(lines);
    }
}

static void begin(LineBuffer *b, const CaptureRecord *rec)
{
    b->line.continued = !b->line.complete;
    b->line.complete = false;
    b->line.pos = rec->pos;
    b->line.time = rec->time;
    b->line.vtime = rec->vtime;
    b->line.len = 0;
    b->taken = false;
}

static void put(LineBuffer *b, char byte)
{
    if (b->line.len == b->room) {
        b->room = b->room ? b->room * 2 : 256;
        b->text = g_realloc(b->text, b->room);
    }
    b->text[b->line.len++] = byte;
}

static bool hand_out(LineBuffer *b, CaptureLine *line)
{
    b->taken = true;
    b->line.text = b->text ? b->text : "";
    *line = b->line;
    return true;
}

bool capture_lines_feed(CaptureLines *lines, const CaptureRecord *rec,
                        CaptureLine *line)
{
    LineBuffer *b;

    if (rec->kind != CAPTURE_BYTE || rec->stream >= CAPTURE_STREAMS_MAX) {
        return false;
    }
    b = &lines->streams[rec->stream];
    if (b->taken) {
        begin(b, rec);
    }
    b->line.end_time = rec->time;
    if (rec->byte == '\n') {
        b->line.complete = true;
        return hand_out(b, line);
    }
    put(b, rec->byte);
    return b->line.len == CAPTURE_LINE_MAX && hand_out(b, line);
}

bool capture_lines_peek(const CaptureLines *lines, uint8_t stream,
                        CaptureLine *line)
{
    const LineBuffer *b = &lines->streams[stream % CAPTURE_STREAMS_MAX];

    if (b->taken) {
        return false;
    }
    *line = b->line;
    line->text = b->text ? b->text : "";
    return true;
}

bool capture_lines_flush(CaptureLines *lines, CaptureLine *line)
{
    for (int i = 0; i < CAPTURE_STREAMS_MAX; i++) {
        LineBuffer *b = &lines->streams[i];

        if (!b->taken) {
            return hand_out(b, line);
        }
    }
    return false;
}
