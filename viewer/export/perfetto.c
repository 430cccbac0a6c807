/*
 * Trace Event JSON, which ui.perfetto.dev and chrome://tracing open: phases
 * as nested spans, fw_cfg items as spans with a counter of bytes, lines and
 * events as instants, a track per stream.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "capture/kinds.h"
#include "event.h"
#include "profile-export.h"
#include "viewer/common/json-out.h"

/* Tracks: "threads" of the one "process". */
#define PID 1
#define TID_PHASES 1
#define TID_FWCFG 2
#define TID_EVENTS 3
#define TID_STREAM 10
#define TID_DISKS (TID_STREAM + CAPTURE_STREAMS_MAX)
#define TID_START (TID_DISKS + 256)
#define TID_INITCALLS (TID_START + 1)
#define TID_VCPU (TID_INITCALLS + 1)

/* vCPUs whose samples have a track, and frames that nest in it. */
#define VCPUS_MAX 64

typedef struct State {
    JsonOut *json;
    BootData *boot;
    ProfileBoot *profile;
    GHashTable *items; /* fw_cfg key -> name, char * */
    GString *text; /* of an event, used again for the next */
    const char *comma;
    uint64_t copy_start;
    uint32_t copy_from;
    uint64_t copy_end;
    uint32_t copy_offset;
    int copy_key; /* -1: no item is being read */
    bool copy_dma;
    bool named[CAPTURE_STREAMS_MAX];
} State;

/* Begins an event; times are microseconds here, with a fraction. */
static JsonOut *begin(State *s, const char *ph, const char *name, size_t len,
                      int tid, uint64_t time)
{
    JsonOut *j = s->json;

    json_out_begin_object(j, NULL);
    json_out_bytes(j, "name", name, len);
    json_out_string(j, "ph", ph);
    json_out_int(j, "pid", PID);
    json_out_int(j, "tid", tid);
    json_out_thousandths(j, "ts", time);
    return j;
}

static void end(Export *e)
{
    State *s = e->state;

    json_out_end_object(s->json);
    fputs_unlocked(s->comma, e->out);
    json_out_end(s->json, e->out, "");
    s->comma = ",\n";
}

static void begin_args(JsonOut *j)
{
    json_out_begin_object(j, "args");
}

static void end_args(JsonOut *j)
{
    json_out_end_object(j);
}

static void name_track(Export *e, const char *what, int tid, const char *name)
{
    JsonOut *j = begin(e->state, "M", what, strlen(what), tid, 0);

    begin_args(j);
    json_out_string(j, "name", name);
    end_args(j);
    end(e);
}

static void sort_track(Export *e, int tid)
{
    JsonOut *j = begin(e->state, "M", "thread_sort_index", 17, tid, 0);

    begin_args(j);
    json_out_int(j, "sort_index", tid);
    end_args(j);
    end(e);
}

static void span(Export *e, int tid, const char *category, const char *name,
                 uint64_t from, uint64_t to)
{
    JsonOut *j = begin(e->state, "X", name, strlen(name), tid, from);

    json_out_string(j, "cat", category);
    json_out_thousandths(j, "dur", to - from);
}

static bool perfetto_begin(Export *e)
{
    State *s = g_new0(State, 1);

    e->state = s;
    s->json = json_out_new();
    s->text = g_string_new(NULL);
    s->boot = boot_data_new(e->virtual_clock);
    s->profile = profile_export_new(e, s->boot->phases);
    s->items = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    s->copy_key = -1;
    s->comma = "";
    fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n", e->out);
    name_track(e, "process_name", 0, "bootstamp");
    name_track(e, "thread_name", TID_PHASES, "phases");
    sort_track(e, TID_PHASES);
    name_track(e, "thread_name", TID_FWCFG, "fw_cfg");
    sort_track(e, TID_FWCFG);
    name_track(e, "thread_name", TID_EVENTS, "VM");
    sort_track(e, TID_EVENTS);
    return true;
}

/* ------------------------------------------------------------------ */
/* fw_cfg                                                              */

static void append_item_name(const State *s, uint16_t key)
{
    const char *name = g_hash_table_lookup(s->items, GUINT_TO_POINTER(key));

    if (name) {
        g_string_append(s->text, name);
    } else {
        append_values(s->text, "key 0x%4x", key);
    }
}

