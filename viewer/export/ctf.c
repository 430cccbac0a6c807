/*
 * Common Trace Format 1.8: a folder with "metadata" and a file per stream,
 * for babeltrace2, Trace Compass and the like.
 *
 * Within a stream CTF wants times that never go back, and a capture's may, by
 * a few microseconds, where threads write side by side: such an event gets
 * the time of the one before it.  Lines stand in a stream of their own per
 * guest stream, for they are told when they end and stamped when they begin.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "event.h"
#include "format.h"

#define MAGIC 0xc1fc1fc1
#define HEADER_BYTES (4 + 4 + 8 + 8 + 8 + 8)
#define PACKET_BYTES 65536

/* Streams of the metadata, and events in the first. */
enum { STREAM_EVENTS = 0, STREAM_LINES = 1 };
enum {
    EVENT_VM,
    EVENT_FWCFG,
    EVENT_PROBE,
    EVENT_LOST,
    EVENT_DISK,
    EVENT_NAMED,
    EVENT_POST,
    EVENT_EXITS,
    EVENT_DROPPED,
};

typedef struct Packets {
    FILE *file;
    GByteArray *data; /* of the packet being filled, header included */
    uint64_t begin, end;
    uint32_t stream;
} Packets;

typedef struct State {
    Packets events;
    Packets lines[CAPTURE_STREAMS_MAX];
    uint64_t wall_zero;
    uint64_t time_max; /* readers count ns since 1970 in 63 bits */
    bool bad;
} State;

static void put(GByteArray *data, const void *from, size_t size)
{
    g_byte_array_append(data, from, size);
}

static void put_u32(GByteArray *data, uint32_t value)
{
    put(data, &value, sizeof(value));
}

static void put_u64(GByteArray *data, uint64_t value)
{
    put(data, &value, sizeof(value));
}

/* Control bytes made visible: a CTF string is UTF-8 and ends at a NUL. */
static void put_text(GByteArray *data, const GString *text)
{
    put(data, text->str, text->len + 1);
}

static bool cannot(Export *e, const char *name)
{
    State *s = e->state;
    g_autofree char *path =
        name ? g_build_filename(e->options->output, name, NULL)
             : g_strdup(e->options->output);

    if (!s->bad) {
        fail(path, "cannot write: %s", g_strerror(errno));
    }
    s->bad = true;
    return false;
}

static FILE *create(Export *e, const char *name)
{
    g_autofree char *path = g_build_filename(e->options->output, name, NULL);
    FILE *file = fopen(path, "wxe");

    if (!file) {
        cannot(e, name);
    }
    return file;
}

/* ------------------------------------------------------------------ */
/* Packets                                                             */

static void write_packet(Export *e, Packets *p)
{
    GByteArray *head;
    uint64_t bits;

    if (!p->data || p->data->len == 0) {
        return;
    }
    head = g_byte_array_sized_new(HEADER_BYTES);
    bits = (HEADER_BYTES + (uint64_t)p->data->len) * 8;
    put_u32(head, MAGIC);
    put_u32(head, p->stream);
    put_u64(head, p->begin);
    put_u64(head, p->end);
    put_u64(head, bits);
    put_u64(head, bits);
    if (fwrite(head->data, 1, head->len, p->file) != head->len ||
        fwrite(p->data->data, 1, p->data->len, p->file) != p->data->len) {
        cannot(e, NULL);
    }
    g_byte_array_unref(head);
    g_byte_array_set_size(p->data, 0);
}

/* The packet for an event at @time with its id and stamp in it, or NULL. */
static GByteArray *begin_event(Export *e, Packets *p, const char *name,
                               uint32_t stream, uint16_t id, uint64_t time)
{
    if (!p->data) {
        p->file = create(e, name);
        p->data = g_byte_array_new();
        p->stream = stream;
    }
    if (!p->file) {
        return NULL;
    }
    if (p->data->len >= PACKET_BYTES) {
        write_packet(e, p);
    }
    p->end = MAX(p->end, MIN(time, ((State *)e->state)->time_max));
    if (!p->data->len) {
        p->begin = p->end;
    }
    put(p->data, &id, sizeof(id));
    put_u64(p->data, p->end);
    return p->data;
}

static void close_packets(Export *e, Packets *p)
{
    if (p->file) {
        write_packet(e, p);
        if (fclose(p->file)) {
            cannot(e, NULL);
        }
    }
    if (p->data) {
        g_byte_array_unref(p->data);
    }
}

/* ------------------------------------------------------------------ */
/* Metadata                                                            */

static const char types[] =
    "/* CTF 1.8 */\n"
    "typealias integer { size = 8; align = 8; signed = false; } := u8;\n"
    "typealias integer { size = 16; align = 8; signed = false; } := u16;\n"
    "typealias integer { size = 32; align = 8; signed = false; } := u32;\n"
    "typealias integer { size = 64; align = 8; signed = false; } := u64;\n"
    "trace {\n"
    "    major = 1;\n"
    "    minor = 8;\n"
    "    byte_order = le;\n"
    "    packet.header := struct { u32 magic; u32 stream_id; };\n"
    "};\n"
    "env {\n"
    "    domain = \"qemu\";\n"
    "    tracer_name = \"bootstamp\";\n"
    "};\n";

