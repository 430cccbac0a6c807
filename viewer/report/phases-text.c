/*
 * A boot in tables: milestones, probes, fw_cfg copies.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "capture/copies.h"
#include "capture/patterns.h"
#include "capture/phases.h"
#include "capture/probe.h"
#include "capture/spans.h"
#include "report.h"
#include "viewer/common/walk.h"

typedef struct Boot {
    CapturePhases *phases;
    CaptureCopies *copies;
    CaptureSpans *spans;
    uint64_t start; /* of the session, ns */
    int sessions, wanted; /* wanted 0: the last */
    bool virtual_clock;
} Boot;

/* Up to the end, or to the end of the session that is wanted. */
static WalkNext take_record(void *data, const CaptureRecord *rec)
{
    Boot *b = data;

    if (rec->kind == CAPTURE_SESSION) {
        if (b->wanted && b->sessions == b->wanted) {
            return WALK_STOP;
        }
        b->sessions++;
        b->start = b->virtual_clock ? 0 : rec->time;
    }
    capture_phases_record(b->phases, rec);
    capture_copies_feed(b->copies, rec);
    capture_spans_record(b->spans, rec);
    return WALK_ON;
}

static void take_line(void *data, const CaptureLine *line)
{
    Boot *b = data;

    capture_phases_line(b->phases, line);
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

static void print_phases(const Boot *b)
{
    guint n = capture_phases_count(b->phases);
    uint64_t dropped = capture_phases_dropped(b->phases);
    uint64_t first, last, before;

    if (!n) {
        printf("no milestone so far\n");
        return;
    }
    first = b->start;
    last = capture_phases_get(b->phases, n - 1)->time;
    before = first;
    printf("%-24s %12s %12s %7s\n", "Milestone", "Time (s)", "Delta (s)",
           "Share");
    for (guint i = 0; i < n; i++) {
        const CapturePhase *p = capture_phases_get(b->phases, i);
        uint64_t delta = whole_us(p->time) - whole_us(before);
        double total = last > first ? last - first : 1;
        g_autofree char *at = seconds(p->time - first);
        g_autofree char *step = seconds(delta);
        g_autoptr(GString) detail = g_string_new(NULL);

        append_visible(detail, p->detail, strlen(p->detail), false);
        if (p->source == CAPTURE_SOURCE_PROBE) {
            g_string_append(detail, "probe");
        }
        printf("%-24s %12s %12s %6.1f%%%s%s\n", p->name, at, step,
               100.0 * delta / total, detail->len ? "  " : "", detail->str);
        before = p->time;
    }
    if (dropped) {
        printf("%" PRIu64 " more milestones\n", dropped);
    }
}

static void print_copies(const Boot *b)
{
    guint n = capture_copies_count(b->copies);

    if (!n) {
        return;
    }
    printf("\n%-24s %12s %6s %12s %10s\n", "fw_cfg item", "Bytes", "By",
           "Duration (s)", "MB/s");
    for (guint i = 0; i < n; i++) {
        const CaptureCopy *c = capture_copies_get(b->copies, i);
        g_autofree char *duration = seconds(c->active_ns);
        g_autoptr(GString) name = g_string_new(NULL);

        append_visible(name, c->name, strlen(c->name), false);
        printf("%-24s %12" PRIu64 " %6s %12s ", name->str, c->bytes,
               capture_copy_method(c), duration);
        if (c->active_ns) {
            printf("%10.1f\n", capture_copy_rate(c));
        } else {
            printf("%10s\n", "-");
        }
    }
}

/* ------------------------------------------------------------------ */
/* Probes                                                              */

/* The name of a probe with its argument, as far as they say something. */
static void append_probe(GString *out, const CaptureSpan *s)
{
    const char *name =
        capture_patterns_probe(capture_patterns_default(NULL), s->number);

    if (s->kind == CAPTURE_SPAN_STRAY || !name) {
        g_string_append_printf(out, "probe 0x%02x", s->id);
    } else {
        append_visible(out, name, strlen(name), false);
    }
    if (s->number == BOOTPROBE_ROM_RUN) {
        g_string_append_printf(out, " %02x:%02x.%u", s->arg >> 8 & 0xff,
                               s->arg >> 3 & 0x1f, s->arg & 7);
    } else if (s->number == BOOTPROBE_BOOT) {
        g_string_append_printf(out, " %u", s->arg);
    } else if (s->number >= BOOTPROBE_COPY_SETUP &&
               s->number <= BOOTPROBE_COPY_CMDLINE) {
        g_string_append_printf(out, " %u KiB", s->arg);
    } else if (s->arg) {
        g_string_append_printf(out, " 0x%x", s->arg);
    }
}

static void print_span(const CaptureSpan *s, uint64_t start)
{
    g_autoptr(GString) name = g_string_new(NULL);
    g_autofree char *at = seconds(s->time - start);
    g_autofree char *duration = NULL;

    g_string_append_printf(name, "%*s%s", 2 * s->depth, "",
                           s->kind == CAPTURE_SPAN_SIDE ? "| " : "");
    append_probe(name, s);
    printf("%-38s %12s", name->str, at);
    if (s->end != CAPTURE_NO_TIME) {
        duration = seconds(whole_us(s->end) - whole_us(s->time));
        printf(" %12s\n", duration);
    } else if (s->kind == CAPTURE_SPAN_STRAY) {
        printf("            -  nothing to end\n");
    } else if (s->kind == CAPTURE_SPAN_POINT) {
        printf("\n");
    } else {
        printf("            -  no end\n");
    }
}

static void print_spans(const Boot *b)
{
    guint n = capture_spans_count(b->spans);
    uint64_t dropped = capture_spans_dropped(b->spans);
    guint boot = 0;

    if (!n) {
        return;
    }
    printf("\n%-38s %12s %12s\n", "Probe", "Time (s)", "Duration (s)");
    for (guint i = 0; i < n; i++) {
        const CaptureSpan *s = capture_spans_get(b->spans, i);

        if (s->boot != boot) {
            boot = s->boot;
            printf("-- reset\n");
        }
        print_span(s, b->start);
    }
    if (dropped) {
        printf("%" PRIu64 " more probes, nested too deep or too many\n",
               dropped);
    }
}

int print_boot(CaptureReader *r, bool virtual_clock, int session)
{
    static const WalkOps ops = { .record = take_record, .line = take_line };
    Boot b = { .wanted = session, .virtual_clock = virtual_clock };
    int status = EXIT_SUCCESS;

    b.phases = capture_phases_new();
    b.copies = capture_copies_new();
    b.spans = capture_spans_new();
    walk_capture(r, virtual_clock, &ops, &b);
    if (session < 0 || session > b.sessions) {
        status = fail(capture_reader_path(r), "has %d session%s, not %d",
                      b.sessions, b.sessions == 1 ? "" : "s", session);
    } else {
        print_phases(&b);
        print_spans(&b);
        print_copies(&b);
    }
    capture_phases_free(b.phases);
    capture_copies_free(b.copies);
    capture_spans_free(b.spans);
    return status;
}
