/*
 * What a capture holds.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "capture/walk.h"
#include "viewer/common/loss.h"

typedef struct Counts {
    uint64_t bytes, lines, events, sessions;
    uint64_t stream_bytes[CAPTURE_STREAMS_MAX];
    uint64_t end; /* time of the last record, ns */
    uint64_t lost_bytes, lost_events; /* told by the records, all sessions */
    CaptureLost session_lost;
    CaptureRecord session, machine;
    bool has_session, has_machine;
    StreamNames streams;
    Loss loss; /* for what was dropped */
} Counts;

static CaptureWalkNext count(void *data, const CaptureRecord *rec)
{
    Counts *c = data;

    c->end = rec->time;
    stream_names_feed(&c->streams, rec);
    if (rec->kind == CAPTURE_BYTE) {
        c->bytes++;
        c->stream_bytes[rec->stream]++;
        return CAPTURE_WALK_ON;
    }
    c->events++;
    if (rec->kind == CAPTURE_SESSION) {
        c->sessions++;
        c->session = *rec;
        c->has_session = true;
        c->has_machine = false;
        c->lost_bytes += c->session_lost.bytes;
        c->lost_events += c->session_lost.events;
        c->session_lost = (CaptureLost){ 0 };
    } else if (rec->kind == CAPTURE_MACHINE) {
        c->machine = *rec;
        c->has_machine = true;
    } else if (rec->kind == CAPTURE_LOST) {
        c->session_lost = rec->u.lost;
    }
    loss_feed(&c->loss, rec);
    return CAPTURE_WALK_ON;
}

static void count_line(void *data, const CaptureLine *line)
{
    Counts *c = data;

    c->lines += !line->continued;
}

static void print_text(const char *name, const char *text)
{
    GString *out = g_string_new(NULL);

    append_visible(out, text, strlen(text), false);
    printf("%-12s %s\n", name, out->str);
    g_string_free(out, TRUE);
}

static void print_machine(const Counts *c)
{
    g_autofree char *ram = NULL;
    g_autofree char *text = NULL;

    if (!c->has_machine) {
        print_text("machine", "not known: QEMU did not come that far");
        return;
    }
    ram = g_format_size_full(c->machine.u.machine.ram, G_FORMAT_SIZE_IEC_UNITS);
    text = g_strdup_printf(
        "%s, %s, %s%s, %s RAM, %u CPU%s", c->machine.u.machine.type,
        c->machine.u.machine.arch, c->machine.u.machine.accel,
        c->machine.u.machine.icount ? " icount" : "", ram,
        c->machine.u.machine.cpus, c->machine.u.machine.cpus == 1 ? "" : "s");
    print_text("machine", text);
}

static void print_streams(const Counts *c)
{
    for (int i = 0; i < c->streams.count; i++) {
        g_autofree char *tag = stream_tag(&c->streams, i);
        const char *frontend = c->streams.frontend[i];
        g_autofree char *text = g_strdup_printf(
            "%s (%s), %" G_GUINT64_FORMAT " bytes", tag,
            frontend[0] ? frontend : "no front end", c->stream_bytes[i]);

        print_text(i ? "" : "streams", text);
    }
}

static void print_time(const char *name, uint64_t wall_ns)
{
    g_autoptr(GDateTime) time =
        g_date_time_new_from_unix_local(wall_ns / 1000000000);
    g_autofree char *text =
        time ? g_date_time_format(time, "%F %T %z") : g_strdup("unknown");

    print_text(name, text);
}

static void print_lost(const Counts *c, const CaptureHeader *h)
{
    /* A killed QEMU may have lost more than its records tell. */
    uint64_t bytes = c->lost_bytes + MAX(c->session_lost.bytes, h->lost_bytes);
    uint64_t events =
        c->lost_events + MAX(c->session_lost.events, h->lost_events);

    printf("%-12s %" G_GUINT64_FORMAT " bytes, %" G_GUINT64_FORMAT
           " other records\n",
           "lost", bytes, events);
}

/* In a word, and in full. */
static const struct {
    const char *word, *text;
} states[] = {
    [CAPTURE_LIVE] = { "live", "live: a QEMU is writing it" },
    [CAPTURE_ENDED] = { "ended", "ended" },
    [CAPTURE_KILLED] = { "killed",
                         "killed: QEMU ended without closing the capture" },
};

static const char *const clocks[] = {
    [CAPTURE_CLOCK_MODE_BOTH] = "host and virtual",
    [CAPTURE_CLOCK_MODE_HOST] = "host",
    [CAPTURE_CLOCK_MODE_VIRTUAL] = "virtual",
};

