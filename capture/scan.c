/*
 * Milestones and copies, a step at a time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "scan.h"

struct CaptureScan {
    CaptureReader *reader;
    CaptureLines *lines;
    CaptureMilestones *phases;
    CaptureCopies *copies;
    uint64_t start, wall_ns;
};

CaptureScan *capture_scan_new(CaptureReader *reader)
{
    CaptureScan *s = g_new0(CaptureScan, 1);

    s->reader = reader;
    s->lines = capture_lines_new();
    s->phases = capture_milestones_new();
    s->copies = capture_copies_new();
    return s;
}

void capture_scan_free(CaptureScan *s)
{
    if (s) {
        capture_reader_close(s->reader);
        capture_lines_free(s->lines);
        capture_milestones_free(s->phases);
        capture_copies_free(s->copies);
        g_free(s);
    }
}

static void handle_session(CaptureScan *s, const CaptureRecord *rec)
{
    s->start = rec->time;
    s->wall_ns = rec->u.session.wall_ns;
}

static void take(CaptureScan *s, const CaptureRecord *rec)
{
    CaptureLine line;

    if (rec->kind == CAPTURE_BYTE) {
        if (capture_lines_feed(s->lines, rec, &line)) {
            capture_milestones_line(s->phases, &line);
        }
        return;
    }
    if (capture_lines_is_break(rec)) {
        while (capture_lines_flush(s->lines, &line)) {
            capture_milestones_line(s->phases,
                                    &line); /* of what was before it */
        }
        capture_lines_feed(s->lines, rec, &line);
    }
    if (rec->kind == CAPTURE_SESSION) {
        handle_session(s, rec);
    }
    capture_milestones_record(s->phases, rec);
    capture_copies_feed(s->copies, rec);
}

uint64_t capture_scan_pos(const CaptureScan *s)
{
    CaptureCursor at;

    capture_reader_tell(s->reader, &at);
    return at.pos;
}

bool capture_scan_read(CaptureScan *s, uint64_t end, uint64_t records)
{
    CaptureRecord rec;
    bool more = true;

    while (records-- && more) {
        more =
            capture_scan_pos(s) < end && capture_reader_next(s->reader, &rec);
        if (more) {
            take(s, &rec);
        }
    }
    return more;
}

/*
 * A line that is not at its end can be a milestone already, and be none when
 * it is: what it would be now is found out on a copy.
 */
static CaptureMilestones *with_open_lines(const CaptureScan *s)
{
    CaptureMilestones *copy = NULL;
    CaptureLine line;

    for (int i = 0; i < CAPTURE_STREAMS_MAX; i++) {
        if (capture_lines_peek(s->lines, i, &line)) {
            if (!copy) {
                copy = capture_milestones_copy(s->phases);
            }
            capture_milestones_line(copy, &line);
        }
    }
    return copy;
}

CaptureBoot *capture_boot_new(void)
{
    CaptureBoot *boot = g_new0(CaptureBoot, 1);

    boot->phases = g_array_new(FALSE, FALSE, sizeof(CaptureMilestone));
    boot->copies = g_array_new(FALSE, FALSE, sizeof(CaptureCopy));
    return boot;
}

CaptureBoot *capture_scan_boot(CaptureScan *s)
{
    CaptureBoot *boot = capture_boot_new();
    CaptureMilestones *copy = with_open_lines(s);
    const CaptureMilestones *phases = copy ? copy : s->phases;

    for (guint i = 0; i < capture_milestones_count(phases); i++) {
        g_array_append_vals(boot->phases, capture_milestones_get(phases, i), 1);
    }
    for (guint i = 0; i < capture_copies_count(s->copies); i++) {
        g_array_append_vals(boot->copies, capture_copies_get(s->copies, i), 1);
    }
    boot->dropped = capture_milestones_dropped(phases);
    boot->start = s->start;
    boot->wall_ns = s->wall_ns;
    boot->clock = capture_reader_clock(s->reader);
    boot->state = capture_reader_state(s->reader);
    capture_milestones_free(copy);
    return boot;
}

void capture_boot_free(CaptureBoot *boot)
{
    if (boot) {
        g_array_unref(boot->phases);
        g_array_unref(boot->copies);
        g_free(boot);
    }
}
