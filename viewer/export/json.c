/*
 * JSON Lines: an object per line or event; docs/json-schema.md tells them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "capture/kinds.h"
#include "viewer/report/report.h"
#include "format.h"
#include "viewer/common/json-out.h"

#define SCHEMA_NAME "bootstamp"
#define SCHEMA_VERSION 1

typedef struct State {
    JsonOut *json;
    BootData *boot; /* milestones and copies, told at the end */
} State;

static void begin(JsonOut *j, const char *type)
{
    json_out_begin_object(j, NULL);
    json_out_string(j, "type", type);
}

static void end(JsonOut *j, FILE *out)
{
    json_out_end_object(j);
    json_out_end(j, out, "\n");
}

/* An object of their names; nothing without any. */
static void put_labels(JsonOut *j, const char *labels)
{
    g_auto(GStrv) lines = g_strsplit(labels, "\n", -1);

    if (!labels[0]) {
        return;
    }
    json_out_begin_object(j, "labels");
    for (guint i = 0; lines[i]; i++) {
        char *equals = strchr(lines[i], '=');

        if (equals) {
            *equals = '\0';
            if (g_utf8_validate(lines[i], -1, NULL)) {
                json_out_string(j, lines[i], equals + 1);
            }
        }
    }
    json_out_end_object(j);
}

static bool json_begin(Export *e)
{
    State *s = g_new0(State, 1);
    CaptureHeader h;

    e->state = s;
    s->json = json_out_new();
    s->boot = boot_data_new(e->virtual_clock);
    capture_reader_header(e->reader, &h);
    begin(s->json, "header");
    json_out_string(s->json, "schema", SCHEMA_NAME);
    json_out_int(s->json, "version", SCHEMA_VERSION);
    json_out_string(s->json, "clock", e->virtual_clock ? "virtual" : "host");
    json_out_int(s->json, "start_wall_ns", h.start_wall_ns);
    if (e->options->time == EXPORT_TIME_MONOTONIC) {
        json_out_int(s->json, "start_mono_ns", e->zero);
        json_out_string(s->json, "boot_id", h.boot_id);
    }
    json_out_string(s->json, "qemu_version", h.qemu_version);
    json_out_string(s->json, "arch", h.arch);
    put_labels(s->json, h.labels);
    end(s->json, e->out);
    return true;
}

/* ------------------------------------------------------------------ */
/* Events                                                              */

static void put_sample(JsonOut *j, const CaptureSample *s)
{
    json_out_int(j, "vcpu", s->vcpu);
    json_out_int(j, "ticks", s->ticks);
    json_out_bool(j, "idle", s->flags & CAPTURE_SAMPLE_IDLE);
    if (!(s->flags & CAPTURE_SAMPLE_IDLE)) {
        json_out_hex(j, "pc", s->pc);
        json_out_hex(j, "sp", s->sp);
    }
}

static void put_dma(JsonOut *j, const CaptureDma *dma)
{
    static const char *const ops[] = { "read", "write", "skip" };

    json_out_int(j, "key", dma->key);
    json_out_string(j, "op", dma->op < G_N_ELEMENTS(ops) ? ops[dma->op] : "?");
    json_out_int(j, "offset", dma->offset);
    json_out_int(j, "length", dma->length);
    json_out_hex(j, "address", dma->address);
}

static void put_session(JsonOut *j, const CaptureRecord *rec)
{
    json_out_int(j, "wall_ns", rec->u.session.wall_ns);
    json_out_int(j, "pid", rec->u.session.pid);
    json_out_string(j, "qemu_version", rec->u.session.version);
}

static void put_machine(JsonOut *j, const CaptureRecord *rec)
{
    json_out_string(j, "machine", rec->u.machine.type);
    json_out_string(j, "arch", rec->u.machine.arch);
    json_out_string(j, "accel", rec->u.machine.accel);
    json_out_int(j, "ram", rec->u.machine.ram);
    json_out_int(j, "cpus", rec->u.machine.cpus);
    json_out_bool(j, "icount", rec->u.machine.icount);
}

static void put_vm(JsonOut *j, const CaptureRecord *rec)
{
    json_out_string(j, "event", capture_vm_word(rec->u.vm.event));
    json_out_string(j, "detail", rec->u.vm.detail);
    json_out_bool(j, "by_guest", rec->u.vm.by_guest);
}

