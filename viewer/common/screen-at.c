/*
 * The screen of a stream's terminal as it stood at a time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>
#include <vterm.h>

#include "capture/terminal-text.h"
#include "common.h"
#include "screen-at.h"

/* Bytes fed between two looks at the clock. */
#define BYTES_PER_LOOK 16384

/* Settings that libvterm does not tell of: the sequence that made each last. */
typedef enum Setting {
    SETTING_REGION, /* of scrolling */
    SETTING_ORIGIN,
    SETTING_WRAP,
    SETTING_G0, /* character sets */
    SETTING_G1,
    SETTING_SHIFT,
    SETTINGS,
} Setting;

#define SEQUENCE_MAX 24

typedef struct Tracker {
    CaptureTerminal terminal;
    char sequence[SEQUENCE_MAX]; /* the one that runs */
    uint8_t len;
    bool too_long;
    char settings[SETTINGS][SEQUENCE_MAX];
} Tracker;

typedef struct Check {
    CaptureCursor at;
    GString *screen; /* the bytes that draw it */
    Tracker tracker;
    uint8_t before; /* the last byte */
} Check;

struct ScreenAt {
    CaptureReader *reader;
    uint8_t stream;
    bool virtual_clock;
    VTerm *term;
    VTermScreen *screen;
    Tracker tracker;
    uint8_t before;
    GByteArray *part; /* of a character */
    bool alternate, cursor_hidden;
    uint64_t shown; /* the latest stamp on the screen, ns */
    uint64_t fed; /* bytes since the last checkpoint */
    GArray *checks; /* Check */
    guint passed; /* checkpoints before the place where it stands */
};

/* ------------------------------------------------------------------ */
/* What libvterm does not tell                                         */

static void note_setting(Tracker *t, Setting setting)
{
    memcpy(t->settings[setting], t->sequence, sizeof(t->sequence));
}

static void end_sequence(Tracker *t)
{
    const char *s = t->sequence;
    char last = t->len ? s[t->len - 1] : 0;

    if (t->too_long || t->len < 2) {
        return;
    }
    if (s[1] == 'c') {
        memset(t->settings, 0, sizeof(t->settings));
    } else if (s[1] == '(' && t->len == 3) {
        note_setting(t, SETTING_G0);
    } else if (s[1] == ')' && t->len == 3) {
        note_setting(t, SETTING_G1);
    } else if (s[1] == '[' && last == 'r' && s[2] != '?') {
        note_setting(t, SETTING_REGION);
    } else if (s[1] == '[' && s[2] == '?' && s[3] == '6' &&
               !g_ascii_isdigit(s[4])) {
        note_setting(t, SETTING_ORIGIN);
    } else if (s[1] == '[' && s[2] == '?' && s[3] == '7' &&
               !g_ascii_isdigit(s[4])) {
        note_setting(t, SETTING_WRAP);
    }
}

static void track(Tracker *t, uint8_t byte)
{
    bool before = capture_terminal_in_sequence(&t->terminal);

    if (!before) {
        memset(t->sequence, 0, sizeof(t->sequence));
        t->len = 0;
        t->too_long = false;
    }
    if (t->len < SEQUENCE_MAX - 1) {
        t->sequence[t->len++] = byte;
    } else {
        t->too_long = true;
    }
    capture_terminal_feed(&t->terminal, byte);
    if (byte == 0x0e || byte == 0x0f) {
        t->sequence[0] = byte;
        t->sequence[1] = 0;
        note_setting(t, SETTING_SHIFT);
    } else if (before && !capture_terminal_in_sequence(&t->terminal)) {
        end_sequence(t);
    }
}

/* ------------------------------------------------------------------ */
/* The terminal                                                        */

static int on_property(VTermProp prop, VTermValue *value, void *data)
{
    ScreenAt *s = data;

    if (prop == VTERM_PROP_ALTSCREEN) {
        s->alternate = value->boolean;
    } else if (prop == VTERM_PROP_CURSORVISIBLE) {
        s->cursor_hidden = !value->boolean;
    }
    return 1;
}

static const VTermScreenCallbacks callbacks = { .settermprop = on_property };

static void begin_terminal(ScreenAt *s)
{
    if (s->term) {
        vterm_free(s->term);
    }
    s->term = vterm_new(SCREEN_ROWS, SCREEN_COLUMNS);
    vterm_set_utf8(s->term, 1);
    s->screen = vterm_obtain_screen(s->term);
    vterm_screen_set_callbacks(s->screen, &callbacks, s);
    vterm_screen_enable_altscreen(s->screen, 1);
    vterm_screen_reset(s->screen, 1);
    s->alternate = s->cursor_hidden = false;
}