static void count_to(Export *e, const char *name, int tid, uint64_t time,
                     uint64_t bytes)
{
    JsonOut *j = begin(e->state, "C", name, strlen(name), tid, time);

    begin_args(j);
    json_out_int(j, "bytes", bytes);
    end_args(j);
    end(e);
}

/* A counter per item: two would make one line zigzag. */
static void count(Export *e, uint16_t key, uint64_t time, uint32_t bytes)
{
    State *s = e->state;

    g_string_assign(s->text, "fw_cfg bytes: ");
    append_item_name(s, key);
    count_to(e, s->text->str, TID_FWCFG, time, bytes);
}

/* A pass over an item is over: from its select to its last read. */
static void end_copy(Export *e)
{
    State *s = e->state;
    uint64_t bytes = s->copy_offset - s->copy_from;

    if (s->copy_key >= 0 && bytes) {
        g_string_truncate(s->text, 0);
        append_item_name(s, s->copy_key);
        span(e, TID_FWCFG, "fw_cfg", s->text->str, s->copy_start,
             MAX(s->copy_end, s->copy_start));
        begin_args(s->json);
        json_out_int(s->json, "bytes", bytes);
        json_out_string(s->json, "method", s->copy_dma ? "DMA" : "PIO");
        if (s->copy_end > s->copy_start) {
            json_out_thousandths(s->json, "MB_per_s",
                                 bytes * 1e6 / (s->copy_end - s->copy_start));
        }
        end_args(s->json);
        end(e);
    }
    s->copy_key = -1;
}

static void begin_copy(Export *e, uint16_t key, uint64_t time, uint32_t offset)
{
    State *s = e->state;

    /* Passes do not overlap: late stamps are moved behind the one before. */
    time = MAX(time, s->copy_end);
    s->copy_key = key;
    s->copy_start = s->copy_end = time;
    s->copy_from = s->copy_offset = offset;
    s->copy_dma = false;
}

static void copy_up_to(Export *e, uint16_t key, uint64_t time, uint32_t offset)
{
    State *s = e->state;

    if (s->copy_key != key) {
        end_copy(e);
        begin_copy(e, key, time, 0);
    }
    s->copy_offset = MAX(offset, s->copy_from);
    s->copy_end = MAX(time, s->copy_end);
    count(e, key, s->copy_end, offset);
}

static void handle_pio(Export *e, const CapturePio *pio, uint64_t time)
{
    State *s = e->state;

    if (pio->late && s->copy_key != pio->key) {
        /* That was read by another QEMU. */
        end_copy(e);
        begin_copy(e, pio->key, time, pio->offset);
    }
    copy_up_to(e, pio->key, time, pio->offset);
}

static void handle_dma(Export *e, const CaptureDma *dma, uint64_t time)
{
    State *s = e->state;

    if (s->copy_key != dma->key) {
        end_copy(e);
        begin_copy(e, dma->key, time, dma->offset);
    }
    if (dma->op == CAPTURE_DMA_SKIP) {
        s->copy_from += dma->length;
    }
    s->copy_dma = true;
}

/* ------------------------------------------------------------------ */
/* Instants                                                            */

static void put_instant(Export *e, int tid, const char *category,
                        const char *text, size_t len, uint64_t time)
{
    JsonOut *j = begin(e->state, "i", text, len, tid, time);

    json_out_string(j, "cat", category);
    json_out_string(j, "s", "t");
    end(e);
}

