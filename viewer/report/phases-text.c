/*
 * A boot in tables: milestones, probes, fw_cfg copies, disk reads.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "boot-copies.h"
#include "capture/disks.h"
#include "capture/exits.h"
#include "capture/initcalls.h"
#include "capture/patterns.h"
#include "capture/milestones.h"
#include "capture/probe.h"
#include "capture/spans.h"
#include "boot-data.h"
#include "host-text.h"
#include "capture/talk.h"
#include "phase-times.h"
#include "report.h"
#include "viewer/common/loss.h"
#include "viewer/common/table.h"
#include "capture/walk.h"

/* Initcalls without --all. */
#define INITCALLS_SHOWN 10

#define NAME_CELLS 24

typedef struct Boot {
    CaptureMilestones *phases;
    GPtrArray *copies; /* CaptureCopies, one a boot */
    CaptureDisks *disks;
    CaptureInitcalls *initcalls;
    CaptureTalk *talk;
    CaptureExitCounts *exits;
    StartStages stages;
    StreamNames names;
    CaptureSpans *spans;
    Loss loss;
    CaptureDropped dropped; /* of the session, times since its start */
    bool all; /* small fw_cfg items, each by itself */
    CaptureVcpus *vcpus;
    uint64_t start; /* of the session, ns */
    uint64_t end; /* of its last record, ns */
    int sessions, wanted; /* wanted 0: the last */
    bool virtual_clock;
} Boot;

/* fw_cfg items are counted anew in each boot. */
static void handle_phase(Boot *b, const CaptureRecord *rec)
{
    capture_milestones_record(b->phases, rec);
    boot_copies_feed(b->copies, capture_milestones_boot(b->phases), rec);
}

/* Up to the end, or to the end of the session that is wanted. */
static CaptureWalkNext handle_record(void *data, const CaptureRecord *rec)
{
    Boot *b = data;

    if (rec->kind == CAPTURE_SESSION) {
        if (b->wanted && b->sessions == b->wanted) {
            return CAPTURE_WALK_STOP;
        }
        b->sessions++;
        b->start = b->virtual_clock ? 0 : rec->time;
        b->dropped = (CaptureDropped){ 0 };
    }
    if (rec->kind == CAPTURE_DROPPED) {
        uint64_t from = boot_data_dropped_from(b->virtual_clock, rec);

        b->dropped = rec->u.dropped.head;
        b->dropped.from_ns = from - MIN(from, b->start);
        b->dropped.time_ns = rec->time - MIN(rec->time, b->start);
    }
    loss_feed(&b->loss, rec);
    handle_phase(b, rec);
    capture_disks_feed(b->disks, rec);
    b->end = MAX(b->end, rec->time);
    capture_initcalls_record(b->initcalls, rec);
    capture_spans_record(b->spans, rec);
    capture_vcpus_record(b->vcpus, rec);
    capture_talk_feed(b->talk, rec);
    capture_exits_record(b->exits, rec);
    start_stages_feed(&b->stages, rec);
    stream_names_feed(&b->names, rec);
    return CAPTURE_WALK_ON;
}

static void handle_line(void *data, const CaptureLine *line)
{
    Boot *b = data;

    capture_milestones_line(b->phases, line);
    capture_initcalls_line(b->initcalls, line);
}

static char *seconds(uint64_t ns)
{
    GString *s = g_string_new(NULL);

    append_seconds(s, ns, 6);
    return g_string_free(s, FALSE);
}

/* Rounded to the microsecond that is printed, so that deltas add up. */
static uint64_t whole_us(uint64_t ns)
{
    return ns / 1000 * 1000;
}

/* Names may be the user's, and long. */
static int name_cells(const Boot *b)
{
    int cells = NAME_CELLS;

    for (guint i = 0; i < capture_milestones_count(b->phases); i++) {
        cells =
            MAX(cells, count_cells(capture_milestones_get(b->phases, i)->name));
    }
    return cells;
}

/*
 * Does the last stage of the firmware end there?  What comes later than the
 * jump to a boot sector, which nothing shows, does not end it.
 */
static bool ends_stage(const CaptureMilestone *p)
{
    return p && (p->group == CAPTURE_GROUP_FIRMWARE ||
                 p->group == CAPTURE_GROUP_LOADER);
}

/*
 * Parts of the milestone at @from, up to @until, the next (NULL: there is
 * none); @next is the first that is not printed yet.
 */
