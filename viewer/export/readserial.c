/*
 * The layout of SeaBIOS's scripts/readserial.py, for scripts that read it: a
 * head with the date, then seconds since the first byte and the line.  Its
 * clock starts again after a minute of silence, and so does this one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "format.h"

#define RESTART_NS (UINT64_C(60) * 1000000000)

typedef struct State {
    uint64_t start, last; /* ns; of the clock, of the last byte */
    bool any; /* a byte came already */
    GString *lines[CAPTURE_STREAMS_MAX]; /* NULL: none begun */
} State;

static bool readserial_begin(Export *e)
{
    e->state = g_new0(State, 1);
    return true;
}

static void put_line(Export *e, GString **line)
{
    fwrite((*line)->str, 1, (*line)->len, e->out);
    g_string_free(*line, TRUE);
    *line = NULL;
}

static void put_unfinished(Export *e)
{
    State *s = e->state;

    for (int i = 0; i < CAPTURE_STREAMS_MAX; i++) {
        if (s->lines[i]) {
            put_line(e, &s->lines[i]);
        }
    }
}

/* As Python's time.asctime(): English, whatever the locale. */
static void put_head(Export *e, uint64_t time)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t t = capture_reader_wall(e->reader, time) / 1000000000;
    struct tm tm = { .tm_mday = 1 };

    localtime_r(&t, &tm);
    fprintf(e->out,
            "\n\n======= %.3s %.3s %2d %02d:%02d:%02d %d "
            "(adjust=0.0us)\n",
            days + 3 * tm.tm_wday, months + 3 * tm.tm_mon, tm.tm_mday,
            tm.tm_hour, tm.tm_min, tm.tm_sec, tm.tm_year + 1900);
}

static void begin_line(State *s, GString **line, uint64_t time)
{
    uint64_t ms = time > s->start ? (time - s->start + 500000) / 1000000 : 0;

    *line = g_string_sized_new(128);
    g_string_append_printf(*line, "%02" PRIu64 ".%03u: ", ms / 1000,
                           (unsigned)(ms % 1000));
}

static void readserial_record(Export *e, const CaptureRecord *rec)
{
    State *s = e->state;
    GString **line;

    if (rec->kind != CAPTURE_BYTE) {
        return;
    }
    line = &s->lines[rec->stream];
    if (!s->any || rec->time > s->last + RESTART_NS) {
        put_unfinished(e);
        put_head(e, rec->time);
        s->start = rec->time;
        s->any = true;
    }
    s->last = rec->time;
    if (!*line) {
        begin_line(s, line, rec->time);
    }
    if (rec->byte == '\n' || rec->byte == '\0') {
        g_string_append(*line, rec->byte ? "\n" : "<00>\n");
        put_line(e, line);
    } else if (rec->byte < 0x20 || rec->byte >= 0x7f) {
        if (rec->byte != '\r') {
            g_string_append_printf(*line, "<%02x>", rec->byte);
        }
    } else {
        g_string_append_c(*line, rec->byte);
    }
    if (*line && (*line)->len >= CAPTURE_LINE_MAX) {
        g_string_append_c(*line, '\n');
        put_line(e, line);
    }
}

static bool readserial_end(Export *e)
{
    put_unfinished(e);
    g_clear_pointer(&e->state, g_free);
    return true;
}

const ExportFormat export_readserial = {
    .info = {
        .name = "readserial",
        .summary = "as SeaBIOS's readserial.py prints it",
        .extension = ".txt",
    },
    .begin = readserial_begin,
    .record = readserial_record,
    .end = readserial_end,
};
