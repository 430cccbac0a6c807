/*
 * What a terminal would make of a stream.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "terminal-text.h"

typedef enum State {
    GROUND,
    C2, /* 0xc2 came: the next byte tells a C1 control from text */
    ESCAPE,
    MIDDLE, /* of an escape sequence: bytes 0x20 to 0x2f came */
    CSI, /* parameters of a control sequence */
    STRING, /* OSC, DCS, SOS, PM or APC: up to ST, OSC up to BEL */
    STATES,
} State;

typedef enum Action {
    IGNORE, /* stays in the state */
    TEXT,
    LEAD2, /* the first byte of two; LEAD3 and LEAD4 likewise */
    LEAD3,
    LEAD4,
    HOLD, /* 0xc2 */
    BLANK,
    LINE_FEED,
    RETURN,
    BACKSPACE,
    BREAK_OFF, /* back to GROUND, which takes the byte */
    CANCEL, /* back to GROUND */
    TO_ESCAPE,
    TO_MIDDLE,
    TO_CSI,
    TO_STRING,
    ESCAPE_END,
    CONTROL, /* a C1 control in 8 bits */
    DIGIT,
    SEPARATOR,
    MARKER,
    CSI_END,
} Action;

/* C0 controls that act at once, in a sequence as well; and the rest of it. */
#define LINE_CONTROLS                                                          \
    ['\b'] = BREAK_OFF, ['\t'] = BREAK_OFF, ['\n'] = BREAK_OFF,                \
    ['\v'] = BREAK_OFF, ['\f'] = BREAK_OFF, ['\r'] = BREAK_OFF,                \
    [0x18] = CANCEL, [0x1a] = CANCEL, [0x1b] = TO_ESCAPE

static const uint8_t table[STATES][256] = {
    /* clang-format off: a range each */
    [GROUND] = {
        [' '] = BLANK, ['\t'] = BLANK,
        ['\n'] = LINE_FEED, ['\v'] = LINE_FEED, ['\f'] = LINE_FEED,
        ['\r'] = RETURN, ['\b'] = BACKSPACE, [0x1b] = TO_ESCAPE,
        [0x21 ... 0x7e] = TEXT,
        /* 8 bits: those that stand alone show as the wrong bytes they are */
        [0x80 ... 0x83] = TEXT, [0x84 ... 0x85] = CONTROL,
        [0x86 ... 0x8c] = TEXT, [0x8d] = CONTROL, [0x8e ... 0x8f] = TEXT,
        [0x90] = CONTROL, [0x91 ... 0x97] = TEXT, [0x98] = CONTROL,
        [0x99 ... 0x9a] = TEXT, [0x9b ... 0x9f] = CONTROL,
        [0xa0 ... 0xc1] = TEXT,
        [0xc2] = HOLD, [0xc3 ... 0xdf] = LEAD2, [0xe0 ... 0xef] = LEAD3,
        [0xf0 ... 0xf4] = LEAD4, [0xf5 ... 0xff] = TEXT,
    },
    [C2] = { [0] = IGNORE },
    [ESCAPE] = {
        LINE_CONTROLS,
        [0x20 ... 0x2f] = TO_MIDDLE, [0x30 ... 0x4f] = ESCAPE_END,
        ['P'] = TO_STRING, ['Q' ... 'W'] = ESCAPE_END, ['X'] = TO_STRING,
        ['Y' ... 'Z'] = ESCAPE_END, ['['] = TO_CSI, ['\\'] = ESCAPE_END,
        [']' ... '_'] = TO_STRING, [0x60 ... 0x7e] = ESCAPE_END,
        [0x80 ... 0xff] = BREAK_OFF,
    },
    [MIDDLE] = {
        LINE_CONTROLS,
        [0x20 ... 0x2f] = TO_MIDDLE, [0x30 ... 0x7e] = ESCAPE_END,
        [0x80 ... 0xff] = BREAK_OFF,
    },
    [CSI] = {
        LINE_CONTROLS,
        [0x20 ... 0x2f] = MARKER, ['0' ... '9'] = DIGIT,
        [':'] = SEPARATOR, [';'] = SEPARATOR, ['<' ... '?'] = MARKER,
        [0x40 ... 0x7e] = CSI_END,
        [0x80 ... 0xff] = BREAK_OFF,
    },
    [STRING] = {
        ['\a'] = CANCEL, ['\n'] = BREAK_OFF, ['\r'] = BREAK_OFF,
        [0x18] = CANCEL, [0x1a] = CANCEL, [0x1b] = TO_ESCAPE,
        [0x9c] = CANCEL, [0xc2 ... 0xdf] = LEAD2, [0xe0 ... 0xef] = LEAD3,
        [0xf0 ... 0xf4] = LEAD4,
    },
    /* clang-format on */
};

