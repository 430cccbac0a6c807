/*
 * asciicast v2: a stream as a terminal recording, at the speed it had.
 *
 * One stream is played: that of --stream, else the first that is not the
 * firmware's debug port, which is the serial console.  Milestones are its
 * markers, at which players stop and show chapters.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "format.h"
#include "viewer/common/json-out.h"
#include "viewer/common/screen-at.h"
#include "viewer/report/report.h"

#define COLUMNS 80
#define ROWS 24
/* Bytes this close together are one event: a screen shows 60 a second. */
#define EVENT_NS 16000000
#define EVENT_BYTES 4096

typedef struct State {
    JsonOut *json;
    GString *text; /* what waits to be put */
    uint64_t time; /* of its first byte, ns */
    uint64_t last; /* time of the last event: they are in order */
    int stream;
    uint8_t before; /* last byte */
    BootData *boot; /* milestones; NULL: those of a live capture are to come */
    guint markers; /* of them, put already */
} State;

/* The capture is read twice: a milestone may be known long after its time. */
static BootData *find_milestones(Export *e)
{
    BootData *boot = boot_data_new(e->virtual_clock);
    CaptureCursor start;

    capture_reader_tell(e->reader, &start);
    boot_data_read(boot, e->reader);
    capture_reader_seek(e->reader, &start);
    return boot;
}

static bool asciicast_begin(Export *e)
{
    State *s = g_new0(State, 1);
    CaptureHeader h;

    e->state = s;
    s->json = json_out_new();
    s->text = g_string_new(NULL);
    s->stream = screen_choose_stream(e->reader);
    s->boot = e->options->follow ? NULL : find_milestones(e);
    capture_reader_header(e->reader, &h);
    json_out_begin_object(s->json, NULL);
    json_out_int(s->json, "version", 2);
    json_out_int(s->json, "width", COLUMNS);
    json_out_int(s->json, "height", ROWS);
    json_out_int(s->json, "timestamp", h.start_wall_ns / 1000000000);
    json_out_string(s->json, "title", "bootstamp");
    json_out_end_object(s->json);
    json_out_end(s->json, e->out, "\n");
    return true;
}

static void put_array(Export *e, uint64_t time, const char *code,
                      const char *text, size_t len)
{
    JsonOut *j = ((State *)e->state)->json;

    json_out_begin_array(j, NULL);
    json_out_double(j, NULL, time / 1e9);
    json_out_string(j, NULL, code);
    json_out_bytes(j, NULL, text, len);
    json_out_end_array(j);
    json_out_end(j, e->out, "\n");
}

/* Those up to @time: events stand in the order of time. */
static void put_markers(Export *e, uint64_t time)
{
    State *s = e->state;
    const CaptureMilestone *p;

    while (s->boot &&
           (p = capture_milestones_get(s->boot->phases, s->markers)) != NULL &&
           p->time <= time) {
        s->last = MAX(s->last, p->time);
        put_array(e, s->last, "m", p->name, strlen(p->name));
        s->markers++;
    }
}

/* Bytes of a character at the end of @text that is not whole yet. */
static size_t unfinished(const GString *text)
{
    for (size_t n = 1; n <= 3 && n <= text->len; n++) {
        const char *p = text->str + text->len - n;

        if ((*p & 0xc0) != 0x80) {
            return g_utf8_get_char_validated(p, n) == (gunichar)-2 ? n : 0;
        }
    }
    return 0;
}

/* Writes what waits, but for a character whose end is still to come. */
static void put_event(Export *e, bool all)
{
    State *s = e->state;
    size_t keep = all ? 0 : unfinished(s->text);
    size_t len = s->text->len - keep;

    if (!len) {
        return;
    }
    put_markers(e, s->time);
    s->last = MAX(s->last, s->time);
    put_array(e, s->last, "o", s->text->str, len);
    g_string_erase(s->text, 0, len);
}

static void asciicast_record(Export *e, const CaptureRecord *rec)
{
    State *s = e->state;
    int stream = e->only_stream >= 0 ? e->only_stream : s->stream;

    if (rec->kind != CAPTURE_BYTE || rec->stream != stream) {
        return;
    }
    if (s->text->len &&
        (rec->time > s->time + EVENT_NS || s->text->len >= EVENT_BYTES)) {
        put_event(e, false);
        s->time = rec->time;
    }
    if (!s->text->len) {
        s->time = rec->time;
    }
    /* A terminal ignores NUL, and a line feed alone only goes down. */
    if (rec->byte == '\n' && s->before != '\r') {
        g_string_append_c(s->text, '\r');
    }
    if (rec->byte) {
        g_string_append_c(s->text, rec->byte);
    }
    s->before = rec->byte;
}

static bool asciicast_end(Export *e)
{
    State *s = e->state;

    put_event(e, true);
    put_markers(e, UINT64_MAX);
    boot_data_free(s->boot);
    json_out_free(s->json);
    g_string_free(s->text, TRUE);
    g_clear_pointer(&e->state, g_free);
    return true;
}

const ExportFormat export_asciicast = {
    .info = {
        .name = "asciicast",
        .summary = "a terminal recording for asciinema play (v2)",
        .extension = ".cast",
    },
    .begin = asciicast_begin,
    .record = asciicast_record,
    .end = asciicast_end,
};
