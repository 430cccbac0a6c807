/*
 * What a capture could not keep, or never got, which every command tells.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_COMMON_LOSS_H
#define VIEWER_COMMON_LOSS_H

#include "capture/reader.h"

/* All zeros at first. */
typedef struct Loss {
    CaptureLost session; /* of this session so far */
    CaptureLost before; /* of the sessions before it */
    CaptureDropped dropped; /* likewise: of this session */
    CaptureLost dropped_before;
} Loss;

/* Takes any record. */
void loss_feed(Loss *loss, const CaptureRecord *record);

/*
 * Bytes and other records lost in all sessions that were read.  A killed QEMU
 * may have lost more than its records tell: the header of @r knows.
 */
CaptureLost loss_total(const Loss *loss, CaptureReader *r);

/* A record that tells of what the capture does not have. */
static inline bool is_missing(const CaptureRecord *rec)
{
    return rec->kind == CAPTURE_LOST || rec->kind == CAPTURE_DROPPED;
}

/* What was dropped in all sessions that were read. */
CaptureLost loss_dropped(const Loss *loss);

static inline bool is_lost(CaptureLost lost)
{
    return lost.bytes || lost.events;
}

/* "17 bytes and 3 other records were lost" */
void append_loss(GString *out, CaptureLost lost);

/* "17 bytes and 3 other records were dropped since 1.234567 s" */
void append_dropped(GString *out, const CaptureDropped *dropped);

/* The same on standard error, where there is a loss. */
void warn_of_loss(const char *path, CaptureLost lost);

/* What was dropped on standard error, where something was. */
void warn_of_dropped(const char *path, const CaptureDropped *dropped);

/*
 * Says on standard error that the capture @path is ended and has no byte of
 * the guest: nothing wrote to what was captured.
 */
void warn_of_no_bytes(const char *path);

#endif