static void go(CaptureTerminal *t, State state)
{
    t->state = state;
    t->length = 0;
    t->marker = 0;
    t->parameter = 0;
}

/* ESC and a final byte, with @middle between them or 0. */
static CaptureTerminalEvent escape_end(uint8_t byte, uint8_t middle)
{
    if (middle) {
        /* ESC # 8 fills the screen; the others choose character sets. */
        return middle == '#' && byte == '8' ? CAPTURE_TERMINAL_CLEAR
                                            : CAPTURE_TERMINAL_NOTHING;
    }
    switch (byte) {
    case 'E': /* NEL */
        return CAPTURE_TERMINAL_LINE_FEED;
    case 'D': /* IND: down, in the same column */
    case 'M': /* RI */
    case '8': /* DECRC */
        return CAPTURE_TERMINAL_MOVE;
    case 'c': /* RIS */
        return CAPTURE_TERMINAL_CLEAR;
    default:
        return CAPTURE_TERMINAL_NOTHING;
    }
}

static CaptureTerminalEvent private_end(const CaptureTerminal *t, uint8_t byte)
{
    bool mode = byte == 'h' || byte == 'l';

    /* EFI firmware sets the screen's size so, which clears it. */
    if (t->marker == '=' && mode) {
        return CAPTURE_TERMINAL_CLEAR;
    }
    if (t->marker != '?' || !mode) {
        return CAPTURE_TERMINAL_NOTHING;
    }
    switch (t->parameter) {
    case 3: /* DECCOLM */
    case 47: /* the alternate screen of xterm */
    case 1047:
    case 1049:
        return CAPTURE_TERMINAL_CLEAR;
    case 6: /* DECOM */
        return CAPTURE_TERMINAL_MOVE;
    default:
        return CAPTURE_TERMINAL_NOTHING;
    }
}

/*
 * What erases from the cursor on puts no text elsewhere: shells and grep
 * write it in the middle of a line.
 */
static CaptureTerminalEvent csi_end(const CaptureTerminal *t, uint8_t byte)
{
    if (t->marker) {
        return private_end(t, byte);
    }
    switch (byte) {
    case 'A' ... 'I': /* CUU, CUD, CUF, CUB, CNL, CPL, CHA, CUP, CHT */
    case 'Z': /* CBT */
    case '`': /* HPA */
    case 'a': /* HPR */
    case 'd': /* VPA */
    case 'e': /* VPR */
    case 'f': /* HVP */
    case 'j': /* HPB */
    case 'k': /* VPB */
    case 'r': /* DECSTBM */
    case 'u': /* restores the cursor */
        return CAPTURE_TERMINAL_MOVE;
    case 'J': /* ED */
    case 'K': /* EL */
        return t->parameter == 1 || t->parameter == 2
                   ? CAPTURE_TERMINAL_CLEAR
                   : CAPTURE_TERMINAL_NOTHING;
    case 'L': /* IL */
    case 'M': /* DL */
    case 'S': /* SU */
    case 'T': /* SD */
        return CAPTURE_TERMINAL_CLEAR;
    default:
        return CAPTURE_TERMINAL_NOTHING;
    }
}

/* In 8 bits, or in UTF-8: the same as ESC and the byte 0x40 below. */
static CaptureTerminalEvent control(CaptureTerminal *t, uint8_t byte)
{
    uint8_t action = table[ESCAPE][byte - 0x40];

    if (action == TO_CSI || action == TO_STRING) {
        go(t, action == TO_CSI ? CSI : STRING);
        return CAPTURE_TERMINAL_NOTHING;
    }
    return escape_end(byte - 0x40, 0);
}