static void put_disk_io(JsonOut *j, const CaptureDiskIo *io)
{
    json_out_int(j, "id", io->id);
    json_out_int(j, "window_ns", io->window_us * UINT64_C(1000));
    json_out_int(j, "read_bytes", io->read_bytes);
    json_out_int(j, "reads", io->reads);
    json_out_int(j, "read_ns", io->read_ns);
    json_out_int(j, "write_bytes", io->write_bytes);
    json_out_int(j, "writes", io->writes);
    json_out_int(j, "write_ns", io->write_ns);
}

/* The members of @rec's own. */
static void put_members(JsonOut *j, const CaptureRecord *rec)
{
    switch (rec->kind) {
    case CAPTURE_SESSION:
        put_session(j, rec);
        break;
    case CAPTURE_STREAM:
        json_out_int(j, "id", rec->u.stream.id);
        json_out_string(j, "label", rec->u.stream.label);
        json_out_string(j, "frontend", rec->u.stream.frontend);
        break;
    case CAPTURE_MACHINE:
        put_machine(j, rec);
        break;
    case CAPTURE_VM:
        put_vm(j, rec);
        break;
    case CAPTURE_LOST:
        json_out_int(j, "bytes", rec->u.lost.bytes);
        json_out_int(j, "events", rec->u.lost.events);
        break;
    case CAPTURE_DROPPED:
        json_out_int(j, "from_ns", rec->u.dropped.head.from_ns);
        json_out_int(j, "bytes", rec->u.dropped.head.bytes);
        json_out_int(j, "events", rec->u.dropped.head.events);
        break;
    case CAPTURE_ITEM:
        json_out_int(j, "key", rec->u.item.key);
        json_out_int(j, "size", rec->u.item.size);
        json_out_string(j, "name", rec->u.item.name);
        break;
    case CAPTURE_SELECT:
        json_out_int(j, "key", rec->u.select.key);
        json_out_bool(j, "dma", rec->u.select.dma);
        break;
    case CAPTURE_PIO:
        json_out_int(j, "key", rec->u.pio.key);
        json_out_int(j, "offset", rec->u.pio.offset);
        break;
    case CAPTURE_DMA:
        put_dma(j, &rec->u.dma);
        break;
    case CAPTURE_VCPU:
        json_out_int(j, "vcpu", rec->u.vcpu.vcpu);
        json_out_int(j, "cpu_ns", rec->u.vcpu.cpu_ns);
        json_out_int(j, "wait_ns", rec->u.vcpu.wait_ns);
        json_out_int(j, "steal_ns", rec->u.vcpu.steal_ns);
        break;
    case CAPTURE_PROFILE:
        json_out_int(j, "hz", rec->u.profile.hz);
        break;
    case CAPTURE_SAMPLE:
        put_sample(j, &rec->u.sample.head);
        break;
    case CAPTURE_DMA_PART:
        json_out_int(j, "key", rec->u.dma_part.key);
        json_out_int(j, "offset", rec->u.dma_part.offset);
        break;
    case CAPTURE_DMA_END:
        json_out_int(j, "key", rec->u.dma_end.key);
        json_out_int(j, "offset", rec->u.dma_end.offset);
        json_out_bool(j, "error", rec->u.dma_end.error);
        break;
    case CAPTURE_PROBE:
        json_out_int(j, "id", rec->u.probe.id);
        json_out_int(j, "arg", rec->u.probe.arg);
        json_out_int(j, "width", rec->u.probe.width);
        break;
    case CAPTURE_DISK:
        json_out_int(j, "id", rec->u.disk.id);
        json_out_string(j, "name", rec->u.disk.name);
        json_out_string(j, "device", rec->u.disk.type);
        break;
    case CAPTURE_DISK_IO:
        put_disk_io(j, &rec->u.disk_io);
        break;
    case CAPTURE_NAMED:
        json_out_int(j, "kind", rec->u.named.head.kind);
        json_out_int(j, "flags", rec->u.named.head.flags);
        json_out_int(j, "unit", rec->u.named.head.unit);
        json_out_hex(j, "arg", rec->u.named.head.arg);
        json_out_string(j, "name", rec->u.named.name);
        break;
    case CAPTURE_POST:
        json_out_int(j, "code", rec->u.post.code);
        break;
    case CAPTURE_EXIT_KIND:
        json_out_int(j, "id", rec->u.exit_kind.id);
        json_out_string(j, "name", rec->u.exit_kind.name);
        break;
    case CAPTURE_EXITS:
        json_out_int(j, "id", rec->u.exits.id);
        json_out_int(j, "window_ns", rec->u.exits.window_us * UINT64_C(1000));
        json_out_int(j, "count", rec->u.exits.count);
        break;
    case CAPTURE_BYTE:
    case CAPTURE_CLOCK:
    case CAPTURE_VCLOCK:
        break;
    }
}

