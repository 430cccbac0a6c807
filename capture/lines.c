/*
 * From guest bytes to lines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "lines.h"

/* Where a row, or what may become one, begins. */
typedef struct Place {
    uint64_t pos, time, vtime;
} Place;

/* What has to happen to text that follows. */
typedef enum Pending {
    PENDING_NONE,
    PENDING_RETURN, /* it goes over the row */
    PENDING_MOVE, /* it goes elsewhere */
    PENDING_BREAK, /* it is of another boot */
} Pending;

/* Of a stream; CaptureLineState.flags has the same. */
#define FLAG_OPEN 0x1 /* there is a row */
#define FLAG_VISIBLE 0x2 /* it has more than blanks */
#define FLAG_ADDRESSED 0x4 /* a cursor address put it where it is */
#define FLAG_HELD 0x8 /* blanks came behind what is pending */
#define FLAG_UNFINISHED 0x10 /* this goes on with a row that was handed out */
#define FLAG_MOVED 0x20 /* the cursor was moved since the last line's end */
#define FLAG_PENDING_SHIFT 8

typedef struct Stream {
    CaptureTerminal terminal;
    uint16_t flags;
    uint8_t number;
    Pending pending;
    GString *text; /* of the row; NULL: no byte came so far */
    uint32_t held; /* where in it the held blanks begin */
    uint32_t cells, back;
    uint64_t end_time, held_end; /* of the row; of the held blanks */
    Place row, hold, c2; /* begin of the row, of the held blanks, of a 0xc2 */

    /* The same with the controls; empty where they are not kept. */
    GString *bytes;
    size_t before; /* of them, those before what is pending */
    size_t sequence; /* where the control that runs begins */
} Stream;

struct CaptureLines {
    bool keep_bytes;
    int n_streams; /* the highest that had a byte, plus one */
    Stream streams[CAPTURE_STREAMS_MAX];
    GString *text, *bytes; /* of the row that was handed out last */
};

CaptureLines *capture_lines_new(void)
{
    CaptureLines *lines = g_new0(CaptureLines, 1);

    lines->text = g_string_new(NULL);
    lines->bytes = g_string_new(NULL);
    for (int i = 0; i < CAPTURE_STREAMS_MAX; i++) {
        lines->streams[i].number = i;
    }
    return lines;
}

static void free_text(Stream *s)
{
    if (s->text) {
        g_string_free(s->text, TRUE);
        g_string_free(s->bytes, TRUE);
    }
}

void capture_lines_free(CaptureLines *lines)
{
    if (lines) {
        for (int i = 0; i < CAPTURE_STREAMS_MAX; i++) {
            free_text(&lines->streams[i]);
        }
        g_string_free(lines->text, TRUE);
        g_string_free(lines->bytes, TRUE);
        g_free(lines);
    }
}

void capture_lines_keep_bytes(CaptureLines *lines)
{
    lines->keep_bytes = true;
}

static void need_text(CaptureLines *lines, Stream *s)
{
    if (!s->text) {
        lines->n_streams = MAX(lines->n_streams, s->number + 1);
        s->text = g_string_sized_new(256);
        s->bytes = g_string_new(NULL);
    }
}

/* ------------------------------------------------------------------ */
/* A row                                                               */

static void begin_row(Stream *s, const Place *at)
{
    s->flags = (s->flags & (FLAG_UNFINISHED | FLAG_MOVED)) | FLAG_OPEN |
               (s->flags & FLAG_MOVED ? FLAG_ADDRESSED : 0);
    s->row = *at;
}

static void describe(const CaptureLines *lines, const Stream *s,
                     const GString *text, const GString *bytes,
                     CaptureLineEnd end, CaptureLine *line)
{
    *line = (CaptureLine){
        .pos = s->row.pos,
        .time = s->row.time,
        .vtime = s->row.vtime,
        .end_time = s->end_time,
        .text = text->str,
        .len = text->len,
        .bytes = lines->keep_bytes ? bytes->str : NULL,
        .n_bytes = bytes->len,
        .stream = s->number,
        .continued = s->flags & FLAG_UNFINISHED,
        .complete = end == CAPTURE_LINE_FED ||
                    end == CAPTURE_LINE_OVERWRITTEN ||
                    end == CAPTURE_LINE_MOVED,
        .end = end,
    };
}