static const char stream_type[] =
    "stream {\n"
    "    id = %d;\n"
    "    packet.context := struct {\n"
    "        time timestamp_begin;\n"
    "        time timestamp_end;\n"
    "        u64 content_size;\n"
    "        u64 packet_size;\n"
    "    };\n"
    "    event.header := struct { u16 id; time timestamp; };\n"
    "};\n";

static const char *const events[] = {
    "name = \"vm\"; id = 0; stream_id = 0; "
    "fields := struct { string text; };",
    "name = \"fw_cfg\"; id = 1; stream_id = 0; "
    "fields := struct { u16 key; string text; };",
    "name = \"probe\"; id = 2; stream_id = 0; "
    "fields := struct { u32 probe; u32 arg; };",
    "name = \"lost\"; id = 3; stream_id = 0; "
    "fields := struct { u64 bytes; u64 records; };",
    "name = \"disk\"; id = 4; stream_id = 0; "
    "fields := struct { u8 number; u64 read_bytes; u64 reads; u64 read_ns; "
    "u64 write_bytes; u64 writes; u64 write_ns; };",
    "name = \"named_probe\"; id = 5; stream_id = 0; "
    "fields := struct { u8 kind; u64 arg; string name; };",
    "name = \"post_code\"; id = 6; stream_id = 0; "
    "fields := struct { u8 code; };",
    "name = \"exits\"; id = 7; stream_id = 0; "
    "fields := struct { u8 number; u64 count; };",
    "name = \"dropped\"; id = 8; stream_id = 0; "
    "fields := struct { u64 from_ns; u64 bytes; u64 records; };",
    "name = \"line\"; id = 0; stream_id = 1; "
    "fields := struct { u8 number; string source; string text; };",
};

/*
 * The clock of LTTng's traces of this host: its name, and as its uuid the
 * kernel's boot id, by which readers know that two traces share it.
 */
static void write_monotonic_clock(Export *e, FILE *file)
{
    State *s = e->state;
    CaptureHeader h;
    uint64_t offset = s->wall_zero > e->zero ? s->wall_zero - e->zero : 0;

    capture_reader_header(e->reader, &h);
    fprintf(file,
            "clock {\n"
            "    name = monotonic;\n"
            "%s%s%s"
            "    description = \"CLOCK_MONOTONIC\";\n"
            "    freq = 1000000000;\n"
            "    precision = 1;\n"
            "    offset_s = %" PRIu64 ";\n"
            "    offset = %" PRIu64 ";\n"
            "    absolute = true;\n"
            "};\n"
            "typealias integer { size = 64; align = 8; signed = false; "
            "map = clock.monotonic.value; } := time;\n",
            g_uuid_string_is_valid(h.boot_id) ? "    uuid = \"" : "",
            g_uuid_string_is_valid(h.boot_id) ? h.boot_id : "",
            g_uuid_string_is_valid(h.boot_id) ? "\";\n" : "",
            offset / 1000000000, offset % 1000000000);
}

static void write_clock(Export *e, FILE *file)
{
    State *s = e->state;

    fprintf(file,
            "clock {\n"
            "    name = %s;\n"
            "    freq = 1000000000;\n"
            "    precision = 1;\n"
            "    offset_s = %" PRIu64 ";\n"
            "    offset = %" PRIu64 ";\n"
            "    absolute = %s;\n"
            "};\n"
            "typealias integer { size = 64; align = 8; signed = false; "
            "map = clock.%s.value; } := time;\n",
            e->virtual_clock ? "virtual" : "host",
            e->virtual_clock ? 0 : s->wall_zero / 1000000000,
            e->virtual_clock ? 0 : s->wall_zero % 1000000000,
            e->virtual_clock ? "false" : "true",
            e->virtual_clock ? "virtual" : "host");
}

static bool write_metadata(Export *e)
{
    FILE *file = create(e, "metadata");
    bool bad;

    if (!file) {
        return false;
    }
    fputs(types, file);
    if (e->options->time == EXPORT_TIME_MONOTONIC) {
        write_monotonic_clock(e, file);
    } else {
        write_clock(e, file);
    }
    fprintf(file, stream_type, STREAM_EVENTS);
    fprintf(file, stream_type, STREAM_LINES);
    for (size_t i = 0; i < G_N_ELEMENTS(events); i++) {
        fprintf(file, "event { %s };\n", events[i]);
    }
    bad = ferror(file);
    bad |= fclose(file) != 0;
    return bad ? cannot(e, "metadata") : true;
}

static bool ctf_begin(Export *e)
{
    State *s = g_new0(State, 1);
    CaptureHeader h;

    e->state = s;
    capture_reader_header(e->reader, &h);
    /* A damaged header's time of day is none. */
    s->wall_zero = h.start_wall_ns < INT64_MAX / 2 ? h.start_wall_ns : 0;
    s->time_max = INT64_MAX - s->wall_zero;
    /* A folder that is there is taken when it is empty: see create(). */
    if (g_mkdir(e->options->output, 0700) && errno != EEXIST) {
        return cannot(e, NULL);
    }
    return write_metadata(e);
}