/* What the terminal answers is for nobody. */
static void write_terminal(ScreenAt *s, const char *bytes, size_t n)
{
    char ignored[256];

    vterm_input_write(s->term, bytes, n);
    while (vterm_output_read(s->term, ignored, sizeof(ignored))) {
    }
}

/* Bytes at the end that a UTF-8 character goes on behind. */
static size_t unfinished(const uint8_t *bytes, size_t n)
{
    for (size_t back = 1; back <= 3 && back <= n; back++) {
        uint8_t byte = bytes[n - back];

        if (byte >= 0xc0) {
            size_t whole = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;

            return back < whole ? back : 0;
        }
        if (byte < 0x80) {
            break;
        }
    }
    return 0;
}

/* libvterm (0.1.4) loses a character that comes in two pieces. */
static void write_whole(ScreenAt *s, const uint8_t *bytes, size_t n)
{
    size_t rest;

    g_byte_array_append(s->part, bytes, n);
    rest = unfinished(s->part->data, s->part->len);
    n = s->part->len - rest;
    write_terminal(s, (const char *)s->part->data, n);
    g_byte_array_remove_range(s->part, 0, n);
}

/* A line feed alone only goes down: debug ports have no returns. */
static void feed(ScreenAt *s, const uint8_t *bytes, size_t n)
{
    size_t from = 0;

    for (size_t i = 0; i < n; i++) {
        track(&s->tracker, bytes[i]);
        if (bytes[i] == '\n' && s->before != '\r') {
            write_whole(s, bytes + from, i - from);
            write_terminal(s, "\r", 1);
            from = i;
        }
        s->before = bytes[i];
    }
    write_whole(s, bytes + from, n - from);
    s->fed += n;
}

static int colour_of(const ScreenAt *s, VTermColor colour)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(&colour) ||
        VTERM_COLOR_IS_DEFAULT_BG(&colour)) {
        return -1;
    }
    if (VTERM_COLOR_IS_INDEXED(&colour)) {
        return colour.indexed.idx;
    }
    vterm_screen_convert_color_to_rgb(s->screen, &colour);
    /* The cube of 6 by 6 by 6 that terminals have. */
    return 16 + 36 * (colour.rgb.red * 5 / 255) +
           6 * (colour.rgb.green * 5 / 255) + colour.rgb.blue * 5 / 255;
}

void screen_at_cell(const ScreenAt *s, int row, int column, ScreenCell *cell)
{
    VTermPos pos = { row, column };
    VTermScreenCell c;
    size_t len = 0;

    memset(cell, 0, sizeof(*cell));
    cell->width = 1;
    cell->fg = cell->bg = -1;
    if (!vterm_screen_get_cell(s->screen, pos, &c)) {
        return;
    }
    cell->width = c.chars[0] == (uint32_t)-1 ? 0 : c.width;
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && c.chars[i] && cell->width &&
                    len + 6 < sizeof(cell->text);
         i++) {
        gunichar character =
            is_deceptive(c.chars[i]) ? 0xfffd : (gunichar)c.chars[i];

        len += g_unichar_to_utf8(character, cell->text + len);
    }
    cell->fg = colour_of(s, c.fg);
    cell->bg = colour_of(s, c.bg);
    cell->bold = c.attrs.bold;
    cell->underline = c.attrs.underline;
    cell->reverse = c.attrs.reverse;
}

bool screen_at_cursor(const ScreenAt *s, int *row, int *column)
{
    VTermPos pos;

    vterm_state_get_cursorpos(vterm_obtain_state(s->term), &pos);
    *row = pos.row;
    *column = pos.col;
    return !s->cursor_hidden;
}

void screen_at_append_row(const ScreenAt *s, int row, GString *out)
{
    size_t end = out->len;

    for (int column = 0; column < SCREEN_COLUMNS; column++) {
        ScreenCell cell;

        screen_at_cell(s, row, column, &cell);
        if (cell.width) {
            g_string_append(out, cell.text[0] ? cell.text : " ");
        }
        if (cell.text[0] && strcmp(cell.text, " ") != 0) {
            end = out->len;
        }
    }
    g_string_truncate(out, end);
}

/* ------------------------------------------------------------------ */
/* Checkpoints                                                         */