static void perfetto_record(Export *e, const CaptureRecord *rec)
{
    State *s = e->state;

    boot_data_record(s->boot, rec);
    profile_boot_record(s->profile, rec);
    switch (rec->kind) {
    case CAPTURE_SESSION:
        end_copy(e);
        s->copy_end = 0;
        break;
    case CAPTURE_ITEM:
        g_hash_table_insert(s->items, GUINT_TO_POINTER(rec->u.item.key),
                            g_strdup(rec->u.item.name));
        break;
    case CAPTURE_SELECT:
        end_copy(e);
        begin_copy(e, rec->u.select.key, rec->time, 0);
        break;
    case CAPTURE_PIO:
        handle_pio(e, &rec->u.pio, rec->time);
        break;
    case CAPTURE_DMA:
        handle_dma(e, &rec->u.dma, rec->time);
        break;
    case CAPTURE_DMA_PART:
        copy_up_to(e, rec->u.dma_part.key, rec->time, rec->u.dma_part.offset);
        break;
    case CAPTURE_DMA_END:
        copy_up_to(e, rec->u.dma_end.key, rec->time, rec->u.dma_end.offset);
        break;
    case CAPTURE_VM:
    case CAPTURE_PROBE:
    case CAPTURE_NAMED:
    case CAPTURE_POST:
    case CAPTURE_LOST:
    case CAPTURE_DROPPED:
        g_string_truncate(s->text, 0);
        if (append_event(s->text, rec)) {
            put_instant(e, TID_EVENTS, "vm", s->text->str, s->text->len,
                        rec->time);
        }
        break;
    case CAPTURE_BYTE:
    case CAPTURE_CLOCK:
    case CAPTURE_VCLOCK:
    case CAPTURE_STREAM:
    case CAPTURE_MACHINE:
    case CAPTURE_VCPU:
    case CAPTURE_PROFILE:
    case CAPTURE_SAMPLE:
    case CAPTURE_DISK:
    case CAPTURE_DISK_IO:
    case CAPTURE_EXIT_KIND:
    case CAPTURE_EXITS:
        break; /* at the end */
    }
}

static void perfetto_line(Export *e, const CaptureLine *line)
{
    State *s = e->state;
    int tid = TID_STREAM + line->stream;
    bool bytes = e->options->controls && line->bytes;

    boot_data_line(s->boot, line);
    profile_boot_line(s->profile, line);
    if (!s->named[line->stream]) {
        g_autofree char *tag = stream_tag(&e->names, line->stream);

        s->named[line->stream] = true;
        name_track(e, "thread_name", tid, tag);
        sort_track(e, tid);
    }
    put_instant(e, tid, "line", bytes ? line->bytes : line->text,
                bytes ? line->n_bytes : line->len, line->time);
}

/* ------------------------------------------------------------------ */
/* Phases                                                              */

/* The spans from @i on for which @same holds, as one around them. */
static guint put_around(Export *e, const GArray *spans, guint i, bool by_group)
{
    const PhaseSpan *first = &g_array_index(spans, PhaseSpan, i);
    const PhaseSpan *last = first;
    g_autofree char *name = NULL;

    for (; i < spans->len; i++) {
        const PhaseSpan *s = &g_array_index(spans, PhaseSpan, i);

        if (s->boot != first->boot || (by_group && s->group != first->group)) {
            break;
        }
        last = s;
    }
    name = by_group ? g_strdup(phase_group_name(first->group))
                    : g_strdup_printf("Boot %u", first->boot + 1);
    span(e, TID_PHASES, "phase", name, first->start, last->end);
    end(e);
    return i;
}

/* What the vCPUs had of the phase, and how often they left KVM. */
static void put_host(JsonOut *j, const BootData *b, const PhaseSpan *p)
{
    CaptureVcpuTime t = capture_vcpus_between(b->vcpus, p->start, p->end);

    if (capture_vcpus_threads(b->vcpus) && !b->virtual_clock) {
        json_out_double(j, "on_cpu_ms", t.cpu / 1e6);
        json_out_double(j, "waiting_ms", t.wait / 1e6);
        json_out_double(j, "idle_ms", t.idle / 1e6);
    }
    for (guint i = 0; i < capture_exits_kinds(b->exits); i++) {
        const char *name = capture_exits_name(b->exits, i);
        uint64_t n = capture_exits_between(b->exits, i, p->start, p->end);
        g_autofree char *label = g_strdup_printf("KVM %s", name);

        if (name && n) {
            json_out_int(j, label, n);
        }
    }
}

