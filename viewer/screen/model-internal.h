/*
 * Shared by model.c, which indexes, and rows.c, which reads again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_MODEL_INTERNAL_H
#define VIEWER_SCREEN_MODEL_INTERNAL_H

#include "model.h"

/* Where a stream stands in its line. */
typedef struct LineState {
    uint32_t len; /* bytes of the row so far */
    bool open; /* its row goes on with the next byte */
    bool complete; /* a newline came last: no further piece follows */
} LineState;

/* A run of bytes up to the end of a row at most. */
typedef struct Piece {
    size_t len; /* bytes of text in it */
    bool starts, continued, ends;
} Piece;

/*
 * Takes the first of @n bytes (1 or more) of a stream, the same way as
 * capture/lines.h splits them.  Returns how many, a newline included.
 */
size_t split_piece(LineState *s, const uint8_t *bytes, size_t n, Piece *p);
void split_reset(LineState *states);

/* The virtual clock at @time for a reader that stands at @at. */
uint64_t cursor_vtime(const CaptureCursor *at, uint64_t time);

#define STATE_LEN 0x1fffff
#define STATE_OPEN 0x40000000
#define STATE_COMPLETE 0x80000000

#define SHOWN_UNKNOWN 0xffff

/*
 * The beginning of a block of about MODEL_BLOCK_WORDS words.  80 bytes and 4
 * for each stream, for 128 KB of capture.
 */
typedef struct Checkpoint {
    CaptureCursor at;
    uint64_t streams[CAPTURE_STREAMS_MAX / 64]; /* that have a byte in it */
    uint32_t first_state; /* packed LineStates in Model.states */
    uint8_t n_states;
    bool has_session; /* a SESSION record is in it */
    uint16_t shown; /* rows that are; or SHOWN_UNKNOWN */
    uint64_t shown_head; /* the index' end that it holds for; or MODEL_END */
} Checkpoint;

/* The beginning of the line that a stream is in. */
typedef struct LineHead {
    uint64_t pos, time, vtime;
    uint16_t len;
    bool fresh; /* has bytes that the milestones were not looked for in */
    bool fed;
    char text[CAPTURE_PATTERN_LINE_MAX];
} LineHead;

typedef struct MilestonePos {
    uint64_t pos;
    const char *name;
} MilestonePos;

typedef struct Block Block;

struct Model {
    char *path;
    CaptureReader *index; /* stands where the index ends */
    CaptureReader *reread; /* jumps about */
    GArray *checks; /* Checkpoint */
    GArray *states; /* uint32_t */
    GArray *milestones; /* MilestonePos, by position */
    uint64_t milestone_sum;
    uint64_t indexed; /* words */
    bool caught_up; /* the index had reached the end */

    LineState line[CAPTURE_STREAMS_MAX];
    LineHead head[CAPTURE_STREAMS_MAX];
    CaptureCopies *copies;
    CapturePhases *phases;
    StreamNames streams;
    CaptureState state;
    ModelVm vm;
    char vm_detail[CAPTURE_NAME_MAX];
    uint64_t end_time, mono_zero;
    uint64_t bytes, stream_bytes[CAPTURE_STREAMS_MAX];
    uint64_t lost, lost_before, lost_header;

    uint64_t hidden[CAPTURE_STREAMS_MAX / 64];
    GRegex *filter;
    unsigned view_turn; /* changes of the filter and of hidden streams */
    unsigned shown_turn; /* another one each time what is shown changes */

    Block *blocks; /* in memory */
    uint64_t clock; /* of their uses */
    GString *open_text[CAPTURE_STREAMS_MAX]; /* rows being read */
    GString *scratch;
};

/* The name of the milestone at @pos, or NULL. */
const char *milestone_at(const Model *m, uint64_t pos);

void checkpoint_states(const Model *m, const Checkpoint *check,
                       LineState *states);

void blocks_begin(Model *m);
void blocks_end(Model *m);
void blocks_forget(Model *m); /* all must be made again */

#endif