/* What is behind @at in @from becomes the text of @to. */
static void move_rest(GString *from, size_t at, GString *to)
{
    g_string_truncate(to, 0);
    if (at < from->len) {
        g_string_append_len(to, from->str + at, from->len - at);
        g_string_truncate(from, at);
    }
}

static void swap_strings(GString **a, GString **b)
{
    GString *c = *a;

    *a = *b;
    *b = c;
}

/* A row of blanks that a cursor address put there clears a part of a screen. */
static bool is_worth_showing(const Stream *s)
{
    return (s->flags & (FLAG_VISIBLE | FLAG_ADDRESSED)) != FLAG_ADDRESSED;
}

/*
 * The row is over; text behind @len and bytes behind @n_bytes are of the next
 * one.  True where it is one to show.
 */
static bool end_row(CaptureLines *lines, Stream *s, size_t len, size_t n_bytes,
                    CaptureLineEnd end, CaptureLine *line)
{
    bool shown = is_worth_showing(s);

    swap_strings(&lines->text, &s->text);
    move_rest(lines->text, len, s->text);
    swap_strings(&lines->bytes, &s->bytes);
    move_rest(lines->bytes, n_bytes, s->bytes);
    s->sequence -= MIN(s->sequence, n_bytes);
    describe(lines, s, lines->text, lines->bytes, end, line);
    s->flags &= FLAG_MOVED;
    if (end == CAPTURE_LINE_FULL || end == CAPTURE_LINE_OPEN) {
        s->flags |= FLAG_UNFINISHED;
    }
    s->pending = PENDING_NONE;
    s->cells = s->back = 0;
    return shown;
}

/* ------------------------------------------------------------------ */
/* Bytes with their controls                                           */

/* A guest that writes nothing but controls gets no further than a row's. */
static void keep_byte(Stream *s, uint8_t byte)
{
    if (!capture_terminal_in_sequence(&s->terminal)) {
        s->sequence = s->bytes->len;
    }
    if (s->bytes->len < CAPTURE_LINE_MAX) {
        g_string_append_c(s->bytes, byte);
    }
}

/* The line feed itself, and the returns before it, are of no row. */
static void drop_line_end(Stream *s)
{
    GString *bytes = s->bytes;

    if (bytes->len > s->sequence) {
        g_string_truncate(bytes, s->sequence);
    }
    while (bytes->len && bytes->str[bytes->len - 1] == '\r') {
        g_string_truncate(bytes, bytes->len - 1);
    }
}

/* Nor are those that lead back to the start of a row. */
static void drop_first_returns(Stream *s)
{
    size_t n = strspn(s->bytes->str, "\r");

    g_string_erase(s->bytes, 0, n);
    s->sequence -= MIN(s->sequence, n);
}

/* ------------------------------------------------------------------ */
/* What a byte does                                                    */

/*
 * Blanks were held, for they might have begun a row; now they have not.  Those
 * that went over the row belong to it, so that nothing is lost; those that
 * went elsewhere cleared something.  A row of nothing but blanks ends with the
 * last of them.
 */
static void settle_held(Stream *s)
{
    if (s->flags & FLAG_HELD) {
        if (s->pending != PENDING_RETURN) {
            g_string_truncate(s->text, s->held);
        } else if (!(s->flags & FLAG_VISIBLE)) {
            s->end_time = s->held_end;
        }
        s->flags &= ~FLAG_HELD;
    }
}

static void set_pending(Stream *s, Pending pending)
{
    if (pending == PENDING_MOVE) {
        s->flags |= FLAG_MOVED;
    } else if (!(s->flags & FLAG_OPEN)) {
        s->flags &= ~FLAG_MOVED;
    }
    if (s->flags & FLAG_OPEN) {
        settle_held(s);
        if (s->pending == PENDING_NONE || pending == PENDING_BREAK) {
            s->before = s->sequence;
            s->pending = pending;
        }
    }
}

