/*
 * What reports and pictures need of a boot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "boot-copies.h"
#include "boot-data.h"
#include "capture/walk.h"

#define FIRST_BIN_NS 1024

BootData *boot_data_new(bool virtual_clock)
{
    BootData *b = g_new0(BootData, 1);

    check_patterns(); /* says what is wrong; the report is made all the same */
    b->phases = capture_milestones_new();
    b->copies = capture_copies_new();
    b->vcpus = capture_vcpus_new();
    b->disks = capture_disks_new();
    b->initcalls = capture_initcalls_new();
    b->talk = capture_talk_new();
    b->exits = capture_exits_new();
    b->virtual_clock = virtual_clock;
    b->bin_ns = FIRST_BIN_NS;
    b->seen = UINT64_MAX;
    return b;
}

static void clear_density(BootData *b)
{
    for (int i = 0; i < CAPTURE_STREAMS_MAX; i++) {
        g_clear_pointer(&b->density[i], g_free);
    }
    b->bin_ns = FIRST_BIN_NS;
    b->bin = 0;
    b->bin_start = 0;
}

void boot_data_free(BootData *b)
{
    if (b) {
        clear_density(b);
        capture_milestones_free(b->phases);
        capture_copies_free(b->copies);
        g_clear_pointer(&b->boot_copies, g_ptr_array_unref);
        capture_vcpus_free(b->vcpus);
        capture_disks_free(b->disks);
        capture_initcalls_free(b->initcalls);
        capture_talk_free(b->talk);
        capture_exits_free(b->exits);
        g_free(b->machine);
        g_free(b);
    }
}

/* Bins of twice the width, for all streams. */
static void widen(BootData *b)
{
    for (int s = 0; s < CAPTURE_STREAMS_MAX; s++) {
        uint64_t *bins = b->density[s] ? b->density[s]->bins : NULL;

        for (int i = 0; bins && i < DENSITY_BINS / 2; i++) {
            bins[i] = bins[2 * i] + bins[2 * i + 1];
        }
        if (bins) {
            memset(bins + DENSITY_BINS / 2, 0,
                   DENSITY_BINS / 2 * sizeof(*bins));
        }
    }
    b->bin_ns *= 2;
}

/* Bytes come in bursts: mostly it is the bin of the byte before. */
static void add_to_bin(BootData *b, Density *d, uint64_t time)
{
    if (time - b->bin_start >= b->bin_ns) {
        while (time / b->bin_ns >= DENSITY_BINS) {
            widen(b);
        }
        b->bin = time / b->bin_ns;
        b->bin_start = b->bin * b->bin_ns;
    }
    d->bins[b->bin]++;
}

void boot_data_bytes(BootData *b, uint8_t stream, const uint8_t *bytes,
                     const uint64_t *times, size_t n)
{
    const CaptureRecord rec = { .kind = CAPTURE_BYTE, .stream = stream };
    Density *d = b->density[stream];

    if (stream >= b->names.count) {
        stream_names_feed(&b->names, &rec);
    }
    if (!d) {
        d = b->density[stream] = g_new0(Density, 1);
        d->first = times[0];
    }
    for (size_t i = 0; i < n; i++) {
        add_to_bin(b, d, times[i] > b->start ? times[i] - b->start : 0);
        b->end = MAX(b->end, times[i]);
    }
    d->bytes += n;
    d->last = times[n - 1];
    b->bytes += n;
    capture_talk_bytes(b->talk, stream, bytes, times, n);
}

static void begin_session(BootData *b, const CaptureRecord *rec)
{
    b->sessions++;
    b->start = b->virtual_clock ? 0 : rec->time;
    b->end = b->start;
    b->bytes = b->lines = 0;
    b->icount = false;
    memset(&b->lost, 0, sizeof(b->lost));
    memset(&b->dropped, 0, sizeof(b->dropped));
    b->seen = UINT64_MAX;
    clear_density(b);
}

static void handle_machine(BootData *b, const CaptureRecord *rec)
{
    g_autoptr(GString) s = g_string_new(NULL);

    append_visible(s, rec->u.machine.type, strlen(rec->u.machine.type), false);
    g_string_append(s, ", ");
    append_visible(s, rec->u.machine.arch, strlen(rec->u.machine.arch), false);
    g_string_append(s, ", ");
    append_visible(s, rec->u.machine.accel, strlen(rec->u.machine.accel),
                   false);
    g_free(b->machine);
    b->machine = g_strdup(s->str);
    b->ram = rec->u.machine.ram;
    b->icount = rec->u.machine.icount;
}

void boot_data_want_boot_copies(BootData *b)
{
    b->boot_copies = boot_copies_new();
}

uint64_t boot_data_dropped_from(bool virtual_clock, const CaptureRecord *rec)
{
    if (!virtual_clock) {
        return rec->u.dropped.head.from_ns;
    }
    /* Where it was not known yet, it is 0 in all records. */
    return rec->u.dropped.from_vtime == CAPTURE_NO_TIME
               ? 0
               : rec->u.dropped.from_vtime;
}

