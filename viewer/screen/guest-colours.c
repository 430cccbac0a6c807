/*
 * The colours that a guest gave its text.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "capture/terminal-text.h"
#include "guest-colours.h"
#include "terminal.h"

/* A row may change its colour at each character; this is more than fits. */
#define RUNS_MAX 512

/* Bytes of a sequence: longer ones set no colour. */
#define SEQUENCE_MAX 64

#define PARAMETERS_MAX 16

/* What SGR (ECMA-48 8.3.117) sets. */
typedef struct Pen {
    int foreground, background; /* -1: the terminal's own */
    bool bold, dim, underline, reverse;
} Pen;

static const Pen plain = { -1, -1, false, false, false, false };

typedef struct Scan {
    CaptureTerminal terminal;
    Pen pen;
    GString *text; /* what shows */
    char sequence[SEQUENCE_MAX + 1];
    size_t len; /* of it */
    GArray *runs; /* ColourRun */
} Scan;

static uint32_t attributes_of(const Pen *pen)
{
    uint32_t attributes = 0;

    if (pen->foreground >= 0 || pen->background >= 0) {
        attributes = terminal_colours(pen->foreground, pen->background);
    }
    attributes |= pen->bold ? A_BOLD : 0;
    attributes |= pen->dim ? A_DIM : 0;
    attributes |= pen->underline ? A_UNDERLINE : 0;
    return attributes | (pen->reverse ? A_REVERSE : 0);
}

/* "38;5;N" and "38;2;R;G;B": returns how many parameters it took. */
static int set_further(int *colour, const int *p, int n)
{
    if (n >= 3 && p[1] == 5) {
        *colour = p[2];
        return 3;
    }
    return n >= 2 && p[1] == 2 ? 5 : n;
}

static int set_one(Pen *pen, const int *p, int n)
{
    switch (p[0]) {
    case 0:
        *pen = plain;
        break;
    case 1:
        pen->bold = true;
        break;
    case 2:
        pen->dim = true;
        break;
    case 4:
        pen->underline = true;
        break;
    case 7:
        pen->reverse = true;
        break;
    case 22:
        pen->bold = pen->dim = false;
        break;
    case 24:
        pen->underline = false;
        break;
    case 27:
        pen->reverse = false;
        break;
    case 30 ... 37:
        pen->foreground = p[0] - 30;
        break;
    case 38:
        return set_further(&pen->foreground, p, n);
    case 39:
        pen->foreground = -1;
        break;
    case 40 ... 47:
        pen->background = p[0] - 40;
        break;
    case 48:
        return set_further(&pen->background, p, n);
    case 49:
        pen->background = -1;
        break;
    case 90 ... 97:
        pen->foreground = p[0] - 90 + 8;
        break;
    case 100 ... 107:
        pen->background = p[0] - 100 + 8;
        break;
    default:
        break;
    }
    return 1;
}

/* The sequence that just ended, without its introducer: "0;32m". */
static void set_pen(Pen *pen, const char *sequence)
{
    int p[PARAMETERS_MAX];
    int n = 0;

    if (sequence[strspn(sequence, "0123456789;")] != 'm') {
        return;
    }
    for (const char *at = sequence; n < PARAMETERS_MAX; at++) {
        char *end;
        unsigned long value = strtoul(at, &end, 10);

        p[n++] = MIN(value, 255);
        at = end;
        if (*at != ';') {
            break;
        }
    }
    for (int i = 0; i < n;) {
        i += set_one(pen, p + i, n - i);
    }
}

static void add_text(Scan *s, const char *bytes, size_t n)
{
    uint32_t from = s->text->len;
    uint32_t attributes = attributes_of(&s->pen);
    ColourRun run = { from, from + n, attributes };
    ColourRun *last = s->runs->len
                          ? &g_array_index(s->runs, ColourRun, s->runs->len - 1)
                          : NULL;

    g_string_append_len(s->text, bytes, n);
    if (last && last->to == from && last->attributes == attributes) {
        last->to = run.to;
    } else if (attributes && s->runs->len < RUNS_MAX) {
        g_array_append_val(s->runs, run);
    }
}

/* A byte of a control sequence: "ESC [", or one byte, and what follows. */
static void add_control(Scan *s, char byte)
{
    if (!capture_terminal_in_sequence(&s->terminal)) {
        s->sequence[s->len] = '\0';
        if (s->len) {
            set_pen(&s->pen, s->sequence);
        }
        s->len = 0;
    } else if (byte == 0x1b || byte == '[' || (uint8_t)byte == 0x9b) {
        s->len = 0;
    }
}

static void add_byte(Scan *s, char byte)
{
    bool inside = capture_terminal_in_sequence(&s->terminal);
    CaptureTerminalEvent event;
    const char pair[] = { (char)0xc2, byte };

    if (inside && s->len < SEQUENCE_MAX) {
        s->sequence[s->len++] = byte;
    }
    event = capture_terminal_feed(&s->terminal, byte);
    if (s->terminal.lone) {
        add_text(s, pair, 1);
    }
    switch (event) {
    case CAPTURE_TERMINAL_PAIR:
        add_text(s, pair, 2);
        break;
    case CAPTURE_TERMINAL_TEXT:
    case CAPTURE_TERMINAL_BLANK:
        add_text(s, &byte, 1);
        break;
    case CAPTURE_TERMINAL_NOTHING:
    case CAPTURE_TERMINAL_LINE_FEED:
    case CAPTURE_TERMINAL_RETURN:
    case CAPTURE_TERMINAL_BACKSPACE:
    case CAPTURE_TERMINAL_MOVE:
    case CAPTURE_TERMINAL_CLEAR:
        add_control(s, byte);
        break;
    }
}

GArray *guest_colours(const Row *row)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Scan s = { .pen = plain, .text = text };
    size_t n;

    if (!row->bytes) {
        return NULL;
    }
    s.runs = g_array_new(FALSE, FALSE, sizeof(ColourRun));
    for (uint32_t i = 0; i < row->n_bytes; i++) {
        add_byte(&s, row->bytes[i]);
    }
    /* Blanks that were only held are of no row: then places do not agree. */
    n = MIN(text->len, row->len);
    if (!s.runs->len || memcmp(text->str, row->text, n)) {
        g_array_unref(s.runs);
        return NULL;
    }
    return s.runs;
}
