/*
 * The reader and what is made of its records: lines, milestones, copies,
 * spans, disks, initcalls, times.  Read twice, a record at a time and in runs, the same must come.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "capture/copies.h"
#include "capture/disks.h"
#include "capture/initcalls.h"
#include "capture/lines.h"
#include "capture/milestones.h"
#include "capture/reader.h"
#include "capture/spans.h"
#include "capture/talk.h"
#include "capture/vcpus.h"
#include "fuzz.h"

typedef struct Pass {
    CaptureReader *reader;
    CaptureLines *lines;
    CaptureMilestones *phases;
    CaptureCopies *copies;
    CaptureSpans *spans;
    CaptureDisks *disks;
    CaptureInitcalls *initcalls;
    CaptureTalk *talk;
    CaptureVcpus *vcpus;
    CaptureTerminal terminals[CAPTURE_STREAMS_MAX];
    uint64_t bytes; /* of the guest */
    uint64_t visible; /* of them, as a terminal takes them, but for blanks */
    uint64_t shown, kept; /* in texts of rows, but for blanks; in their bytes */
    uint64_t records;
    guint64 sum; /* of all bytes with their times */
} Pass;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    fuzz_begin();
    return 0;
}

static void add_byte(Pass *p, uint8_t stream, uint64_t time, uint8_t byte)
{
    p->sum = (p->sum ^ stream ^ time ^ (uint64_t)byte << 56) *
             G_GUINT64_CONSTANT(0x100000001b3);
    p->bytes++;
}

static volatile guint stack_sum;

static void check_strings(const CaptureRecord *rec)
{
    switch (rec->kind) {
    case CAPTURE_SESSION:
        FUZZ_CHECK(
            memchr(rec->u.session.version, 0, sizeof(rec->u.session.version)));
        break;
    case CAPTURE_STREAM:
        FUZZ_CHECK(rec->u.stream.id < CAPTURE_STREAMS_MAX);
        FUZZ_CHECK(memchr(rec->u.stream.label, 0, CAPTURE_NAME_MAX));
        FUZZ_CHECK(memchr(rec->u.stream.frontend, 0, CAPTURE_NAME_MAX));
        break;
    case CAPTURE_MACHINE:
        FUZZ_CHECK(memchr(rec->u.machine.type, 0, CAPTURE_NAME_MAX));
        FUZZ_CHECK(memchr(rec->u.machine.arch, 0, CAPTURE_NAME_MAX));
        FUZZ_CHECK(memchr(rec->u.machine.accel, 0, CAPTURE_NAME_MAX));
        break;
    case CAPTURE_VM:
        FUZZ_CHECK(memchr(rec->u.vm.detail, 0, CAPTURE_NAME_MAX));
        break;
    case CAPTURE_ITEM:
        FUZZ_CHECK(memchr(rec->u.item.name, 0, CAPTURE_NAME_MAX));
        break;
    case CAPTURE_DISK:
        FUZZ_CHECK(memchr(rec->u.disk.name, 0, CAPTURE_NAME_MAX));
        FUZZ_CHECK(memchr(rec->u.disk.type, 0, CAPTURE_NAME_MAX));
        break;
    case CAPTURE_NAMED:
        FUZZ_CHECK(memchr(rec->u.named.name, 0, sizeof(rec->u.named.name)));
        break;
    case CAPTURE_EXIT_KIND:
        FUZZ_CHECK(memchr(rec->u.exit_kind.name, 0, CAPTURE_NAME_MAX));
        break;
    case CAPTURE_SAMPLE:
        for (guint i = 0; i < rec->u.sample.head.stack; i++) {
            stack_sum += rec->u.sample.stack[i]; /* the sanitizer looks */
        }
        break;
    case CAPTURE_BYTE:
    case CAPTURE_CLOCK:
    case CAPTURE_VCLOCK:
    case CAPTURE_POST:
    case CAPTURE_EXITS:
    case CAPTURE_LOST:
    case CAPTURE_DROPPED:
    case CAPTURE_SELECT:
    case CAPTURE_PIO:
    case CAPTURE_DMA:
    case CAPTURE_DMA_PART:
    case CAPTURE_DMA_END:
    case CAPTURE_VCPU:
    case CAPTURE_PROFILE:
    case CAPTURE_DISK_IO:
    case CAPTURE_PROBE:
        break;
    }
}

static void handle_line(Pass *p, const CaptureLine *line)
{
    FUZZ_CHECK(line->len && line->len <= CAPTURE_LINE_MAX);
    FUZZ_CHECK(!memchr(line->text, '\n', line->len));
    for (size_t i = 0; i < line->len; i++) {
        p->shown += line->text[i] != ' ' && line->text[i] != '\t';
    }
    p->kept += line->bytes ? line->n_bytes : 0;
    capture_milestones_line(p->phases, line);
    capture_initcalls_line(p->initcalls, line);
}

/* The terminal alone, which rows are made by. */
static void count_visible(Pass *p, const CaptureRecord *rec)
{
    CaptureTerminal *t = &p->terminals[rec->stream % CAPTURE_STREAMS_MAX];
    CaptureTerminalEvent event;

    if (capture_lines_is_break(rec)) {
        memset(p->terminals, 0, sizeof(p->terminals));
    }
    if (rec->kind == CAPTURE_BYTE) {
        event = capture_terminal_feed(t, rec->byte);
        p->visible += t->lone + (event == CAPTURE_TERMINAL_TEXT) +
                      2 * (event == CAPTURE_TERMINAL_PAIR);
    }
}

