/*
 * A capture as rows, for the viewer.
 *
 * An index is built in slices of a few milliseconds: a checkpoint every
 * MODEL_BLOCK_WORDS words of the file, with what is needed to read on from
 * there.  No text is kept; the rows of a block are made again when they are
 * asked for, and a few blocks stay in memory.
 *
 * A row is named by the position of its first record.  That never changes
 * while a capture grows, is filtered, or its streams are hidden.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_MODEL_H
#define VIEWER_SCREEN_MODEL_H

#include "capture/copies.h"
#include "capture/phases.h"
#include "viewer/common/common.h"

#define MODEL_BLOCK_WORDS 16384
#define MODEL_END UINT64_MAX /* behind every row */

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
    uint64_t wall_zero; /* CLOCK_REALTIME at time 0, ns */
    const char *text; /* guest bytes (ROW_LINE) or ours; not terminated */
    uint32_t len;
    RowKind kind;
    uint8_t stream; /* ROW_LINE */
    bool continued; /* a further piece of a long line */
    bool complete; /* its newline came */
    const char *milestone; /* its name, or NULL */
} Row;

typedef enum ModelVm {
    MODEL_VM_UNKNOWN, /* before the first word of it */
    MODEL_VM_RUNNING,
    MODEL_VM_PAUSED,
    MODEL_VM_SUSPENDED,
    MODEL_VM_STOPPED,
} ModelVm;

typedef struct Model Model;

/* As capture_reader_open(); returns at once, whatever the size. */
Model *model_open(const char *path, GError **error);
void model_close(Model *m);

const char *model_path(const Model *m);

/*
 * Indexes until CLOCK_MONOTONIC is @deadline (us, g_get_monotonic_time()) or
 * nothing is left.  Returns true where something new was found.
 */
bool model_step(Model *m, int64_t deadline);

/* True where model_step() has something to do now; no system call. */
bool model_ready(Model *m);

/*
 * Asks whether the writer still lives, and whether the file began anew (then
 * all rows are gone, and @restarted is set).  A few system calls.  Returns
 * true where anything changed.
 */
bool model_look(Model *m, bool *restarted);

/* 0 to 1: how much of the file is indexed; 1 once all of it was. */
double model_progress(const Model *m);

CaptureState model_state(const Model *m);
ModelVm model_vm(const Model *m);
const char *model_vm_detail(const Model *m); /* why it is so; host's text */
uint64_t model_end_time(const Model *m); /* of the last record, ns */
uint64_t model_mono_zero(const Model *m); /* CLOCK_MONOTONIC at time 0 */
CaptureClockMode model_clock(const Model *m);
uint64_t model_bytes(const Model *m); /* of the guest */
uint64_t model_stream_bytes(const Model *m, uint8_t stream);
uint64_t model_lost(const Model *m); /* bytes and other records */
uint64_t model_head(const Model *m); /* rows from here on are not known yet */
const StreamNames *model_streams(const Model *m);
const CaptureCopies *model_copies(const Model *m);
const CapturePhases *model_phases(const Model *m);

/*
 * "LinuxBoot boot OS" is where the last item for -kernel ends: while one is
 * being copied, where it stands is not yet that.
 */
bool model_is_pending(const Model *m, const CapturePhase *phase);

/* ------------------------------------------------------------------ */
/* What is shown                                                       */

bool model_is_hidden(const Model *m, uint8_t stream);
void model_hide(Model *m, uint8_t stream, bool hide);

/* Only rows that match; NULL: all.  A reference is taken. */
void model_set_filter(Model *m, GRegex *filter);
GRegex *model_filter(const Model *m);

/* Another number each time one of the two changed, or the file began anew. */
unsigned model_view_turn(const Model *m);

/* What a row reads as, in UTF-8, with nothing a terminal would act on. */
void model_append_text(GString *out, const Row *row);

typedef enum ModelFound {
    MODEL_FOUND,
    MODEL_NONE, /* no shown row in that direction */
    MODEL_BUSY, /* the deadline came first; asking again goes on from there */
} ModelFound;

/*
 * The first shown row at or behind @pos (@step 1), or the last at or before
 * it (-1).  @row->text is good until the next call.
 */
ModelFound model_find(Model *m, uint64_t pos, int step, Row *row,
                      int64_t deadline);

/* A position at or shortly before the first row at @time (ns). */
uint64_t model_pos_at(const Model *m, uint64_t time);

#endif