/* Text stands where the row does not: the row ends, and one begins. */
static bool begin_elsewhere(CaptureLines *lines, Stream *s, const Place *at,
                            CaptureLine *line)
{
    static const CaptureLineEnd ends[] = {
        [PENDING_NONE] = CAPTURE_LINE_OVERWRITTEN, /* it went back */
        [PENDING_RETURN] = CAPTURE_LINE_OVERWRITTEN,
        [PENDING_MOVE] = CAPTURE_LINE_MOVED,
        [PENDING_BREAK] = CAPTURE_LINE_BROKEN,
    };
    bool held = s->flags & FLAG_HELD;
    Place place = held ? s->hold : *at;
    bool shown =
        end_row(lines, s, held ? s->held : s->text->len,
                s->pending ? s->before : s->sequence, ends[s->pending], line);

    drop_first_returns(s);
    begin_row(s, &place);
    s->cells = s->text->len;
    return shown;
}

/* A byte inside a UTF-8 character stands where that does; behind blanks none is. */
static bool is_elsewhere(const Stream *s, uint8_t byte)
{
    return (s->pending || s->back) &&
           ((byte & 0xc0) != 0x80 || s->flags & FLAG_HELD);
}

static bool feed_text(CaptureLines *lines, Stream *s, uint8_t byte,
                      const Place *at, CaptureLine *line)
{
    bool over = false;

    if (!(s->flags & FLAG_OPEN)) {
        g_string_truncate(s->text, 0);
        begin_row(s, at);
    } else if (is_elsewhere(s, byte)) {
        over = begin_elsewhere(lines, s, at, line);
    } else if (s->text->len == CAPTURE_LINE_MAX) {
        over = end_row(lines, s, s->text->len, s->sequence, CAPTURE_LINE_FULL,
                       line);
        begin_row(s, at);
    }
    g_string_append_c(s->text, byte);
    s->cells += (byte & 0xc0) != 0x80;
    s->flags |= FLAG_VISIBLE;
    s->end_time = at->time;
    return over;
}

/* A blank shows that a row begins, but no more than that. */
static bool feed_blank(CaptureLines *lines, Stream *s, uint8_t byte,
                       const Place *at, CaptureLine *line)
{
    bool over = false;

    if (!(s->flags & FLAG_OPEN)) {
        g_string_truncate(s->text, 0);
        begin_row(s, at);
    } else if (s->text->len == CAPTURE_LINE_MAX) {
        settle_held(s);
        over = end_row(lines, s, s->text->len, s->sequence, CAPTURE_LINE_FULL,
                       line);
        begin_row(s, at);
    } else if (s->pending && !(s->flags & FLAG_HELD)) {
        s->flags |= FLAG_HELD;
        s->held = s->text->len;
        s->hold = *at;
    }
    g_string_append_c(s->text, byte);
    if (s->back) {
        s->back--; /* it blots a character out */
    } else {
        s->cells++;
    }
    if (s->pending) {
        s->held_end = at->time;
    } else {
        s->end_time = at->time;
    }
    return over;
}

static bool feed_line_feed(CaptureLines *lines, Stream *s, CaptureLine *line)
{
    s->flags &= ~FLAG_MOVED;
    drop_line_end(s);
    if (!(s->flags & FLAG_OPEN)) {
        return false;
    }
    settle_held(s);
    return end_row(lines, s, s->text->len, s->bytes->len,
                   s->pending == PENDING_BREAK ? CAPTURE_LINE_BROKEN
                                               : CAPTURE_LINE_FED,
                   line);
}

/* Those of a line's end that a row has not begun yet show nobody anything. */
static void feed_return(Stream *s)
{
    if (!(s->flags & FLAG_OPEN) && s->bytes->len == s->sequence + 1) {
        g_string_truncate(s->bytes, s->sequence);
    }
    set_pending(s, PENDING_RETURN);
}

/* A 0xc2 that nothing belonged to: it goes with the row as it stands. */
static void feed_lone(Stream *s)
{
    if (!(s->flags & FLAG_OPEN)) {
        g_string_truncate(s->text, 0);
        begin_row(s, &s->c2);
    }
    if (s->text->len < CAPTURE_LINE_MAX) {
        settle_held(s);
        g_string_append_c(s->text, (char)0xc2);
        s->cells++;
        s->flags |= FLAG_VISIBLE;
    }
}

