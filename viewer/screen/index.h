/*
 * The index over a capture: a checkpoint every MODEL_BLOCK_WORDS words of the
 * file, with what is needed to read on from there.  No text is kept.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_INDEX_H
#define VIEWER_SCREEN_INDEX_H

#include "capture/copies.h"
#include "capture/disks.h"
#include "capture/milestones.h"
#include "capture/vcpus.h"
#include "viewer/common/common.h"
#include "viewer/report/report.h"

#define MODEL_BLOCK_WORDS 16384
#define MODEL_END UINT64_MAX /* behind every row */

typedef enum ModelVm {
    MODEL_VM_UNKNOWN, /* before the first word of it */
    MODEL_VM_RUNNING,
    MODEL_VM_PAUSED,
    MODEL_VM_SUSPENDED,
    MODEL_VM_STOPPED,
} ModelVm;

#define SHOWN_UNKNOWN 0xffff
#define TIME_UNKNOWN UINT64_MAX
#define TIME_NO_ROW (UINT64_MAX - 1)

/*
 * The beginning of a block of about MODEL_BLOCK_WORDS words.  112 bytes and 28
 * for each stream, for 128 KB of capture.
 */
typedef struct Checkpoint {
    CaptureCursor at;
    uint64_t streams[CAPTURE_STREAMS_MAX / 64]; /* that have a byte in it */
    uint32_t first_state; /* in Index.states */
    uint8_t n_states;
    bool has_break; /* a record is in it that breaks all rows off */
    uint32_t rows; /* that begin in it and are over; milestones' own apart */
    uint64_t last_time; /* of its last row, ns; or one of the two above */
    uint16_t shown; /* rows that are; or SHOWN_UNKNOWN */
    uint64_t shown_head; /* the index' end that it holds for; or MODEL_END */
} Checkpoint;

/* What of an open row the milestones were looked for in. */
typedef struct FedRow {
    uint64_t pos;
    size_t len;
} FedRow;

typedef struct MilestonePos {
    uint64_t pos;
    const char *name;
    bool extra; /* a row for the milestone's sake alone */
} MilestonePos;

/* The index over a capture, with the facts that were met on the way. */
typedef struct Index {
    CaptureReader *reader; /* stands where the index ends */
    GArray *checks; /* Checkpoint */
    GArray *states; /* CaptureLineState */
    GArray *milestones; /* MilestonePos, by position */
    uint64_t milestone_sum;
    uint64_t indexed; /* words */
    bool caught_up; /* the index had reached the end */
    unsigned generation; /* another one when rows must be made again */

    CaptureLines *lines; /* as they stand where the index ends */
    FedRow fed[CAPTURE_STREAMS_MAX];
    CaptureCopies *copies;
    CaptureMilestones *phases;
    CaptureDisks *disks;
    CaptureVcpus *vcpus;
    StartStages start;
    StreamNames streams;
    CaptureState state;
    ModelVm vm;
    char vm_detail[CAPTURE_NAME_MAX];
    uint64_t end_time, mono_zero, wall_zero;
    int64_t grew_at; /* us, CLOCK_MONOTONIC: the last record was found */
    uint64_t device, inode; /* of the file, which its name may leave */
    uint64_t bytes, stream_bytes[CAPTURE_STREAMS_MAX];
    uint64_t lost, lost_before, lost_header;
    guint profile_hz; /* samples a second; 0: none are taken */
} Index;

/* As capture_reader_open(); returns at once, whatever the size. */
Index *index_open(const char *path, GError **error);
void index_close(Index *x);

/* These are model_step(), model_ready() and model_progress() of model.h. */
bool index_step(Index *x, int64_t deadline);
bool index_ready(Index *x);
double index_progress(const Index *x);

/*
 * Asks whether the writer still lives, and whether the file began anew or
 * another one has its name: then
 * the index is of no use any more, and @restarted is set.  True where anything
 * changed.
 */
bool index_look(Index *x, bool *restarted);

/* False: the file is gone from its name, and another one may come. */
bool index_is_named(const Index *x);

bool index_is_pending(const Index *x, const CaptureMilestone *phase);

/* The name of the milestone at @pos, or NULL. */
const char *milestone_at(const Index *x, uint64_t pos);

/* How many rows begin before @block; behind the last one: all. */
uint64_t index_rows_before(const Index *x, guint block);

/* Lines that go on where the block of @check begins; the caller frees them. */
CaptureLines *checkpoint_lines(const Index *x, const Checkpoint *check);

/* The last checkpoint at or before @pos. */
guint index_block_of(const Index *x, uint64_t pos);

/* The word where the block of a checkpoint ends. */
uint64_t index_block_end(const Index *x, guint block);

#endif
