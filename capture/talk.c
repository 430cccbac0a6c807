/*
 * What talking cost the guest.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "series.h"
#include "talk.h"

/* What a series counts. */
enum { BYTES, GAPS, TALK_NS };

typedef struct Stream {
    CaptureSeries *said; /* NULL: nothing so far */
    uint64_t start, last; /* of the line in the making, ns */
    CaptureTalkUse line; /* not yet in @said */
} Stream;

struct CaptureTalk {
    Stream streams[CAPTURE_STREAMS_MAX];
    guint n; /* of those, that said something */
};

CaptureTalk *capture_talk_new(void)
{
    return g_new0(CaptureTalk, 1);
}

static void start_over(CaptureTalk *t)
{
    for (guint i = 0; i < t->n; i++) {
        capture_series_free(t->streams[i].said);
    }
    memset(t->streams, 0, t->n * sizeof(t->streams[0]));
    t->n = 0;
}

void capture_talk_free(CaptureTalk *t)
{
    if (t) {
        start_over(t);
        g_free(t);
    }
}

static void end_line(Stream *s)
{
    uint64_t new[CAPTURE_SERIES_VALUES] = {
        [BYTES] = s->line.bytes,
        [GAPS] = s->line.gaps,
        [TALK_NS] = s->line.talk_ns,
    };

    if (!s->said) {
        s->said = capture_series_new();
    }
    capture_series_add(s->said, s->start, s->last, new);
    memset(&s->line, 0, sizeof(s->line));
}

/* A pause ends a line here, so that a series has no time of it. */
static void handle_byte(Stream *s, uint8_t byte, uint64_t time)
{
    uint64_t gap = time > s->last ? time - s->last : 0;

    if (s->line.bytes && gap > CAPTURE_TALK_GAP_NS) {
        end_line(s);
    }
    if (s->line.bytes) {
        s->line.gaps++;
        s->line.talk_ns += gap;
    } else {
        s->start = time;
    }
    s->line.bytes++;
    s->last = MAX(time, s->start);
    if (byte == '\n') {
        end_line(s);
    }
}

void capture_talk_bytes(CaptureTalk *t, uint8_t stream, const uint8_t *bytes,
                        const uint64_t *times, size_t n)
{
    guint number = stream % CAPTURE_STREAMS_MAX;
    Stream *s = &t->streams[number];

    t->n = MAX(t->n, number + 1);
    for (size_t i = 0; i < n; i++) {
        handle_byte(s, bytes[i], times[i]);
    }
}

void capture_talk_feed(CaptureTalk *t, const CaptureRecord *rec)
{
    if (rec->kind == CAPTURE_BYTE) {
        capture_talk_bytes(t, rec->stream, &rec->byte, &rec->time, 1);
    } else if (rec->kind == CAPTURE_SESSION) {
        start_over(t);
    }
}

static CaptureTalkUse use_of(CaptureSums sums)
{
    return (CaptureTalkUse){
        .bytes = sums.value[BYTES],
        .gaps = sums.value[GAPS],
        .talk_ns = sums.value[TALK_NS],
    };
}

static void add_use(CaptureTalkUse *sum, const CaptureTalkUse *use)
{
    sum->bytes += use->bytes;
    sum->gaps += use->gaps;
    sum->talk_ns += use->talk_ns;
}

CaptureTalkUse capture_talk_between(const CaptureTalk *t, uint8_t stream,
                                    uint64_t from, uint64_t to)
{
    const Stream *s = &t->streams[stream % CAPTURE_STREAMS_MAX];
    CaptureTalkUse use = { 0 };

    if (s->said) {
        use = use_of(capture_series_between(s->said, from, to));
    }
    if (s->line.bytes && s->last >= from && s->last < to) {
        add_use(&use, &s->line);
    }
    return use;
}

CaptureTalkUse capture_talk_total(const CaptureTalk *t, uint8_t stream)
{
    return capture_talk_between(t, stream, 0, UINT64_MAX);
}
