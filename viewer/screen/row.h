/*
 * A row of a capture: a line of guest text, or an event.
 *
 * A row is named by the position of its first record.  That never changes
 * while a capture grows, is filtered, or its streams are hidden.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_ROW_H
#define VIEWER_SCREEN_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "viewer/common/common.h"

typedef enum RowKind {
    ROW_LINE, /* guest text */
    ROW_MILESTONE, /* an event that is one; a line may be one as well */
    ROW_EVENT,
    ROW_LOST,
} RowKind;

typedef struct Row {
    uint64_t pos;
    uint64_t time; /* of its first byte, ns */
    uint64_t vtime; /* ns, or CAPTURE_NO_TIME */
    uint64_t end_time; /* ROW_LINE: of its last character, ns */
    RowDelta delta; /* to the row before it in the capture, shown or not */
    uint64_t wall_zero; /* CLOCK_REALTIME at time 0, ns */
    const char *text; /* guest bytes (ROW_LINE) or ours; not terminated */
    uint32_t len;
    const char *bytes; /* with the control sequences; NULL: the same as @text,
                          or they were not asked for */
    uint32_t n_bytes;
    bool controls; /* @bytes are shown, not @text */
    RowKind kind;
    uint8_t stream; /* ROW_LINE */
    bool continued; /* a further piece of a long line */
    bool complete; /* nothing more can come */
    bool overwritten; /* by the row that follows */
    const char *milestone; /* its name, or NULL */
} Row;

#endif
