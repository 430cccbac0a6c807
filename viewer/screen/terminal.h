/*
 * The terminal: set up, given back whatever happens, and its colours.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_TERMINAL_H
#define VIEWER_SCREEN_TERMINAL_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* What a piece of text is; its colour follows. */
typedef enum Style {
    STYLE_NORMAL,
    STYLE_TIME,
    STYLE_DELTA_TINY, /* below 1 ms */
    STYLE_DELTA_SMALL, /* from 1 ms on */
    STYLE_DELTA_MEDIUM, /* from 10 ms on */
    STYLE_DELTA_LARGE, /* from 100 ms on */
    STYLE_DELTA_HUGE, /* from 1 s on */
    STYLE_MILESTONE,
    STYLE_EVENT,
    STYLE_LOST,
    STYLE_CURSOR,
    STYLE_CURSOR_IDLE, /* another pane has the keys */
    STYLE_MATCH,
    STYLE_MARK,
    STYLE_TITLE,
    STYLE_TITLE_FOCUS,
    STYLE_FRAME,
    STYLE_BAR,
    STYLE_BAR_RUN,
    STYLE_STATUS,
    STYLE_LIVE,
    STYLE_PAUSED,
    STYLE_ENDED,
    STYLE_ERROR,
    STYLE_KEY,
    STYLE_HINT,
    STYLE_STREAM_1,
    STYLE_STREAM_6 = STYLE_STREAM_1 + 5,
    STYLE_PHASE_1,
    STYLE_PHASE_8 = STYLE_PHASE_1 + 7,
    STYLE_OWN_1, /* the user's highlights */
    STYLE_OWN_8 = STYLE_OWN_1 + 7,
    STYLE_COUNT,
} Style;

/* Colour numbers as the terminal has them; -1: its own default. */
typedef struct StyleColour {
    int foreground, background;
    uint32_t attributes; /* of curses */
} StyleColour;

/* The style that a settings file calls @name; -1: there is none. */
int style_by_name(const char *name);

/* "red", "brightblue" or a number up to 255; -2: neither. */
int colour_by_name(const char *name);

/* "bold" and the like; 0: no such. */
uint32_t attribute_by_name(const char *name);

/* Uses @colour for @style instead of the built-in choice. */
void style_set(Style style, const StyleColour *colour);

/* The attributes to draw @style with. */
uint32_t style_attributes(Style style);

/*
 * Those for colours of a palette of 16; -1, and any other: the terminal's own.
 * 0: the terminal has no colours, or no more pairs of them.
 */
uint32_t terminal_colours(int foreground, int background);

/*
 * Takes the terminal over.  Returns false with @error set where that is
 * impossible; nothing has changed then.
 */
bool terminal_start(bool mouse, GError **error);

/* Gives it back; may be called again. */
void terminal_stop(void);

/* Whether characters outside ASCII can be shown. */
bool terminal_is_utf8(void);

typedef enum TerminalEvent {
    TERMINAL_KEYS = 1 << 0, /* something to read */
    TERMINAL_RESIZE = 1 << 1, /* the size may have changed */
    TERMINAL_AGAIN = 1 << 2, /* back from a stop: draw all */
    TERMINAL_FILE = 1 << 3, /* the other descriptor has something */
    TERMINAL_GONE = 1 << 4, /* a signal or a lost terminal ends us */
} TerminalEvent;

/*
 * Waits until something happens, at most @timeout_ms (-1: for ever).  @fd is
 * looked at too, unless it is -1.  Stopping (Ctrl-Z) happens in here.
 */
unsigned terminal_wait(int timeout_ms, int fd);

/* The signal behind TERMINAL_GONE. */
int terminal_signal(void);

/* Who takes what is copied to the clipboard. */
typedef enum ClipboardWay {
    CLIPBOARD_NONE, /* this terminal has none */
    CLIPBOARD_TERMINAL,
    CLIPBOARD_TMUX, /* where its set-clipboard is on */
    CLIPBOARD_SCREEN,
} ClipboardWay;

/* Copies @text to the clipboard of the terminal's machine (OSC 52). */
ClipboardWay terminal_copy(const char *text, size_t len);

/* The next key, if any: a character, or KEY_CODE | a code of curses. */
#define KEY_CODE 0x1000000
bool terminal_key(int *key);

#endif
