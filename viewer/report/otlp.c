/*
 * A capture as OTLP traces.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "otlp.h"
#include "capture/walk.h"

#define TRACE_DIGITS 32
#define SPAN_DIGITS 16

/* One span that lines may fall into. */
typedef struct Span {
    const char *name;
    uint64_t start, end; /* ns */
    guint boot, number;
    bool root;
} Span;

typedef struct Otlp {
    FILE *out;
    JsonOut *json;
    BootData *boot;
    CaptureReader *reader;
    CaptureRecord session, machine;
    CaptureHeader header;
    bool has_session, has_machine;
    uint64_t zero; /* CLOCK_REALTIME at time 0, ns */
    GArray *spans; /* Span, in the order of the boot */
    const char *comma;

    /* of the pass that writes */
    int sessions; /* still to come */
    guint span; /* that takes lines now */
    guint events;
    uint64_t dropped;
    bool open; /* its value is begun */
} Otlp;

/* ------------------------------------------------------------------ */
/* Values                                                              */

static void put_nano(JsonOut *j, const char *name, const Otlp *o, uint64_t ns)
{
    json_out_quoted(j, name,
                    ns > INT64_MAX - o->zero ? INT64_MAX : o->zero + ns);
}

static void put_attribute(JsonOut *j, const char *key, const char *value)
{
    json_out_begin_object(j, NULL);
    json_out_string(j, "key", key);
    json_out_begin_object(j, "value");
    json_out_string(j, "stringValue", value);
    json_out_end_object(j);
    json_out_end_object(j);
}

static void put_int(JsonOut *j, const char *key, uint64_t value)
{
    json_out_begin_object(j, NULL);
    json_out_string(j, "key", key);
    json_out_begin_object(j, "value");
    json_out_quoted(j, "intValue", MIN(value, (uint64_t)INT64_MAX));
    json_out_end_object(j);
    json_out_end_object(j);
}

static void begin_list(JsonOut *j, const char *name)
{
    json_out_begin_array(j, name);
}

/*
 * The first @digits of a hash of the session and of what is told of it: the
 * same capture, copied or read again, has the same ids.
 */
static void make_id(const Otlp *o, const char *what, guint number, int digits,
                    char *id)
{
    g_autofree char *text = g_strdup_printf(
        "%s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %u %s %u",
        o->header.boot_id, o->session.u.session.wall_ns,
        o->session.u.session.mono_ns, o->session.u.session.pid, what, number);
    g_autofree char *sum =
        g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);

    g_strlcpy(id, sum, digits + 1);
}

/* ------------------------------------------------------------------ */
/* Spans                                                               */

static void begin_span(Otlp *o, const char *what, const char *name, guint boot,
                       guint number, uint64_t start, uint64_t end)
{
    JsonOut *j = o->json;
    char trace[TRACE_DIGITS + 1], id[SPAN_DIGITS + 1], root[SPAN_DIGITS + 1];

    make_id(o, "trace", boot, TRACE_DIGITS, trace);
    make_id(o, what, number, SPAN_DIGITS, id);
    make_id(o, "boot", boot, SPAN_DIGITS, root);
    json_out_begin_object(j, NULL);
    json_out_string(j, "traceId", trace);
    json_out_string(j, "spanId", id);
    if (strcmp(what, "boot")) {
        json_out_string(j, "parentSpanId", root);
    }
    json_out_string(j, "name", name);
    json_out_int(j, "kind", 1); /* SPAN_KIND_INTERNAL */
    put_nano(j, "startTimeUnixNano", o, start);
    put_nano(j, "endTimeUnixNano", o, MAX(start, end));
}

static void end_span(Otlp *o)
{
    json_out_end_object(o->json);
    fputs(o->comma, o->out);
    json_out_end(o->json, o->out, "");
    o->comma = ",\n";
}

static void write_copy(Otlp *o, const CaptureCopy *c, guint number)
{
    JsonOut *j = o->json;
    g_autoptr(GString) name = g_string_new("copy of ");
    guint boot = 0;

    for (guint i = 0; i < o->spans->len; i++) {
        const Span *s = &g_array_index(o->spans, Span, i);

        boot = c->first >= s->start ? s->boot : boot;
    }
    append_visible(name, c->name, strlen(c->name), false);
    begin_span(o, "copy", name->str, boot, number, c->first, c->last);
    begin_list(j, "attributes");
    put_int(j, "bootstamp.fw_cfg.key", c->key);
    put_int(j, "bootstamp.copy.bytes", c->bytes);
    put_int(j, "bootstamp.copy.active_ns", c->active_ns);
    put_attribute(j, "bootstamp.copy.method", capture_copy_method(c));
    json_out_end_array(j);
    end_span(o);
}