static bool feed_pair(CaptureLines *lines, Stream *s, uint8_t byte,
                      const Place *at, CaptureLine *line)
{
    bool over = feed_text(lines, s, 0xc2, &s->c2, line);

    g_string_append_c(s->text, byte);
    s->end_time = at->time;
    return over;
}

static bool feed_byte(CaptureLines *lines, Stream *s, uint8_t byte,
                      const Place *at, CaptureLine *line)
{
    CaptureTerminalEvent event;

    if (lines->keep_bytes) {
        keep_byte(s, byte);
    }
    event = capture_terminal_feed(&s->terminal, byte);
    if (s->terminal.lone) {
        feed_lone(s);
    }
    switch (event) {
    case CAPTURE_TERMINAL_TEXT:
        return feed_text(lines, s, byte, at, line);
    case CAPTURE_TERMINAL_PAIR:
        return feed_pair(lines, s, byte, at, line);
    case CAPTURE_TERMINAL_BLANK:
        return feed_blank(lines, s, byte, at, line);
    case CAPTURE_TERMINAL_LINE_FEED:
        return feed_line_feed(lines, s, line);
    case CAPTURE_TERMINAL_RETURN:
        feed_return(s);
        return false;
    case CAPTURE_TERMINAL_BACKSPACE:
        s->back = MIN(s->back + 1, s->cells);
        return false;
    case CAPTURE_TERMINAL_MOVE:
    case CAPTURE_TERMINAL_CLEAR:
        set_pending(s, PENDING_MOVE);
        return false;
    case CAPTURE_TERMINAL_NOTHING:
        s->c2 = *at; /* in case it was one */
        return false;
    }
    return false;
}

/* ------------------------------------------------------------------ */
/* Records                                                             */

/* Text goes on in the row that is open, and nothing else is to be thought of. */
static bool is_simple(const Stream *s)
{
    return (s->flags & (FLAG_OPEN | FLAG_VISIBLE | FLAG_HELD)) ==
               (FLAG_OPEN | FLAG_VISIBLE) &&
           !s->pending && !s->back && s->text->len < CAPTURE_LINE_MAX;
}

/* What stands open is of a boot that is over. */
static void break_off(CaptureLines *lines)
{
    for (int i = 0; i < lines->n_streams; i++) {
        Stream *s = &lines->streams[i];

        if (s->text) {
            s->terminal = (CaptureTerminal){ 0 };
            s->sequence = s->bytes->len;
            set_pending(s, PENDING_BREAK);
            s->flags &= ~FLAG_MOVED;
            if (!(s->flags & FLAG_OPEN)) {
                s->flags &= ~FLAG_UNFINISHED;
            }
        }
    }
}

bool capture_lines_feed(CaptureLines *lines, const CaptureRecord *rec,
                        CaptureLine *line)
{
    Stream *s;
    Place at;

    if (rec->kind != CAPTURE_BYTE) {
        if (capture_lines_is_break(rec)) {
            break_off(lines);
        }
        return false;
    }
    if (rec->stream >= CAPTURE_STREAMS_MAX) {
        return false;
    }
    s = &lines->streams[rec->stream];
    if (!lines->keep_bytes && s->text && is_simple(s) &&
        capture_terminal_is_plain(&s->terminal, rec->byte)) {
        g_string_append_c(s->text, rec->byte);
        s->cells++;
        s->end_time = rec->time;
        return false;
    }
    need_text(lines, s);
    at = (Place){ rec->pos, rec->time, rec->vtime };
    return feed_byte(lines, s, rec->byte, &at, line);
}

/* Visible ASCII, which is most of what comes: up to @n of it at once. */
static size_t feed_plain(Stream *s, const uint8_t *bytes, const uint64_t *times,
                         size_t n)
{
    size_t room = CAPTURE_LINE_MAX - s->text->len;
    size_t i = 0;

    n = MIN(n, room);
    while (i < n && bytes[i] >= 0x20 && bytes[i] < 0x7f) {
        i++;
    }
    if (i) {
        g_string_append_len(s->text, (const char *)bytes, i);
        s->cells += i;
        s->end_time = times[i - 1];
    }
    return i;
}