static void print_stages(const Boot *b, int width, guint *next, uint64_t from,
                         const CaptureMilestone *until)
{
    uint64_t to = until ? until->time : UINT64_MAX;
    const CaptureMilestone *p;

    while ((p = capture_milestones_stage(b->phases, *next)) && p->time < to) {
        const CaptureMilestone *after =
            capture_milestones_stage(b->phases, ++*next);
        bool is_last = !after || after->time >= to;
        uint64_t end = is_last ? to : after->time;
        g_autofree char *at = seconds(p->time - b->start);
        g_autofree char *took = seconds(whole_us(end) - whole_us(p->time));

        if (p->time >= from) {
            printf("  %-*s %12s %12s\n", field_width(p->name, width - 2),
                   p->name, at, is_last && !ends_stage(until) ? "-" : took);
        }
    }
}

/* Behind the detail: what it was seen by, where that is no line. */
static void append_source(GString *detail, CaptureMilestoneSource source)
{
    const char *text = source == CAPTURE_SOURCE_PROBE  ? "probe"
                       : source == CAPTURE_SOURCE_POST ? "POST code"
                                                       : "";

    g_string_append_printf(detail, "%s%s", detail->len && *text ? ", " : "",
                           text);
}

static void print_phases(const Boot *b)
{
    guint n = capture_milestones_count(b->phases);
    uint64_t dropped = capture_milestones_dropped(b->phases);
    uint64_t first, last, before;
    guint stage = 0;
    int width;

    if (!n) {
        printf("no milestone so far\n");
        return;
    }
    first = b->start;
    last = capture_milestones_get(b->phases, n - 1)->time;
    before = first;
    width = name_cells(b);
    printf("%-*s %12s %12s %7s\n", width, "Milestone", "Time (s)", "Delta (s)",
           "Share");
    for (guint i = 0; i < n; i++) {
        const CaptureMilestone *p = capture_milestones_get(b->phases, i);
        uint64_t delta = whole_us(p->time) - whole_us(before);
        double total = last > first ? last - first : 1;
        g_autofree char *at = seconds(p->time - first);
        g_autofree char *step = seconds(delta);
        g_autoptr(GString) name = g_string_new(NULL);
        g_autoptr(GString) detail = g_string_new(NULL);

        append_padded(name, p->name, width);
        append_visible(detail, p->detail, strlen(p->detail), false);
        append_source(detail, p->source);
        printf("%s %12s %12s %6.1f%%%s%s\n", name->str, at, step,
               100.0 * delta / total, detail->len ? "  " : "", detail->str);
        before = p->time;
        p = capture_milestones_get(b->phases, i + 1);
        print_stages(b, width, &stage, before, p);
    }
    if (dropped) {
        printf("%" PRIu64 " more milestones\n", dropped);
    }
}

/* The time that a copy took; what is left in the middle has a bound. */
static char *copy_duration(const CaptureCopy *c)
{
    g_autofree char *text = seconds(c->active_ns ? c->active_ns : c->bound_ns);

    return !c->active_ns && c->bound_ns ? g_strconcat("<", text, NULL)
                                        : g_steal_pointer(&text);
}

static void add_copy(Table *table, const CaptureCopy *c, const char *name)
{
    g_autofree char *duration = copy_duration(c);
    g_autofree char *rate = c->active_ns
                                ? g_strdup_printf("%.1f", capture_copy_rate(c))
                                : g_strdup("-");
    g_autofree char *figures =
        g_strdup_printf(" %12" PRIu64 " %6s %12s %10s", c->bytes,
                        capture_copy_method(c), duration, rate);

    table_row(table, name, NULL, figures);
}

/* Small items are tables and names: one row for all of them. */
static void add_small(Table *table, const CaptureCopies *copies)
{
    CaptureCopy sum = { 0 };
    g_autofree char *name = NULL;
    int n = 0;

    for (guint i = 0; i < capture_copies_count(copies); i++) {
        const CaptureCopy *c = capture_copies_get(copies, i);

        if (capture_copy_is_small(c)) {
            sum.bytes += c->bytes;
            sum.active_ns += c->active_ns;
            sum.bound_ns += c->bound_ns;
            sum.pio |= c->pio;
            sum.dma |= c->dma;
            n++;
        }
    }
    if (n) {
        name = g_strdup_printf("%d item%s under %d KiB", n, n == 1 ? "" : "s",
                               CAPTURE_COPY_SMALL / 1024);
        add_copy(table, &sum, name);
    }
}

static void print_copies_of(const Boot *b, guint boot)
{
    const CaptureCopies *copies = g_ptr_array_index(b->copies, boot);
    g_autofree char *head =
        boot ? g_strdup_printf("fw_cfg item (boot %u)", boot + 1)
             : g_strdup("fw_cfg item");
    Table *table;

    if (!capture_copies_count(copies)) {
        return;
    }
    table = table_new(NAME_CELLS, 0);
    puts("");
    table_row(table, head, NULL,
              "        Bytes     By Duration (s)       MB/s");
    for (guint i = 0; i < capture_copies_count(copies); i++) {
        const CaptureCopy *c = capture_copies_get(copies, i);
        g_autoptr(GString) name = g_string_new(NULL);

        if (b->all || !capture_copy_is_small(c)) {
            append_visible(name, c->name, strlen(c->name), false);
            add_copy(table, c, name->str);
        }
    }
    if (!b->all) {
        add_small(table, copies);
    }
    table_print(table);
}