/* Bytes are in the lines, and the clocks in all times. */
static bool has_object(CaptureKind kind)
{
    return kind != CAPTURE_BYTE && kind != CAPTURE_CLOCK &&
           kind != CAPTURE_VCLOCK;
}

static void put_times(JsonOut *j, uint64_t time, uint64_t vtime)
{
    json_out_int(j, "time_ns", time);
    if (vtime != CAPTURE_NO_TIME) {
        json_out_int(j, "vtime_ns", vtime);
    }
}

static void json_record(Export *e, const CaptureRecord *rec)
{
    State *s = e->state;

    boot_data_record(s->boot, rec);
    if (has_object(rec->kind)) {
        begin(s->json, capture_kind_word(rec->kind));
        put_times(s->json, rec->time, rec->vtime);
        put_members(s->json, rec);
        end(s->json, e->out);
    }
}

static void json_line(Export *e, const CaptureLine *line)
{
    State *s = e->state;
    JsonOut *j = s->json;
    g_autofree char *base64 = NULL;

    boot_data_line(s->boot, line);
    begin(j, "line");
    put_times(j, line->time, line->vtime);
    json_out_int(j, "end_ns", line->end_time);
    json_out_int(j, "stream", line->stream);
    if (!json_out_bytes(j, "text", line->text, line->len) ||
        line->len != line->n_bytes ||
        memcmp(line->text, line->bytes, line->len)) {
        base64 = g_base64_encode((const guchar *)line->bytes, line->n_bytes);
        json_out_string(j, "base64", base64);
    }
    if (line->end == CAPTURE_LINE_OVERWRITTEN) {
        json_out_bool(j, "overwritten", true);
    }
    if (line->continued) {
        json_out_bool(j, "continued", true);
    }
    if (!line->complete) {
        json_out_bool(j, "complete", false);
    }
    end(j, e->out);
}

/* ------------------------------------------------------------------ */
/* The end                                                             */

static void put_copy(Export *e, const CaptureCopy *c)
{
    State *s = e->state;

    begin(s->json, "copy");
    json_out_int(s->json, "key", c->key);
    json_out_string(s->json, "name", c->name);
    json_out_int(s->json, "size", c->size);
    json_out_int(s->json, "bytes", c->bytes);
    json_out_string(s->json, "method", capture_copy_method(c));
    json_out_int(s->json, "first_ns", c->first);
    json_out_int(s->json, "last_ns", c->last);
    json_out_int(s->json, "active_ns", c->active_ns);
    end(s->json, e->out);
}

static void put_milestone(Export *e, const CaptureMilestone *p)
{
    State *s = e->state;

    begin(s->json, "milestone");
    put_times(s->json, p->time, p->vtime);
    json_out_string(s->json, "name", p->name);
    json_out_int(s->json, "boot", p->boot);
    json_out_string(s->json, "detail", p->detail);
    end(s->json, e->out);
}

/* What was read from a disk in a phase, a row of bootstamp phases. */
static void put_disk_row(Export *e, const DiskRow *r)
{
    State *s = e->state;

    begin(s->json, "disk_reads");
    json_out_int(s->json, "time_ns", r->start);
    json_out_int(s->json, "end_ns", r->end);
    json_out_string(s->json, "phase", r->phase);
    json_out_int(s->json, "boot", r->boot);
    json_out_string(s->json, "disk",
                    capture_disks_get(s->boot->disks, r->disk)->name);
    json_out_int(s->json, "bytes", r->use.bytes);
    json_out_int(s->json, "requests", r->use.requests);
    json_out_int(s->json, "request_ns", r->use.request_ns);
    json_out_int(s->json, "active_ns", r->use.active_ns);
    json_out_int(s->json, "rest_ns", r->rest_ns);
    end(s->json, e->out);
}

static void put_disk_rows(Export *e)
{
    const BootData *b = ((State *)e->state)->boot;
    g_autoptr(GArray) rows = disk_rows(b->phases, b->disks, b->end);

    for (guint i = 0; i < rows->len; i++) {
        put_disk_row(e, &g_array_index(rows, DiskRow, i));
    }
}

