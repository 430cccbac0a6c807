/*
 * Milestones and copies, a step at a time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "scan.h"
#include "walk.h"

struct CaptureScan {
    CaptureReader *reader;
    CaptureWalk *walk;
    CaptureMilestones *phases;
    CaptureCopies *copies;
    uint64_t start, wall_ns;
};

static CaptureWalkNext handle_record(void *data, const CaptureRecord *rec)
{
    CaptureScan *s = data;

    if (rec->kind == CAPTURE_SESSION) {
        s->start = rec->time;
        s->wall_ns = rec->u.session.wall_ns;
    }
    capture_milestones_record(s->phases, rec);
    capture_copies_feed(s->copies, rec);
    return CAPTURE_WALK_ON;
}

static void handle_line(void *data, const CaptureLine *line)
{
    capture_milestones_line(((CaptureScan *)data)->phases, line);
}

static CaptureWalkNext handle_run(void *data, uint8_t stream)
{
    return CAPTURE_WALK_ON;
}

CaptureScan *capture_scan_new(CaptureReader *reader)
{
    static const CaptureWalkOps ops = {
        .record = handle_record,
        .line = handle_line,
        .run = handle_run,
    };
    CaptureScan *s = g_new0(CaptureScan, 1);

    s->reader = reader;
    s->walk = capture_walk_new(reader, false, &ops, s);
    s->phases = capture_milestones_new();
    s->copies = capture_copies_new();
    return s;
}

void capture_scan_free(CaptureScan *s)
{
    if (s) {
        capture_walk_end(s->walk);
        capture_reader_close(s->reader);
        capture_milestones_free(s->phases);
        capture_copies_free(s->copies);
        g_free(s);
    }
}

uint64_t capture_scan_pos(const CaptureScan *s)
{
    CaptureCursor at;

    capture_reader_tell(s->reader, &at);
    return at.pos;
}

bool capture_scan_read(CaptureScan *s, uint64_t end, uint64_t records)
{
    return capture_walk_some(s->walk, end, records);
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
        if (capture_walk_peek(s->walk, i, &line)) {
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