static void print_labels(const char *labels)
{
    g_auto(GStrv) lines = g_strsplit(labels, "\n", -1);

    for (guint i = 0; lines[i] && lines[i][0]; i++) {
        print_text(i ? "" : "labels", lines[i]);
    }
}

static void print_dropped(const Counts *c)
{
    CaptureLost dropped = loss_dropped(&c->loss);
    g_autoptr(GString) when = g_string_new(NULL);

    if (!is_lost(dropped)) {
        return;
    }
    if (c->loss.dropped.time_ns) {
        g_string_append(when, ", from ");
        append_seconds(when, c->loss.dropped.from_ns, 6);
        g_string_append(when, " to ");
        append_seconds(when, c->loss.dropped.time_ns, 6);
        g_string_append(when, " s");
    }
    printf("%-12s %" G_GUINT64_FORMAT " bytes, %" G_GUINT64_FORMAT
           " other records%s\n",
           "dropped", dropped.bytes, dropped.events, when->str);
}

static const char *const keeps[] = {
    [CAPTURE_KEEP_FIRST] = "",
    [CAPTURE_KEEP_LAST] = " on the disk: the first 64 KiB and the latest",
    [CAPTURE_KEEP_ENDS] = " on the disk: the begin and the latest",
};

static void print_cap(const CaptureHeader *h)
{
    g_autofree char *cap = format_bytes(h->size_max);
    g_autofree char *text = g_strconcat(
        cap, h->keep < G_N_ELEMENTS(keeps) ? keeps[h->keep] : "", NULL);

    if (h->size_max) {
        print_text("size cap", text);
    }
}

static void print_counts(CaptureReader *r, const Counts *c)
{
    CaptureHeader h;
    GString *length = g_string_new(NULL);
    g_autofree char *size = format_bytes(capture_reader_size(r));

    capture_reader_header(r, &h);
    append_seconds(length, c->end, 6);
    print_text("capture", capture_reader_path(r));
    print_text("state", states[capture_reader_state(r)].text);
    printf("%-12s %u\n", "format", h.version);
    print_text("clock", clocks[capture_reader_clock(r)]);
    print_text("size", size);
    print_cap(&h);
    print_text("QEMU",
               c->has_session ? c->session.u.session.version : h.qemu_version);
    printf("%-12s %u\n", "pid",
           c->has_session ? c->session.u.session.pid : h.pid);
    print_machine(c);
    print_labels(h.labels);
    print_time("started",
               c->has_session ? c->session.u.session.wall_ns : h.start_wall_ns);
    printf("%-12s %s s\n", "length", length->str);
    if (c->sessions != 1) {
        printf("%-12s %" G_GUINT64_FORMAT "\n", "sessions", c->sessions);
    }
    print_streams(c);
    printf("%-12s %" G_GUINT64_FORMAT " bytes, %" G_GUINT64_FORMAT
           " lines, %" G_GUINT64_FORMAT " other records\n",
           "holds", c->bytes, c->lines, c->events);
    print_dropped(c);
    print_lost(c, &h);
    if (capture_reader_skipped(r)) {
        printf("%-12s %" G_GUINT64_FORMAT " unreadable words skipped\n",
               "damage", capture_reader_skipped(r));
    }
    if (capture_reader_unknown(r)) {
        printf("%-12s %" G_GUINT64_FORMAT " records of kinds that this "
               "version does not know were skipped\n",
               "unknown", capture_reader_unknown(r));
    }
    g_string_free(length, TRUE);
}

void print_info(CaptureReader *r)
{
    static const CaptureWalkOps ops = { .record = count, .line = count_line };
    g_autofree Counts *c = g_new0(Counts, 1);

    capture_walk_all(r, false, &ops, c);
    print_counts(r, c);
}

void print_info_line(CaptureReader *r, const char *owner)
{
    const char *path = capture_reader_path(r);
    CaptureHeader h;
    g_autoptr(GDateTime) time = NULL;
    g_autofree char *started = NULL;
    g_autofree char *size = format_bytes(capture_reader_size(r));
    g_autoptr(GString) text = g_string_new(NULL);

    capture_reader_header(r, &h);
    time = g_date_time_new_from_unix_local(h.start_wall_ns / 1000000000);
    started = time ? g_date_time_format(time, "%F %T") : g_strdup("?");
    append_visible(text, h.machine[0] ? h.machine : "-",
                   h.machine[0] ? strlen(h.machine) : 1, false);
    g_string_append_c(text, ' ');
    append_visible(text, path, strlen(path), false);
    if (owner) {
        printf("%-12s ", owner);
    }
    printf("%-6s %-19s %9s %s\n", states[capture_reader_state(r)].word, started,
           size, text->str);
}