static void append_style(GString *out, const ScreenCell *cell)
{
    g_string_append(out, "\033[0");
    g_string_append(out, cell->bold ? ";1" : "");
    g_string_append(out, cell->underline ? ";4" : "");
    g_string_append(out, cell->reverse ? ";7" : "");
    if (cell->fg >= 0) {
        g_string_append_printf(out, ";38;5;%d", cell->fg);
    }
    if (cell->bg >= 0) {
        g_string_append_printf(out, ";48;5;%d", cell->bg);
    }
    g_string_append_c(out, 'm');
}

static bool same_style(const ScreenCell *a, const ScreenCell *b)
{
    return a->bold == b->bold && a->underline == b->underline &&
           a->reverse == b->reverse && a->fg == b->fg && a->bg == b->bg;
}

static bool is_plain_blank(const ScreenCell *cell)
{
    return !cell->text[0] && cell->bg < 0 && !cell->reverse && cell->width;
}

static void append_cells(const ScreenAt *s, GString *out)
{
    ScreenCell before = { .fg = -2 };

    for (int row = 0; row < SCREEN_ROWS; row++) {
        bool placed = false;

        for (int column = 0; column < SCREEN_COLUMNS; column++) {
            ScreenCell cell;

            screen_at_cell(s, row, column, &cell);
            if (is_plain_blank(&cell)) {
                placed = false;
            }
            if (is_plain_blank(&cell) || !cell.width) {
                continue;
            }
            if (!placed) {
                g_string_append_printf(out, "\033[%d;%dH", row + 1, column + 1);
                placed = true;
            }
            if (!same_style(&cell, &before)) {
                append_style(out, &cell);
                before = cell;
            }
            g_string_append(out, cell.text[0] ? cell.text : " ");
        }
    }
}

/* The style that text would be written in now. */
static void append_pen(const ScreenAt *s, GString *out)
{
    VTermState *state = vterm_obtain_state(s->term);
    ScreenCell pen = { 0 };
    VTermValue value;

    vterm_state_get_penattr(state, VTERM_ATTR_BOLD, &value);
    pen.bold = value.boolean;
    vterm_state_get_penattr(state, VTERM_ATTR_UNDERLINE, &value);
    pen.underline = value.number;
    vterm_state_get_penattr(state, VTERM_ATTR_REVERSE, &value);
    pen.reverse = value.boolean;
    vterm_state_get_penattr(state, VTERM_ATTR_FOREGROUND, &value);
    pen.fg = colour_of(s, value.color);
    vterm_state_get_penattr(state, VTERM_ATTR_BACKGROUND, &value);
    pen.bg = colour_of(s, value.color);
    append_style(out, &pen);
}

static void add_check(ScreenAt *s, const CaptureCursor *at)
{
    Check check = { .at = *at, .tracker = s->tracker, .before = s->before };
    GString *out = check.screen = g_string_new(NULL);
    bool visible;
    int row, column;

    g_string_append(out, s->alternate ? "\033[?1049h" : "");
    g_string_append(out, "\033[?7l"); /* the last cell must not scroll */
    append_cells(s, out);
    g_string_append(out, "\033[?7h");
    for (int i = 0; i < SETTINGS; i++) {
        if (i != SETTING_ORIGIN) {
            g_string_append(out, s->tracker.settings[i]);
        }
    }
    append_pen(s, out);
    visible = screen_at_cursor(s, &row, &column);
    g_string_append_printf(out, "\033[%d;%dH", row + 1, column + 1);
    g_string_append(out, visible ? "" : "\033[?25l");
    g_array_append_val(s->checks, check);
    s->passed = s->checks->len;
    s->fed = 0;
}

static void go_to_check(ScreenAt *s, guint i)
{
    const Check *check = &g_array_index(s->checks, Check, i);

    begin_terminal(s);
    write_terminal(s, check->screen->str, check->screen->len);
    g_byte_array_set_size(s->part, 0);
    s->tracker = check->tracker;
    s->before = check->before;
    s->shown = check->at.time;
    s->fed = 0;
    s->passed = i + 1;
    capture_reader_seek(s->reader, &check->at);
}

static void clear_check(gpointer data)
{
    g_string_free(((Check *)data)->screen, TRUE);
}

ScreenAt *screen_at_new(const char *path, uint8_t stream, bool virtual_clock,
                        GError **error)
{
    CaptureReader *reader = capture_reader_open(path, error);
    CaptureCursor at;
    ScreenAt *s;

    if (!reader) {
        return NULL;
    }
    s = g_new0(ScreenAt, 1);
    s->reader = reader;
    s->stream = stream;
    s->virtual_clock = virtual_clock;
    s->part = g_byte_array_new();
    s->checks = g_array_new(FALSE, TRUE, sizeof(Check));
    g_array_set_clear_func(s->checks, clear_check);
    begin_terminal(s);
    capture_reader_tell(reader, &at);
    add_check(s, &at);
    return s;
}