/* What the time of a phase was, as far as it is known. */
static void put_causes(Export *e, const PhaseSpan *p)
{
    const State *s = e->state;
    const BootData *b = s->boot;
    CaptureDiskUse reads =
        capture_disks_between(b->disks, CAPTURE_DISKS_ALL, p->start, p->end);

    begin_args(s->json);
    put_host(s->json, b, p);
    if (reads.bytes) {
        json_out_int(s->json, "disk_bytes", reads.bytes);
        json_out_double(s->json, "disk_reading_ms", reads.active_ns / 1e6);
    }
    for (int i = 0; i < b->names.count; i++) {
        CaptureTalkUse use = capture_talk_between(b->talk, i, p->start, p->end);
        g_autofree char *tag = stream_tag(&b->names, i);
        g_autofree char *name = g_strdup_printf("talking_ms: %s", tag);

        if (use.bytes) {
            json_out_double(s->json, name, use.talk_ns / 1e6);
        }
    }
    end_args(s->json);
}

static void put_phases(Export *e)
{
    State *s = e->state;
    g_autoptr(GArray) spans = boot_data_spans(s->boot);

    /* Outer spans first: those that begin at the same time nest by order. */
    for (guint i = 0; i < spans->len;) {
        i = put_around(e, spans, i, false);
    }
    for (guint i = 0; i < spans->len;) {
        i = put_around(e, spans, i, true);
    }
    for (guint i = 0; i < spans->len; i++) {
        const PhaseSpan *p = &g_array_index(spans, PhaseSpan, i);

        span(e, TID_PHASES, "phase", p->name, p->start, p->end);
        put_causes(e, p);
        end(e);
    }
}

/* ------------------------------------------------------------------ */
/* Disks                                                               */

/* Reads without a pause, and a counter that rises with them. */
static void put_disk(Export *e, guint i)
{
    State *s = e->state;
    const CaptureDiskReads *disk = capture_disks_get(s->boot->disks, i);
    g_autoptr(GArray) runs = capture_disks_runs(s->boot->disks, i);
    g_autofree char *counter = g_strdup_printf("disk bytes: %s", disk->name);
    g_autofree char *track = g_strdup_printf("disk %s", disk->name);
    uint64_t bytes = 0;
    int tid = TID_DISKS + i;

    name_track(e, "thread_name", tid, track);
    sort_track(e, tid);
    for (guint j = 0; j < runs->len; j++) {
        const CaptureDiskRun *run = &g_array_index(runs, CaptureDiskRun, j);

        count_to(e, counter, tid, run->start, bytes);
        bytes += run->use.bytes;
        count_to(e, counter, tid, run->end, bytes);
        span(e, tid, "disk", disk->name, run->start, run->end);
        begin_args(s->json);
        json_out_int(s->json, "bytes", run->use.bytes);
        json_out_int(s->json, "requests", run->use.requests);
        json_out_double(s->json, "MB_per_s", capture_disk_rate(&run->use));
        end_args(s->json);
        end(e);
    }
}

/* ------------------------------------------------------------------ */
/* QEMU's start, the kernel's initcalls                                */

/* A stage is what led to its event. */
static void put_start(Export *e)
{
    const StartStages *s = &((State *)e->state)->boot->stages;

    if (s->count < 2) {
        return;
    }
    name_track(e, "thread_name", TID_START, "QEMU's start");
    sort_track(e, TID_START);
    for (guint i = 1; i < s->count; i++) {
        span(e, TID_START, "start", capture_vm_text(s->stages[i].event),
             s->stages[i - 1].time, s->stages[i].time);
        end(e);
    }
}

/* They overlap (probes in other threads): events that have a beginning and an
 * end each, which need not nest. */
static void put_initcall_edge(Export *e, const CaptureInitcall *call,
                              const char *label, const char *ph, guint id,
                              uint64_t time)
{
    JsonOut *j = begin(e->state, ph, label, strlen(label), TID_INITCALLS, time);

    json_out_string(j, "cat", "initcall");
    json_out_int(j, "id", id);
    if (*ph == 'b') {
        begin_args(j);
        json_out_int(j, "kernel_us", call->usecs);
        end_args(j);
    }
    end(e);
}

static void put_initcalls(Export *e)
{
    const CaptureInitcalls *calls = ((State *)e->state)->boot->initcalls;
    guint n = capture_initcalls_count(calls);

    for (guint i = 0; i < n; i++) {
        const CaptureInitcall *call = capture_initcalls_get(calls, i);
        g_autofree char *label = initcall_label(call);

        put_initcall_edge(e, call, label, "b", i, call->start);
        put_initcall_edge(e, call, label, "e", i, call->end);
    }
}