/* What a stream said in a phase. */
static void put_talk_row(Export *e, const TalkRow *r)
{
    State *s = e->state;

    begin(s->json, "talk");
    json_out_int(s->json, "time_ns", r->start);
    json_out_int(s->json, "end_ns", r->end);
    json_out_string(s->json, "phase", r->phase);
    json_out_int(s->json, "boot", r->boot);
    json_out_int(s->json, "stream", r->stream);
    json_out_int(s->json, "bytes", r->use.bytes);
    json_out_int(s->json, "gaps", r->use.gaps);
    json_out_int(s->json, "talk_ns", r->use.talk_ns);
    end(s->json, e->out);
}

static void put_talk(Export *e)
{
    const BootData *b = ((State *)e->state)->boot;
    g_autoptr(GArray) rows = talk_rows(b->phases, b->talk, &b->names, b->end);

    for (guint i = 0; i < rows->len; i++) {
        put_talk_row(e, &g_array_index(rows, TalkRow, i));
    }
}

/* How often the guest left KVM in a phase, by kind. */
static void put_exits(Export *e)
{
    const State *s = e->state;
    const BootData *b = s->boot;
    g_autoptr(GArray) rows = exit_rows(b->phases, b->exits, b->end);

    for (guint i = 0; i < rows->len; i++) {
        const ExitRow *r = &g_array_index(rows, ExitRow, i);

        begin(s->json, "exits_in");
        json_out_int(s->json, "time_ns", r->start);
        json_out_int(s->json, "end_ns", r->end);
        json_out_string(s->json, "phase", r->phase);
        json_out_int(s->json, "boot", r->boot);
        json_out_string(s->json, "kind", r->kind);
        json_out_int(s->json, "count", r->count);
        end(s->json, e->out);
    }
}

static void put_initcall(Export *e, const CaptureInitcall *call)
{
    State *s = e->state;

    begin(s->json, "initcall");
    json_out_int(s->json, "time_ns", call->start);
    json_out_int(s->json, "end_ns", call->end);
    json_out_string(s->json, "name", call->name);
    json_out_bool(s->json, "probe", call->kind == CAPTURE_INITCALL_PROBE);
    json_out_int(s->json, "kernel_us", call->usecs);
    json_out_signed(s->json, "result", call->result);
    end(s->json, e->out);
}

static bool json_end(Export *e)
{
    State *s = e->state;
    CaptureLost lost = loss_total(&e->loss, e->reader);
    CaptureLost dropped = loss_dropped(&e->loss);

    for (guint i = 0; i < capture_milestones_count(s->boot->phases); i++) {
        put_milestone(e, capture_milestones_get(s->boot->phases, i));
    }
    for (guint i = 0; i < capture_copies_count(s->boot->copies); i++) {
        put_copy(e, capture_copies_get(s->boot->copies, i));
    }
    put_disk_rows(e);
    put_talk(e);
    put_exits(e);
    for (guint i = 0; i < capture_initcalls_count(s->boot->initcalls); i++) {
        put_initcall(e, capture_initcalls_get(s->boot->initcalls, i));
    }
    begin(s->json, "end");
    json_out_int(s->json, "time_ns", s->boot->end);
    json_out_int(s->json, "bytes", s->boot->bytes);
    json_out_int(s->json, "lines", s->boot->lines);
    json_out_int(s->json, "lost_bytes", lost.bytes);
    json_out_int(s->json, "lost_events", lost.events);
    if (is_lost(dropped)) {
        json_out_int(s->json, "dropped_bytes", dropped.bytes);
        json_out_int(s->json, "dropped_events", dropped.events);
    }
    json_out_int(s->json, "skipped_words", capture_reader_skipped(e->reader));
    if (capture_reader_unknown(e->reader)) {
        json_out_int(s->json, "unknown_records",
                     capture_reader_unknown(e->reader));
    }
    end(s->json, e->out);
    json_out_free(s->json);
    boot_data_free(s->boot);
    g_clear_pointer(&e->state, g_free);
    return true;
}

const ExportFormat export_json = {
    .info = {
        .name = "json",
        .summary = "JSON Lines, an object per line and event",
        .extension = ".jsonl",
        .monotonic = true,
    },
    .begin = json_begin,
    .record = json_record,
    .line = json_line,
    .end = json_end,
    .bytes = true,
    .tells_loss = true,
};
