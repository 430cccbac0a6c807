/*
 * What a terminal would make of a stream: which bytes show something, and
 * which move or clear.
 *
 * A state machine after ECMA-48 (control functions, in 7 and in 8 bits) and
 * the way DEC's terminals take them apart: https://vt100.net/emu/dec_ansi_parser
 * describes it.  Different here, because this text is read, not typed over:
 * a line end breaks off any sequence, and strings (OSC, DCS, ...) are given up
 * after CAPTURE_TERMINAL_STRING_MAX bytes, so that a stray introducer cannot
 * take a log away.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_TERMINAL_TEXT_H
#define CAPTURE_TERMINAL_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes of a control string or of a sequence's parameters, at most. */
#define CAPTURE_TERMINAL_STRING_MAX 4096

/* What a byte does. */
typedef enum CaptureTerminalEvent {
    CAPTURE_TERMINAL_NOTHING, /* it is a control, or a part of one */
    CAPTURE_TERMINAL_TEXT, /* it shows, or is a further byte of what does */
    CAPTURE_TERMINAL_PAIR, /* so do the byte before (0xc2) and this one */
    CAPTURE_TERMINAL_BLANK, /* a space or a tab */
    CAPTURE_TERMINAL_LINE_FEED, /* the line is over: LF, VT, FF, NEL */
    CAPTURE_TERMINAL_RETURN, /* back to the row's start */
    CAPTURE_TERMINAL_BACKSPACE, /* a cell to the left */
    CAPTURE_TERMINAL_MOVE, /* the cursor went elsewhere */
    CAPTURE_TERMINAL_CLEAR, /* what stood there is gone */
} CaptureTerminalEvent;

/* All zeros at a stream's start.  It may be copied and kept. */
typedef struct CaptureTerminal {
    uint8_t state;
    uint8_t left; /* bytes of a UTF-8 character that are to come */
    uint8_t marker; /* of a control sequence: its private or middle byte */
    bool lone; /* the byte before was a 0xc2 that nothing belongs to */
    uint16_t parameter; /* the first one */
    uint16_t length; /* of the sequence or string so far */
} CaptureTerminal;

/*
 * Takes a byte.  Where @terminal->lone is set afterwards, 0xc2 came before
 * it and is text by itself (and no UTF-8).
 */
CaptureTerminalEvent capture_terminal_feed(CaptureTerminal *terminal,
                                           uint8_t byte);

/* True where @byte is a visible ASCII character and nothing goes before. */
static inline bool capture_terminal_is_plain(const CaptureTerminal *terminal,
                                             uint8_t byte)
{
    return !(terminal->state | terminal->left) && byte > 0x20 && byte < 0x7f;
}

/* True in the middle of a sequence: its first byte came before. */
static inline bool capture_terminal_in_sequence(const CaptureTerminal *terminal)
{
    return terminal->state != 0;
}

#endif