static void print_copies(const Boot *b)
{
    for (guint i = 0; i < b->copies->len; i++) {
        print_copies_of(b, i);
    }
}

static void print_lost(const Boot *b, CaptureReader *r)
{
    CaptureLost lost = loss_total(&b->loss, r);
    g_autoptr(GString) text = g_string_new(NULL);

    if (is_lost(lost)) {
        append_loss(text, lost);
        printf("\n%s: what was in them is missing above\n", text->str);
    }
    if (b->dropped.bytes || b->dropped.events) {
        g_string_truncate(text, 0);
        append_dropped(text, &b->dropped);
        g_string_append(text, " up to ");
        append_seconds(text, b->dropped.time_ns, 6);
        printf("\n%s s: milestones of that time are missing above\n",
               text->str);
    }
}

/* ------------------------------------------------------------------ */
/* Probes                                                              */

/*
 * A PCI address; firmware of before BOOTPROBE_NO_PCI wrote the host bridge's
 * where it meant none.
 */
static void append_pci(GString *out, uint32_t bdf)
{
    if (bdf && bdf != BOOTPROBE_NO_PCI) {
        g_string_append_printf(out, " %02x:%02x.%u", bdf >> 8 & 0xff,
                               bdf >> 3 & 0x1f, bdf & 7);
    }
}

/* Of a named probe; the low bits of an address only tell spans apart. */
static void append_argument(GString *out, uint8_t unit, uint64_t arg)
{
    switch (unit) {
    case BOOTPROBE_UNIT_NONE:
        break;
    case BOOTPROBE_UNIT_BYTES:
        g_string_append_printf(out, " %" PRIu64 " bytes", arg);
        break;
    case BOOTPROBE_UNIT_PCI:
        append_pci(out, MIN(arg >> 8, BOOTPROBE_NO_PCI));
        break;
    default:
        g_string_append_printf(out, " %" PRIu64, arg);
        break;
    }
}

/* The name of a probe with its argument, as far as they say something. */
static void append_probe(GString *out, const CaptureSpan *s)
{
    CapturePatterns *patterns = capture_patterns_default(NULL);
    const char *name = capture_patterns_probe(patterns, s->number);
    uint32_t arg = s->arg;

    if (s->kind == CAPTURE_SPAN_POST) {
        append_post_code(out, s->id);
        return;
    }
    if (s->name) {
        append_visible(out, s->name, strlen(s->name), false);
        append_argument(out, s->unit, s->arg);
        return;
    }
    if (s->kind == CAPTURE_SPAN_STRAY || !name) {
        g_string_append_printf(out, "probe 0x%02x", s->id);
    } else {
        append_visible(out, name, strlen(name), false);
    }
    if (s->number == BOOTPROBE_ROM_RUN) {
        append_pci(out, arg);
    } else if (s->number == BOOTPROBE_DEVICE) {
        append_pci(out, arg >> 8);
    } else if (s->number == BOOTPROBE_NO_BOOT) {
        if (arg != BOOTPROBE_ARG_MAX) {
            g_string_append_printf(out, ", retry in %u ms", arg);
        }
    } else if (s->number == BOOTPROBE_BOOT) {
        g_string_append_printf(out, " %u", arg);
    } else if (s->number >= BOOTPROBE_COPY_SETUP &&
               s->number <= BOOTPROBE_COPY_CMDLINE) {
        g_string_append_printf(out, " %u KiB", arg);
    } else if (arg) {
        g_string_append_printf(out, " 0x%x", arg);
    }
}

static void add_span(Table *table, const CaptureSpan *s, uint64_t start)
{
    g_autoptr(GString) name = g_string_new(NULL);
    g_autoptr(GString) figures = g_string_new(NULL);

    g_string_append_printf(name, "%*s%s", 2 * s->depth, "",
                           s->kind == CAPTURE_SPAN_SIDE ? "| " : "");
    append_probe(name, s);
    g_string_append_c(figures, ' ');
    append_seconds_column(figures, s->time - start);
    if (s->end != CAPTURE_NO_TIME) {
        g_string_append_c(figures, ' ');
        append_seconds_column(figures, whole_us(s->end) - whole_us(s->time));
    } else if (s->kind == CAPTURE_SPAN_STRAY) {
        g_string_append_printf(figures, " %12s  %s", "-",
                               (s->id & BOOTPROBE_KIND_MASK) == BOOTPROBE_END
                                   ? "nothing to end"
                                   : "reserved kind");
    } else if (s->kind != CAPTURE_SPAN_POINT && s->kind != CAPTURE_SPAN_POST) {
        g_string_append_printf(figures, " %12s  no end", "-");
    }
    table_row(table, name->str, NULL, figures->str);
}