void boot_data_record(BootData *b, const CaptureRecord *rec)
{
    switch (rec->kind) {
    case CAPTURE_BYTE:
        boot_data_bytes(b, rec->stream, &rec->byte, &rec->time, 1);
        return;
    case CAPTURE_SESSION:
        begin_session(b, rec);
        break;
    case CAPTURE_MACHINE:
        handle_machine(b, rec);
        break;
    case CAPTURE_LOST:
        b->lost = rec->u.lost;
        break;
    case CAPTURE_DROPPED:
        b->dropped = rec->u.dropped.head;
        b->seen = boot_data_dropped_from(b->virtual_clock, rec);
        break;
    case CAPTURE_CLOCK:
    case CAPTURE_VCLOCK:
    case CAPTURE_STREAM:
    case CAPTURE_VM:
    case CAPTURE_PROBE:
    case CAPTURE_NAMED:
    case CAPTURE_ITEM:
    case CAPTURE_SELECT:
    case CAPTURE_PIO:
    case CAPTURE_DMA:
    case CAPTURE_DMA_PART:
    case CAPTURE_DMA_END:
    case CAPTURE_VCPU:
    case CAPTURE_PROFILE:
    case CAPTURE_SAMPLE:
    case CAPTURE_DISK:
    case CAPTURE_DISK_IO:
    case CAPTURE_POST:
    case CAPTURE_EXIT_KIND:
    case CAPTURE_EXITS:
        break;
    }
    b->end = MAX(b->end, rec->time);
    capture_talk_feed(b->talk, rec);
    stream_names_feed(&b->names, rec);
    capture_milestones_record(b->phases, rec);
    capture_copies_feed(b->copies, rec);
    if (b->boot_copies) {
        boot_copies_feed(b->boot_copies, capture_milestones_boot(b->phases),
                         rec);
    }
    capture_vcpus_record(b->vcpus, rec);
    capture_disks_feed(b->disks, rec);
    capture_exits_record(b->exits, rec);
    capture_initcalls_record(b->initcalls, rec);
    start_stages_feed(&b->stages, rec);
}

void boot_data_line(BootData *b, const CaptureLine *line)
{
    b->lines += !line->continued;
    capture_milestones_line(b->phases, line);
    capture_initcalls_line(b->initcalls, line);
}

static CaptureWalkNext handle_record(void *boot, const CaptureRecord *rec)
{
    boot_data_record(boot, rec);
    return CAPTURE_WALK_ON;
}

static void handle_line(void *boot, const CaptureLine *line)
{
    boot_data_line(boot, line);
}

void boot_data_read(BootData *b, CaptureReader *r)
{
    static const CaptureWalkOps ops = { .record = handle_record,
                                        .line = handle_line };

    capture_walk_all(r, b->virtual_clock, &ops, b);
}

PhaseGroup phase_group(const CaptureMilestone *phase, PhaseGroup before)
{
    switch (phase->group) {
    case CAPTURE_GROUP_NONE:
        break;
    case CAPTURE_GROUP_QEMU:
        return PHASE_QEMU;
    case CAPTURE_GROUP_FIRMWARE:
        return PHASE_FIRMWARE;
    case CAPTURE_GROUP_LOADER:
        return PHASE_LOADER;
    case CAPTURE_GROUP_GUEST:
        return PHASE_GUEST;
    case CAPTURE_GROUP_SHUTDOWN:
        return PHASE_SHUTDOWN;
    }
    return before;
}

const char *phase_group_name(PhaseGroup group)
{
    static const char *const names[PHASE_GROUPS] = {
        [PHASE_QEMU] = "QEMU",          [PHASE_FIRMWARE] = "Firmware",
        [PHASE_LOADER] = "Boot loader", [PHASE_GUEST] = "Guest",
        [PHASE_SHUTDOWN] = "Shutdown",
    };

    return names[group];
}

/* What comes several times in a boot, as attempts do, has a number. */
static void number_again(GHashTable *names, char *name, size_t size)
{
    guint n = GPOINTER_TO_UINT(g_hash_table_lookup(names, name)) + 1;
    size_t len = strlen(name);

    g_hash_table_insert(names, g_strdup(name), GUINT_TO_POINTER(n));
    if (n > 1) {
        g_snprintf(name + len, size - len, " #%u", n);
    }
}

GPtrArray *phase_names(const CaptureMilestones *phases)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) names =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < capture_milestones_count(phases); i++) {
        const CaptureMilestone *p = capture_milestones_get(phases, i);
        char name[CAPTURE_NAME_MAX];

        if (p->boot && p->milestone != CAPTURE_MS_STOP) {
            g_snprintf(name, sizeof(name), "%s (boot %u)", p->name,
                       p->boot + 1);
        } else {
            g_strlcpy(name, p->name, sizeof(name));
        }
        number_again(names, name, sizeof(name));
        g_ptr_array_add(all, g_strdup(name));
    }
    return all;
}

GArray *boot_data_spans(const BootData *b)
{
    g_autoptr(GPtrArray) names = phase_names(b->phases);
    GArray *spans = g_array_new(FALSE, TRUE, sizeof(PhaseSpan));
    guint n = capture_milestones_count(b->phases);
    PhaseGroup group = PHASE_QEMU;

    for (guint i = 0; i + 1 < n; i++) {
        const CaptureMilestone *p = capture_milestones_get(b->phases, i);
        const CaptureMilestone *next = capture_milestones_get(b->phases, i + 1);
        PhaseSpan span = {
            .start = p->time,
            .end = next->time,
            .group = phase_group(p, group),
            .boot = p->boot,
            .outside = p->outside || next->outside || p->boot != next->boot,
        };

        group = span.group;
        g_strlcpy(span.name, g_ptr_array_index(names, i), sizeof(span.name));
        g_array_append_val(spans, span);
    }
    return spans;
}

uint64_t boot_data_total(const BootData *b)
{
    guint n = capture_milestones_count(b->phases);
    uint64_t last = n ? capture_milestones_get(b->phases, n - 1)->time : 0;

    return last > b->start ? last - b->start : 0;
}