/* ------------------------------------------------------------------ */
/* Samples: the functions that a vCPU was in, as spans that nest           */

typedef struct OpenFrames {
    guint nodes[PATH_MAX_DEPTH];
    uint64_t since[PATH_MAX_DEPTH]; /* ns */
    guint n;
    uint64_t end; /* of the last sample, ns */
} OpenFrames;

static guint path_of(const Profile *p, guint node, guint path[PATH_MAX_DEPTH])
{
    guint n = 0;

    for (guint i = node; i; i = profile_node(p, i).parent) {
        n++;
    }
    for (guint i = n; i-- > 0; node = profile_node(p, node).parent) {
        path[i] = node;
    }
    return n;
}

/* Closes those from @keep on. */
static void close_frames(Export *e, OpenFrames *f, int tid, guint keep)
{
    const Profile *p = ((State *)e->state)->profile->profile;

    while (f->n > keep) {
        guint i = --f->n;

        span(e, tid, "sample",
             profile_function(p, profile_node(p, f->nodes[i]).function).name,
             f->since[i], f->end);
        end(e);
    }
}

static void put_sample(Export *e, OpenFrames *f, int tid,
                       const ProfileSample *s)
{
    const Profile *p = ((State *)e->state)->profile->profile;
    uint64_t period = 1000000000 / MAX(profile_hz(p), 1);
    uint64_t start = s->time - MIN(s->time, s->ticks * period);
    guint path[PATH_MAX_DEPTH], n = path_of(p, s->node, path), same = 0;

    if (start > f->end + period) {
        close_frames(e, f, tid, 0); /* nothing was sampled meanwhile */
    }
    start = MAX(start, f->end);
    while (same < MIN(n, f->n) && f->nodes[same] == path[same]) {
        same++;
    }
    close_frames(e, f, tid, same);
    for (; f->n < n; f->n++) {
        f->nodes[f->n] = path[f->n];
        f->since[f->n] = start;
    }
    f->end = MAX(s->time, f->end);
}

static void put_samples(Export *e)
{
    Profile *p = ((State *)e->state)->profile->profile;
    g_autofree OpenFrames *open = g_new0(OpenFrames, VCPUS_MAX);

    profile_sort(p);
    for (guint i = 0; i < profile_samples(p); i++) {
        const ProfileSample *s = profile_sample(p, i);

        if (s->vcpu < VCPUS_MAX) {
            if (!open[s->vcpu].end) {
                g_autofree char *name = g_strdup_printf("vCPU %u", s->vcpu);

                name_track(e, "thread_name", TID_VCPU + s->vcpu, name);
                sort_track(e, TID_VCPU + s->vcpu);
            }
            put_sample(e, &open[s->vcpu], TID_VCPU + s->vcpu, s);
        }
    }
    for (guint i = 0; i < VCPUS_MAX; i++) {
        close_frames(e, &open[i], TID_VCPU + i, 0);
    }
}

static bool perfetto_end(Export *e)
{
    State *s = e->state;
    bool ok = profile_export_has_vcpu(e, s->profile);

    end_copy(e);
    put_phases(e);
    for (guint i = 0; i < capture_disks_count(s->boot->disks); i++) {
        put_disk(e, i);
    }
    put_start(e);
    put_initcalls(e);
    put_samples(e);
    fputs("\n]}\n", e->out);
    json_out_free(s->json);
    profile_boot_free(s->profile);
    g_string_free(s->text, TRUE);
    boot_data_free(s->boot);
    g_hash_table_unref(s->items);
    g_clear_pointer(&e->state, g_free);
    return ok;
}

const ExportFormat export_perfetto = {
    .info = {
        .name = "perfetto",
        .summary = "Trace Event JSON for ui.perfetto.dev",
        .extension = ".json",
        .samples = true,
        .monotonic = true,
    },
    .begin = perfetto_begin,
    .record = perfetto_record,
    .line = perfetto_line,
    .end = perfetto_end,
    .tells_loss = true,
};