static void write_copies(Otlp *o)
{
    const GPtrArray *boots = o->boot->boot_copies;
    guint number = 0;

    for (guint boot = 0; boot < boots->len; boot++) {
        const CaptureCopies *copies = g_ptr_array_index(boots, boot);

        for (guint i = 0; i < capture_copies_count(copies); i++) {
            write_copy(o, capture_copies_get(copies, i), number++);
        }
    }
}

/* From a reset to the next one, with a span for each phase behind it. */
static void add_spans(Otlp *o, const GArray *phases)
{
    Span root = { "boot", o->boot->start, o->boot->end, 0, 0, true };
    guint at = 0;

    g_array_append_val(o->spans, root);
    for (guint i = 0; i < phases->len; i++) {
        const PhaseSpan *p = &g_array_index(phases, PhaseSpan, i);
        Span s = { p->name, p->start, p->end, p->boot, i, false };

        if (p->boot != g_array_index(o->spans, Span, at).boot) {
            root = (Span){ "boot", p->start, o->boot->end, p->boot, 0, true };
            g_array_index(o->spans, Span, at).end = p->start;
            at = o->spans->len;
            g_array_append_val(o->spans, root);
        }
        g_array_append_val(o->spans, s);
    }
}

/* ------------------------------------------------------------------ */
/* The pass that writes                                                */

static void open_span(Otlp *o)
{
    const Span *s = &g_array_index(o->spans, Span, o->span);

    begin_span(o, s->root ? "boot" : "phase", s->name, s->boot,
               s->root ? s->boot : s->number, s->start, s->end);
    begin_list(o->json, "events");
    o->events = 0;
    o->dropped = 0;
    o->open = true;
}

static void close_span(Otlp *o)
{
    json_out_end_array(o->json);
    if (o->dropped) {
        json_out_int(o->json, "droppedEventsCount",
                     MIN(o->dropped, (uint64_t)UINT32_MAX));
    }
    end_span(o);
    o->span++;
    o->open = false;
}

/* Goes on to the span that @time is in, or to the end. */
static void go_to(Otlp *o, uint64_t time)
{
    while (o->span < o->spans->len) {
        const Span *next = o->span + 1 < o->spans->len
                               ? &g_array_index(o->spans, Span, o->span + 1)
                               : NULL;

        if (!o->open) {
            open_span(o);
        }
        if (time != CAPTURE_NO_TIME && (!next || time < next->start)) {
            return;
        }
        close_span(o);
    }
}

static CaptureWalkNext count_session(void *data, const CaptureRecord *rec)
{
    Otlp *o = data;

    if (rec->kind == CAPTURE_SESSION) {
        o->sessions--;
    }
    return CAPTURE_WALK_ON;
}

static void write_line(void *data, const CaptureLine *line)
{
    Otlp *o = data;
    JsonOut *j = o->json;
    g_autofree char *tag = NULL;
    g_autoptr(GString) text = NULL;

    if (o->sessions > 0) {
        return; /* of a session before */
    }
    go_to(o, line->time);
    if (!o->open) {
        return;
    }
    if (o->events++ >= OTLP_EVENTS_MAX) {
        o->dropped++;
        return;
    }
    tag = stream_tag(&o->boot->names, line->stream);
    text = g_string_new(NULL);
    append_line_text(text, line);
    json_out_begin_object(j, NULL);
    put_nano(j, "timeUnixNano", o, line->time);
    json_out_string(j, "name", "line");
    begin_list(j, "attributes");
    put_attribute(j, "bootstamp.stream", tag);
    put_attribute(j, "bootstamp.text", text->str);
    json_out_end_array(j);
    json_out_end_object(j);
}

/* ------------------------------------------------------------------ */
/* The pass before it, and the resource                                */