static CaptureTerminalEvent ground(CaptureTerminal *t, uint8_t byte)
{
    switch ((Action)table[GROUND][byte]) {
    case LEAD2:
    case LEAD3:
    case LEAD4:
        t->left = table[GROUND][byte] - LEAD2 + 1;
        return CAPTURE_TERMINAL_TEXT;
    case TEXT:
        return CAPTURE_TERMINAL_TEXT;
    case HOLD:
        t->state = C2;
        return CAPTURE_TERMINAL_NOTHING;
    case BLANK:
        return CAPTURE_TERMINAL_BLANK;
    case LINE_FEED:
        return CAPTURE_TERMINAL_LINE_FEED;
    case RETURN:
        return CAPTURE_TERMINAL_RETURN;
    case BACKSPACE:
        return CAPTURE_TERMINAL_BACKSPACE;
    case TO_ESCAPE:
        go(t, ESCAPE);
        return CAPTURE_TERMINAL_NOTHING;
    case CONTROL:
        return control(t, byte);
    default:
        return CAPTURE_TERMINAL_NOTHING;
    }
}

static CaptureTerminalEvent break_off(CaptureTerminal *t, uint8_t byte)
{
    go(t, GROUND);
    return ground(t, byte);
}

static CaptureTerminalEvent after_c2(CaptureTerminal *t, uint8_t byte)
{
    t->state = GROUND;
    if (byte >= 0xa0 && byte <= 0xbf) {
        return CAPTURE_TERMINAL_PAIR;
    }
    if (byte >= 0x80 && byte <= 0x9f) {
        return control(t, byte);
    }
    t->lone = true;
    return ground(t, byte);
}

static void handle_digit(CaptureTerminal *t, uint8_t byte)
{
    /* The first parameter alone matters; a separator closes it. */
    if (t->parameter < 0x8000) {
        unsigned number = t->parameter * 10 + (byte - '0');

        t->parameter = number < 0x7fff ? number : 0x7fff;
    }
}

static CaptureTerminalEvent sequence(CaptureTerminal *t, uint8_t byte)
{
    CaptureTerminalEvent event;

    if (++t->length > CAPTURE_TERMINAL_STRING_MAX) {
        return break_off(t, byte);
    }
    switch ((Action)table[t->state][byte]) {
    case BREAK_OFF:
        return break_off(t, byte);
    case CANCEL:
        go(t, GROUND);
        break;
    case TO_ESCAPE:
        go(t, ESCAPE);
        break;
    case TO_MIDDLE:
        t->state = MIDDLE;
        t->marker = byte;
        break;
    case TO_CSI:
        go(t, CSI);
        break;
    case TO_STRING:
        go(t, STRING);
        break;
    case ESCAPE_END:
        event = escape_end(byte, t->marker);
        go(t, GROUND);
        return event;
    case DIGIT:
        handle_digit(t, byte);
        break;
    case SEPARATOR:
        t->parameter |= 0x8000;
        break;
    case MARKER:
        t->marker = byte;
        break;
    case CSI_END:
        t->parameter &= 0x7fff;
        event = csi_end(t, byte);
        go(t, GROUND);
        return event;
    case LEAD2:
    case LEAD3:
    case LEAD4:
        /* In a title: 0x9c may be a part of a character there. */
        t->left = table[t->state][byte] - LEAD2 + 1;
        break;
    default:
        break;
    }
    return CAPTURE_TERMINAL_NOTHING;
}

CaptureTerminalEvent capture_terminal_feed(CaptureTerminal *t, uint8_t byte)
{
    t->lone = false;
    if (t->left) {
        if ((byte & 0xc0) == 0x80) {
            t->left--;
            return t->state == GROUND ? CAPTURE_TERMINAL_TEXT
                                      : CAPTURE_TERMINAL_NOTHING;
        }
        t->left = 0;
    }
    if (t->state == GROUND) {
        return ground(t, byte);
    }
    return t->state == C2 ? after_c2(t, byte) : sequence(t, byte);
}