void screen_at_free(ScreenAt *s)
{
    if (s) {
        vterm_free(s->term);
        g_array_unref(s->checks);
        g_byte_array_unref(s->part);
        capture_reader_close(s->reader);
        g_free(s);
    }
}

/* ------------------------------------------------------------------ */
/* Time                                                                */

static uint64_t stamp_of(const ScreenAt *s, const CaptureCursor *at,
                         uint64_t time)
{
    if (!s->virtual_clock) {
        return time;
    }
    time = capture_cursor_vtime(at, time);
    return time == CAPTURE_NO_TIME ? 0 : time;
}

static bool is_between_characters(const ScreenAt *s)
{
    return !s->part->len && !capture_terminal_in_sequence(&s->tracker.terminal);
}

static uint64_t place(const ScreenAt *s)
{
    CaptureCursor at;

    capture_reader_tell(s->reader, &at);
    return at.pos;
}

/* Bytes of the stream, or one record of anything else; false: no more. */
static bool step(ScreenAt *s, uint64_t time, bool *there)
{
    uint8_t bytes[1024];
    uint64_t times[G_N_ELEMENTS(bytes)];
    CaptureCursor at;
    CaptureRecord rec;
    uint8_t stream;
    size_t n, wanted = 0;

    capture_reader_tell(s->reader, &at);
    n = capture_reader_next_bytes(s->reader, &stream, times, bytes,
                                  G_N_ELEMENTS(bytes));
    if (!n) {
        if (!capture_reader_next(s->reader, &rec)) {
            return false;
        }
        if (rec.kind != CAPTURE_BYTE) {
            return true;
        }
        stream = rec.stream;
        bytes[0] = rec.byte;
        times[0] = rec.time;
        n = 1;
        at.pos = rec.pos;
    }
    if (stream != s->stream) {
        return true;
    }
    while (wanted < n && stamp_of(s, &at, times[wanted]) <= time) {
        wanted++;
    }
    feed(s, bytes, wanted);
    if (wanted) {
        s->shown = stamp_of(s, &at, times[wanted - 1]);
    }
    if (wanted < n) {
        at.pos += wanted;
        at.time = wanted ? times[wanted - 1] : at.time;
        capture_reader_seek(s->reader, &at);
        *there = true;
    } else if (s->fed >= SCREEN_CHECK_BYTES && s->passed == s->checks->len &&
               is_between_characters(s)) {
        capture_reader_tell(s->reader, &at);
        add_check(s, &at);
    }
    while (s->passed < s->checks->len &&
           g_array_index(s->checks, Check, s->passed).at.pos <= place(s)) {
        s->passed++;
        s->fed = 0;
    }
    return true;
}

/* The last checkpoint that is not behind @time. */
static guint check_before(const ScreenAt *s, uint64_t time)
{
    guint i = s->checks->len - 1;

    while (i > 0) {
        const Check *check = &g_array_index(s->checks, Check, i);

        if (stamp_of(s, &check->at, check->at.time) <= time) {
            break;
        }
        i--;
    }
    return i;
}

bool screen_at_seek(ScreenAt *s, uint64_t time, int64_t deadline)
{
    guint check = check_before(s, time);
    bool there = false;
    uint64_t look = 0;

    if (time < s->shown || check + 1 > s->passed) {
        go_to_check(s, check);
    }
    while (!there && step(s, time, &there)) {
        look += 1024;
        if (look >= BYTES_PER_LOOK) {
            look = 0;
            if (g_get_monotonic_time() > deadline) {
                return false;
            }
        }
    }
    return true;
}

int screen_choose_stream(CaptureReader *r)
{
    StreamNames *names = g_new0(StreamNames, 1);
    CaptureCursor start;
    CaptureRecord rec;
    int chosen = 0;

    /* Streams are told of before their first byte: look ahead to that. */
    capture_reader_tell(r, &start);
    while (capture_reader_next(r, &rec) && rec.kind != CAPTURE_BYTE) {
        stream_names_feed(names, &rec);
    }
    capture_reader_seek(r, &start);
    for (int i = names->count - 1; i >= 0; i--) {
        if (names->frontend[i][0] && !strstr(names->frontend[i], "debugcon")) {
            chosen = i;
        }
    }
    g_free(names);
    return chosen;
}