/* A span that is in no other, and how much of it is in spans inside. */
typedef struct Outermost {
    const CaptureSpan *span; /* NULL: there is none now */
    uint64_t inside; /* ns */
    bool has_spans;
} Outermost;

/* The rest of the outermost span, when its rows are all printed. */
static void add_unnamed(Table *table, Outermost *o)
{
    if (o->span && o->has_spans) {
        uint64_t all = o->span->end - o->span->time;
        uint64_t rest = all > o->inside ? all - o->inside : 0;
        g_autofree char *duration = seconds(rest);
        g_autofree char *figures = g_strdup_printf(
            " %12s %12s  %.1f%%", "", duration, all ? 100.0 * rest / all : 0);

        table_row(table, "  unnamed", NULL, figures);
    }
    o->span = NULL;
}

/* @s is the next row. */
static void add_to_outermost(Table *table, Outermost *o, const CaptureSpan *s)
{
    if (!s->depth) {
        add_unnamed(table, o);
    }
    if (s->kind != CAPTURE_SPAN_NESTED || s->end == CAPTURE_NO_TIME) {
        return;
    }
    if (!s->depth) {
        *o = (Outermost){ .span = s };
    } else if (s->depth == 1 && o->span) {
        o->inside += s->end - s->time;
        o->has_spans = true;
    }
}

static void print_spans(const Boot *b)
{
    guint n = capture_spans_count(b->spans);
    uint64_t dropped = capture_spans_dropped(b->spans);
    Outermost outermost = { 0 };
    guint boot = 0;
    Table *table;

    if (!n) {
        return;
    }
    table = table_new(38, 0);
    puts("");
    table_row(table, "Probe", NULL, "     Time (s) Duration (s)");
    for (guint i = 0; i < n; i++) {
        const CaptureSpan *s = capture_spans_get(b->spans, i);

        if (s->boot != boot) {
            boot = s->boot;
            add_unnamed(table, &outermost);
            table_row(table, "-- reset", NULL, "");
        }
        add_to_outermost(table, &outermost, s);
        add_span(table, s, b->start);
    }
    add_unnamed(table, &outermost);
    table_print(table);
    if (dropped) {
        printf("%" PRIu64 " more probes, nested too deep or too many\n",
               dropped);
    }
}

static void print_causes(const Boot *b)
{
    print_disk_rows(b->phases, b->disks, b->end);
    print_talk(b->phases, b->talk, &b->names, b->start, b->end, b->all);
    print_exits(b->phases, b->exits, b->start, b->end, b->all);
    print_initcalls(b->initcalls, b->start,
                    b->all ? G_MAXUINT : INITCALLS_SHOWN);
}

int print_boot(CaptureReader *r, bool virtual_clock, int session, bool all)
{
    static const CaptureWalkOps ops = { .record = handle_record,
                                        .line = handle_line };
    Boot b = { .wanted = session, .virtual_clock = virtual_clock, .all = all };
    int status = EXIT_SUCCESS;

    b.phases = capture_milestones_new();
    b.copies = boot_copies_new();
    b.disks = capture_disks_new();
    b.initcalls = capture_initcalls_new();
    b.spans = capture_spans_new();
    b.vcpus = capture_vcpus_new();
    b.talk = capture_talk_new();
    b.exits = capture_exits_new();
    capture_walk_all(r, virtual_clock, &ops, &b);
    if (session < 0 || session > b.sessions) {
        status = fail(capture_reader_path(r), "has %d session%s, not %d",
                      b.sessions, b.sessions == 1 ? "" : "s", session);
    } else {
        print_phases(&b);
        if (all) {
            print_start_stages(&b.stages, b.start);
        }
        print_spans(&b);
        print_copies(&b);
        print_host(b.phases, b.vcpus, b.start);
        print_causes(&b);
        print_lost(&b, r);
        warn_of_no_bytes(capture_reader_path(r));
    }
    capture_milestones_free(b.phases);
    g_ptr_array_unref(b.copies);
    capture_disks_free(b.disks);
    capture_initcalls_free(b.initcalls);
    capture_spans_free(b.spans);
    capture_vcpus_free(b.vcpus);
    capture_talk_free(b.talk);
    capture_exits_free(b.exits);
    return status;
}
