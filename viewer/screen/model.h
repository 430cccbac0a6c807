/*
 * A capture as rows, for the viewer.
 *
 * An index is built in slices of a few milliseconds: a checkpoint every
 * MODEL_BLOCK_WORDS words of the file, with what is needed to read on from
 * there.  No text is kept; the rows of a block are made again when they are
 * asked for, and a few blocks stay in memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_MODEL_H
#define VIEWER_SCREEN_MODEL_H

#include "rows.h"

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

/* False: the file is gone from its name, and another one may come. */
bool model_is_named(const Model *m);

/* 0 to 1: how much of the file is indexed; 1 once all of it was. */
double model_progress(const Model *m);

CaptureState model_state(const Model *m);
ModelVm model_vm(const Model *m);
const char *model_vm_detail(const Model *m); /* why it is so; host's text */
uint64_t model_end_time(const Model *m); /* of the last record, ns */
/*
 * How long a live capture runs by now, ns: by CLOCK_MONOTONIC where that is the
 * writer's, and not of another time namespace or of before a reboot.
 */
uint64_t model_elapsed(const Model *m);
CaptureClockMode model_clock(const Model *m);
uint64_t model_bytes(const Model *m); /* of the guest */
uint64_t model_stream_bytes(const Model *m, uint8_t stream);
uint64_t model_lost(const Model *m); /* bytes and other records */
uint64_t model_head(const Model *m); /* rows from here on are not known yet */
const StreamNames *model_streams(const Model *m);
const CaptureCopies *model_copies(const Model *m);
const CaptureMilestones *model_phases(const Model *m);
const CaptureDisks *model_disks(const Model *m);
const CaptureVcpus *model_vcpus(const Model *m);
guint model_profile_hz(const Model *m); /* samples a second; 0: none */
const StartStages *model_start(const Model *m); /* of QEMU itself */

/*
 * "LinuxBoot boot OS" is where the last item for -kernel ends: while one is
 * being copied, where it stands is not yet that.
 */
bool model_is_pending(const Model *m, const CaptureMilestone *phase);

/* ------------------------------------------------------------------ */
/* What is shown                                                       */

bool model_is_hidden(const Model *m, uint8_t stream);
void model_hide(Model *m, uint8_t stream, bool hide);

/* Only rows that it lets pass; NULL: all.  @filter is the model's then. */
void model_set_filter(Model *m, Filter *filter);
const Filter *model_filter(const Model *m);

/* True where no row is hidden. */
bool model_shows_all(const Model *m);

/*
 * Rows with their control sequences made visible (^[[0;32m), or with those in
 * Row.bytes for guest_colours().
 */
void model_show_controls(Model *m, bool controls, bool colours);

/* Another number each time one of these changed, or the file began anew. */
unsigned model_view_generation(const Model *m);

/*
 * The first shown row at or behind @pos (@step 1), or the last at or before
 * it (-1).  @row->text is good until the next call.
 */
ModelFound model_find(Model *m, uint64_t pos, int step, Row *row,
                      int64_t deadline);

/* A position at or shortly before the first row at @time (ns). */
uint64_t model_pos_at(const Model *m, uint64_t time);

/* Which row the one at @pos is; false: not all before it were counted. */
bool model_place(Model *m, uint64_t pos, ModelPlace *place);

/* Counts rows that a filter left over until @deadline; true: there is more. */
bool model_count(Model *m, int64_t deadline);

/* The shown row of that number, from 1 on, or the nearest; false: none. */
bool model_at_line(Model *m, uint64_t line, Row *row);

#endif