static CaptureWalkNext read_record(void *data, const CaptureRecord *rec)
{
    Otlp *o = data;

    boot_data_record(o->boot, rec);
    if (rec->kind == CAPTURE_SESSION) {
        o->session = *rec;
        o->has_session = true;
        o->has_machine = false;
        o->sessions++;
    } else if (rec->kind == CAPTURE_MACHINE) {
        o->machine = *rec;
        o->has_machine = true;
    }
    return CAPTURE_WALK_ON;
}

static void read_line(void *data, const CaptureLine *line)
{
    boot_data_line(((Otlp *)data)->boot, line);
}

static void put_labels(JsonOut *j, const char *labels)
{
    g_auto(GStrv) lines = g_strsplit(labels, "\n", -1);

    for (guint i = 0; lines[i]; i++) {
        char *equals = strchr(lines[i], '=');
        g_autofree char *name = NULL;

        if (equals) {
            *equals = '\0';
            name = g_strdup_printf("bootstamp.label.%s", lines[i]);
            put_attribute(j, name, equals + 1);
        }
    }
}

/* Names of OpenTelemetry's conventions where there are some. */
static void put_resource(Otlp *o, const char *name, const char *value)
{
    JsonOut *j = o->json;

    json_out_begin_object(j, NULL);
    begin_list(j, "attributes");
    put_attribute(j, "service.name", "bootstamp");
    put_attribute(j, "host.id", o->header.boot_id);
    put_attribute(j, "bootstamp.capture", capture_reader_path(o->reader));
    put_attribute(j, "bootstamp.qemu.version",
                  o->has_session ? o->session.u.session.version
                                 : o->header.qemu_version);
    put_int(j, "process.pid", o->session.u.session.pid);
    if (o->has_machine) {
        put_attribute(j, "bootstamp.machine.type", o->machine.u.machine.type);
        put_attribute(j, "bootstamp.machine.arch", o->machine.u.machine.arch);
        put_attribute(j, "bootstamp.machine.accel", o->machine.u.machine.accel);
        put_int(j, "bootstamp.machine.ram", o->machine.u.machine.ram);
        put_int(j, "bootstamp.machine.cpus", o->machine.u.machine.cpus);
    }
    put_labels(j, o->header.labels);
    if (name) {
        put_attribute(j, name, value);
    }
    json_out_end_array(j);
    json_out_end_object(j);
    fputs("{\"resourceSpans\":[{\"resource\":", o->out);
    json_out_end(j, o->out, "");
    fputs(",\"scopeSpans\":[{\"scope\":{\"name\":\"bootstamp\"},\"spans\":[\n",
          o->out);
}

static void read_all(Otlp *o, bool virtual_clock)
{
    static const CaptureWalkOps ops = { .record = read_record,
                                        .line = read_line };

    capture_walk_all(o->reader, virtual_clock, &ops, o);
    capture_reader_header(o->reader, &o->header);
    if (!o->has_session) {
        o->session.u.session.wall_ns = o->header.start_wall_ns;
        o->session.u.session.mono_ns = o->header.start_mono_ns;
        o->session.u.session.pid = o->header.pid;
    }
    o->zero = capture_reader_wall(o->reader, 0);
    o->zero = MIN(o->zero, (uint64_t)INT64_MAX);
}

void otlp_write(CaptureReader *r, bool virtual_clock, const char *name,
                const char *value, FILE *out)
{
    static const CaptureWalkOps ops = { .record = count_session,
                                        .line = write_line };
    g_autofree Otlp *o = g_new0(Otlp, 1);
    g_autoptr(GArray) phases = NULL;
    CaptureCursor start;

    o->out = out;
    o->reader = r;
    o->json = json_out_new();
    o->boot = boot_data_new(virtual_clock);
    boot_data_want_boot_copies(o->boot);
    o->spans = g_array_new(FALSE, FALSE, sizeof(Span));
    o->comma = "";
    capture_reader_tell(r, &start);
    read_all(o, virtual_clock);
    put_resource(o, name, value);
    phases = boot_data_spans(o->boot);
    add_spans(o, phases);
    capture_reader_seek(r, &start);
    capture_walk_all(r, virtual_clock, &ops, o);
    go_to(o, CAPTURE_NO_TIME);
    write_copies(o);
    fputs("]}]}]}\n", out);
    g_array_unref(o->spans);
    boot_data_free(o->boot);
    json_out_free(o->json);
}