size_t capture_lines_feed_bytes(CaptureLines *lines, uint8_t stream,
                                const uint8_t *bytes, const uint64_t *times,
                                size_t n, const CaptureCursor *cursor,
                                CaptureLine *line, bool *over)
{
    Stream *s = &lines->streams[stream % CAPTURE_STREAMS_MAX];
    size_t i = 0;

    need_text(lines, s);
    *over = false;
    while (i < n && !*over) {
        if (!lines->keep_bytes && is_simple(s) &&
            capture_terminal_is_plain(&s->terminal, bytes[i])) {
            i += feed_plain(s, bytes + i, times + i, n - i);
        } else {
            Place at = { cursor->pos + i, times[i],
                         capture_cursor_vtime(cursor, times[i]) };

            *over = feed_byte(lines, s, bytes[i], &at, line);
            i++;
        }
    }
    return i;
}

bool capture_lines_peek(const CaptureLines *lines, uint8_t stream,
                        CaptureLine *line)
{
    const Stream *s = &lines->streams[stream % CAPTURE_STREAMS_MAX];

    if (!(s->flags & FLAG_OPEN) || !is_worth_showing(s)) {
        return false;
    }
    describe(lines, s, s->text, s->bytes,
             s->pending == PENDING_BREAK ? CAPTURE_LINE_BROKEN
                                         : CAPTURE_LINE_OPEN,
             line);
    return true;
}

bool capture_lines_cut(CaptureLines *lines, uint8_t stream, CaptureLine *line)
{
    Stream *s = &lines->streams[stream % CAPTURE_STREAMS_MAX];

    if (!(s->flags & FLAG_OPEN)) {
        return false;
    }
    settle_held(s);
    return end_row(lines, s, s->text->len, s->bytes->len,
                   s->pending == PENDING_BREAK ? CAPTURE_LINE_BROKEN
                                               : CAPTURE_LINE_OPEN,
                   line);
}

bool capture_lines_flush(CaptureLines *lines, CaptureLine *line)
{
    for (int i = 0; i < lines->n_streams; i++) {
        if (capture_lines_cut(lines, i, line)) {
            return true;
        }
    }
    return false;
}

int capture_lines_oldest(const CaptureLines *lines, uint64_t *time)
{
    int oldest = -1;

    *time = CAPTURE_NO_TIME;
    for (int i = 0; i < lines->n_streams; i++) {
        const Stream *s = &lines->streams[i];

        if (s->flags & FLAG_OPEN && s->row.time < *time) {
            *time = s->row.time;
            oldest = i;
        }
    }
    return oldest;
}

/* ------------------------------------------------------------------ */
/* Another time                                                        */

static bool is_between(const Place *place, uint64_t from, uint64_t to)
{
    return place->pos >= from && place->pos < to;
}

bool capture_lines_is_open(const CaptureLines *lines, uint8_t stream,
                           uint64_t from, uint64_t to)
{
    const Stream *s = &lines->streams[stream % CAPTURE_STREAMS_MAX];

    return (s->flags & FLAG_OPEN) &&
           (is_between(&s->row, from, to) ||
            ((s->flags & FLAG_HELD) && is_between(&s->hold, from, to)));
}

void capture_lines_save(const CaptureLines *lines, uint8_t stream,
                        CaptureLineState *state)
{
    const Stream *s = &lines->streams[stream % CAPTURE_STREAMS_MAX];

    *state = (CaptureLineState){
        .terminal = s->terminal,
        .len = s->text ? s->text->len : 0,
        .held = s->held,
        .cells = s->cells,
        .back = s->back,
        .flags = s->flags | s->pending << FLAG_PENDING_SHIFT,
    };
}

void capture_lines_restore(CaptureLines *lines, uint8_t stream,
                           const CaptureLineState *state)
{
    Stream *s = &lines->streams[stream % CAPTURE_STREAMS_MAX];

    need_text(lines, s);
    s->terminal = state->terminal;
    g_string_set_size(s->text, MIN(state->len, CAPTURE_LINE_MAX));
    g_string_truncate(s->bytes, 0);
    s->held = MIN(state->held, s->text->len);
    s->cells = state->cells;
    s->back = state->back;
    s->flags = state->flags & ((1 << FLAG_PENDING_SHIFT) - 1);
    s->pending = state->flags >> FLAG_PENDING_SHIFT;
    s->row = s->hold = s->c2 = (Place){ 0 };
    s->before = s->sequence = 0;
}
