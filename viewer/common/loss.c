/*
 * What a capture could not keep.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <inttypes.h>

#include "common.h"
#include "loss.h"

CaptureLost loss_dropped(const Loss *loss)
{
    return (CaptureLost){
        .bytes = loss->dropped_before.bytes + loss->dropped.bytes,
        .events = loss->dropped_before.events + loss->dropped.events,
    };
}

void loss_feed(Loss *loss, const CaptureRecord *rec)
{
    if (rec->kind == CAPTURE_LOST) {
        loss->session = rec->u.lost;
    } else if (rec->kind == CAPTURE_DROPPED) {
        loss->dropped = rec->u.dropped.head;
    } else if (rec->kind == CAPTURE_SESSION) {
        loss->before.bytes += loss->session.bytes;
        loss->before.events += loss->session.events;
        loss->session = (CaptureLost){ 0 };
        loss->dropped_before = loss_dropped(loss);
        loss->dropped = (CaptureDropped){ 0 };
    }
}

CaptureLost loss_total(const Loss *loss, CaptureReader *r)
{
    CaptureHeader h;
    CaptureLost total = loss->before;

    capture_reader_header(r, &h);
    total.bytes += MAX(loss->session.bytes, h.lost_bytes);
    total.events += MAX(loss->session.events, h.lost_events);
    return total;
}

void append_loss(GString *out, CaptureLost lost)
{
    g_string_append_printf(
        out, "%" PRIu64 " bytes and %" PRIu64 " other records were lost",
        lost.bytes, lost.events);
}

void append_dropped(GString *out, const CaptureDropped *dropped)
{
    g_string_append_printf(out,
                           "%" PRIu64 " bytes and %" PRIu64
                           " other records were dropped since ",
                           dropped->bytes, dropped->events);
    append_seconds(out, dropped->from_ns, 6);
    g_string_append(out, " s (keep=)");
}

void warn_of_loss(const char *path, CaptureLost lost)
{
    g_autoptr(GString) text = g_string_new(NULL);

    if (is_lost(lost)) {
        append_loss(text, lost);
        fail(path, "%s: the capture is not whole", text->str);
    }
}

void warn_of_dropped(const char *path, const CaptureDropped *dropped)
{
    if (dropped->bytes || dropped->events) {
        fail(path,
             "%" PRIu64 " bytes and %" PRIu64
             " other records were dropped, as keep= says: nothing after the "
             "first of them is compared",
             dropped->bytes, dropped->events);
    }
}

void warn_of_no_bytes(const char *path)
{
    CaptureReader *r = capture_reader_open(path, NULL);
    CaptureRecord rec;
    bool found = false;

    if (!r) {
        return;
    }
    while (!found && capture_reader_next(r, &rec)) {
        found = rec.kind == CAPTURE_BYTE;
    }
    if (!found && capture_reader_state(r) != CAPTURE_LIVE) {
        fail(path, "has no byte of the guest: nothing wrote to the ports that "
                   "were captured");
    }
    capture_reader_close(r);
}