/* ------------------------------------------------------------------ */
/* Events                                                              */

static void put_event(Export *e, uint16_t id, const CaptureRecord *rec)
{
    State *s = e->state;
    GByteArray *to =
        begin_event(e, &s->events, "events", STREAM_EVENTS, id, rec->time);

    if (!to) {
        return;
    }
    if (id == EVENT_PROBE) {
        put_u32(to, rec->u.probe.id);
        put_u32(to, rec->u.probe.arg);
    } else if (id == EVENT_NAMED) {
        put(to, &rec->u.named.head.kind, 1);
        put_u64(to, rec->u.named.head.arg);
        g_string_assign(e->buf, rec->u.named.name);
        put_text(to, e->buf);
    } else if (id == EVENT_LOST) {
        put_u64(to, rec->u.lost.bytes);
        put_u64(to, rec->u.lost.events);
    } else if (id == EVENT_DROPPED) {
        put_u64(to, rec->u.dropped.head.from_ns);
        put_u64(to, rec->u.dropped.head.bytes);
        put_u64(to, rec->u.dropped.head.events);
    } else if (id == EVENT_POST) {
        put(to, &rec->u.post.code, 1);
    } else if (id == EVENT_EXITS) {
        put(to, &rec->u.exits.id, 1);
        put_u64(to, rec->u.exits.count);
    } else if (id == EVENT_DISK) {
        put(to, &rec->u.disk_io.id, sizeof(rec->u.disk_io.id));
        put(to, &rec->u.disk_io.read_bytes,
            sizeof(rec->u.disk_io) -
                offsetof(CaptureDiskIo, read_bytes)); /* in that order */
    } else {
        g_string_truncate(e->buf, 0);
        append_event(e->buf, rec);
        if (id == EVENT_FWCFG) {
            /* All fw_cfg records begin with the key. */
            put(to, &rec->u.select.key, sizeof(uint16_t));
        }
        put_text(to, e->buf);
    }
}

static void ctf_record(Export *e, const CaptureRecord *rec)
{
    switch (rec->kind) {
    case CAPTURE_VM:
        put_event(e, EVENT_VM, rec);
        break;
    case CAPTURE_ITEM:
    case CAPTURE_SELECT:
    case CAPTURE_PIO:
    case CAPTURE_DMA:
    case CAPTURE_DMA_PART:
    case CAPTURE_DMA_END:
        put_event(e, EVENT_FWCFG, rec);
        break;
    case CAPTURE_PROBE:
        put_event(e, EVENT_PROBE, rec);
        break;
    case CAPTURE_NAMED:
        put_event(e, EVENT_NAMED, rec);
        break;
    case CAPTURE_POST:
        put_event(e, EVENT_POST, rec);
        break;
    case CAPTURE_EXITS:
        put_event(e, EVENT_EXITS, rec);
        break;
    case CAPTURE_LOST:
        put_event(e, EVENT_LOST, rec);
        break;
    case CAPTURE_DISK_IO:
        put_event(e, EVENT_DISK, rec);
        break;
    case CAPTURE_DROPPED:
        put_event(e, EVENT_DROPPED, rec);
        break;
    case CAPTURE_BYTE:
    case CAPTURE_CLOCK:
    case CAPTURE_VCLOCK:
    case CAPTURE_SESSION:
    case CAPTURE_STREAM:
    case CAPTURE_MACHINE:
    case CAPTURE_VCPU:
    case CAPTURE_PROFILE:
    case CAPTURE_SAMPLE:
    case CAPTURE_DISK:
    case CAPTURE_EXIT_KIND:
        break;
    }
}

static void ctf_line(Export *e, const CaptureLine *line)
{
    State *s = e->state;
    g_autofree char *tag = stream_tag(&e->names, line->stream);
    g_autofree char *name = g_strdup_printf("stream-%d", line->stream);
    GByteArray *to = begin_event(e, &s->lines[line->stream], name, STREAM_LINES,
                                 0, line->time);

    if (to) {
        put(to, &line->stream, 1);
        put(to, tag, strlen(tag) + 1);
        g_string_truncate(e->buf, 0);
        append_line_text(e->buf, line);
        if (!e->buf->len) {
            /* babeltrace2 2.0 shows some line before for an empty string. */
            g_string_append_c(e->buf, ' ');
        }
        put_text(to, e->buf);
    }
}

static bool ctf_end(Export *e)
{
    State *s = e->state;
    bool bad;

    close_packets(e, &s->events);
    for (int i = 0; i < CAPTURE_STREAMS_MAX; i++) {
        close_packets(e, &s->lines[i]);
    }
    bad = s->bad;
    g_clear_pointer(&e->state, g_free);
    return !bad;
}

const ExportFormat export_ctf = {
    .info = {
        .name = "ctf",
        .summary = "Common Trace Format 1.8, a folder for babeltrace2",
        .folder = true,
        .monotonic = true,
    },
    .begin = ctf_begin,
    .record = ctf_record,
    .line = ctf_line,
    .end = ctf_end,
    .tells_loss = true,
};