static void handle_record(Pass *p, const CaptureRecord *rec)
{
    CaptureLine line;

    p->records++;
    check_strings(rec);
    capture_milestones_record(p->phases, rec);
    capture_copies_feed(p->copies, rec);
    capture_spans_record(p->spans, rec);
    capture_disks_feed(p->disks, rec);
    capture_initcalls_record(p->initcalls, rec);
    capture_talk_feed(p->talk, rec);
    capture_vcpus_record(p->vcpus, rec);
    count_visible(p, rec);
    if (capture_lines_feed(p->lines, rec, &line)) {
        handle_line(p, &line);
    }
    if (rec->kind == CAPTURE_BYTE) {
        FUZZ_CHECK(rec->stream < CAPTURE_STREAMS_MAX);
        add_byte(p, rec->stream, rec->time, rec->byte);
    }
}

static void read_records(Pass *p)
{
    CaptureRecord rec;
    CaptureLine line;
    uint64_t before = 0;

    while (capture_reader_next(p->reader, &rec)) {
        FUZZ_CHECK(p->records == 0 || rec.pos > before);
        FUZZ_CHECK(rec.pos < capture_reader_words(p->reader));
        before = rec.pos;
        handle_record(p, &rec);
    }
    while (capture_lines_flush(p->lines, &line)) {
        handle_line(p, &line);
    }
    /* Rows show all that is visible, each byte once. */
    FUZZ_CHECK(p->shown == p->visible);
    FUZZ_CHECK(p->kept <= p->bytes);
}

/* In runs of up to @max, and each place is come back to. */
static void read_runs(Pass *p, size_t max)
{
    uint64_t times[64], again[64];
    uint8_t bytes[64], stream;
    CaptureRecord rec, other;
    CaptureCursor at;
    size_t n;

    for (;;) {
        capture_reader_tell(p->reader, &at);
        n = capture_reader_next_bytes(p->reader, &stream, times, bytes, max);
        for (size_t i = 0; i < n; i++) {
            add_byte(p, stream, times[i], bytes[i]);
            p->records++;
        }
        if (n) {
            capture_reader_seek(p->reader, &at);
            FUZZ_CHECK(capture_reader_next_bytes(p->reader, &stream, again,
                                                 bytes, max) == n);
            FUZZ_CHECK(!memcmp(times, again, n * sizeof(times[0])));
            continue;
        }
        if (!capture_reader_next(p->reader, &rec)) {
            return;
        }
        capture_reader_seek(p->reader, &at);
        FUZZ_CHECK(capture_reader_next(p->reader, &other));
        FUZZ_CHECK(other.pos == rec.pos && other.time == rec.time &&
                   other.vtime == rec.vtime && other.kind == rec.kind);
        p->records++;
        if (rec.kind == CAPTURE_BYTE) {
            add_byte(p, rec.stream, rec.time, rec.byte);
        }
    }
}

static void check_bounds(const Pass *p)
{
    guint n = capture_milestones_count(p->phases);

    FUZZ_CHECK(n <= CAPTURE_MILESTONES_MAX);
    for (guint i = 0; i < n; i++) {
        const CaptureMilestone *row = capture_milestones_get(p->phases, i);

        FUZZ_CHECK(i == 0 ||
                   capture_milestones_get(p->phases, i - 1)->time <= row->time);
        FUZZ_CHECK(row->name && memchr(row->detail, 0, CAPTURE_NAME_MAX));
    }
    FUZZ_CHECK(capture_spans_count(p->spans) <= CAPTURE_SPANS_MAX);
    for (guint i = 0; i < capture_spans_count(p->spans); i++) {
        FUZZ_CHECK(capture_spans_get(p->spans, i)->depth <=
                   CAPTURE_SPANS_OPEN_MAX);
    }
    for (guint i = 0; i < capture_copies_count(p->copies); i++) {
        FUZZ_CHECK(capture_copies_get(p->copies, i)->bytes);
    }
    FUZZ_CHECK(capture_copies_current(p->copies) <
               (int)capture_copies_count(p->copies));
}

static void free_pass(Pass *p)
{
    capture_lines_free(p->lines);
    capture_milestones_free(p->phases);
    capture_copies_free(p->copies);
    capture_spans_free(p->spans);
    capture_disks_free(p->disks);
    capture_initcalls_free(p->initcalls);
    capture_talk_free(p->talk);
    capture_vcpus_free(p->vcpus);
    capture_reader_close(p->reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Pass one = { 0 }, two = { 0 };
    CaptureHeader h;

    if (size < FUZZ_CHOICES) {
        return -1;
    }
    fuzz_store(data[1], data + FUZZ_CHOICES, size - FUZZ_CHOICES);
    if (!fuzz_is_capture()) {
        return 0;
    }
    one.reader = capture_reader_open(fuzz_path(), NULL);
    one.lines = capture_lines_new();
    if (data[0] >> 7) {
        capture_lines_keep_bytes(one.lines);
    }
    one.phases = capture_milestones_new();
    one.copies = capture_copies_new();
    one.spans = capture_spans_new();
    one.disks = capture_disks_new();
    one.initcalls = capture_initcalls_new();
    one.talk = capture_talk_new();
    one.vcpus = capture_vcpus_new();
    two.reader = capture_reader_open(fuzz_path(), NULL);
    read_records(&one);
    read_runs(&two, 1 + data[0] % 64);
    FUZZ_CHECK(one.sum == two.sum && one.bytes == two.bytes);
    FUZZ_CHECK(one.records == two.records);
    check_bounds(&one);
    capture_reader_header(one.reader, &h);
    FUZZ_CHECK(capture_reader_skipped(one.reader) <=
               capture_reader_words(one.reader));
    free_pass(&one);
    free_pass(&two);
    return 0;
}
