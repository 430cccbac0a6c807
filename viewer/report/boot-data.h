/*
 * What reports and pictures need of a boot, gathered in one pass with memory
 * that does not grow with the capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_BOOT_DATA_H
#define VIEWER_REPORT_BOOT_DATA_H

#include "capture/copies.h"
#include "capture/disks.h"
#include "capture/exits.h"
#include "capture/initcalls.h"
#include "capture/milestones.h"
#include "capture/talk.h"
#include "start-table.h"
#include "capture/vcpus.h"
#include "viewer/common/common.h"

/* Which part of the boot a milestone begins. */
typedef enum PhaseGroup {
    PHASE_QEMU,
    PHASE_FIRMWARE,
    PHASE_LOADER,
    PHASE_GUEST,
    PHASE_SHUTDOWN,
    PHASE_GROUPS,
} PhaseGroup;

/* A milestone and the time up to the next one. */
typedef struct PhaseSpan {
    char name[CAPTURE_NAME_MAX]; /* the milestone's, " (boot 2)" and so on */
    uint64_t start, end; /* ns */
    PhaseGroup group;
    guint boot;
    bool outside; /* QEMU's main loop decided when it began or ended */
} PhaseSpan;

#define DENSITY_BINS 512

/* Bytes of a stream over time: bins that double when time runs past them. */
typedef struct Density {
    uint64_t bytes;
    uint64_t first, last; /* ns */
    uint64_t bins[DENSITY_BINS];
} Density;

typedef struct BootData {
    CaptureMilestones *phases;
    CaptureCopies *copies; /* of all boots together */
    GPtrArray *boot_copies; /* CaptureCopies of each, or NULL; see below */
    CaptureVcpus *vcpus;
    CaptureDisks *disks;
    CaptureInitcalls *initcalls;
    CaptureTalk *talk;
    CaptureExitCounts *exits;
    StartStages stages;
    StreamNames names;
    Density *density[CAPTURE_STREAMS_MAX]; /* NULL: no byte came */
    uint64_t bin_ns; /* width of a bin, the same for all streams */
    uint64_t bin_start; /* of the last byte's bin, since the start, ns */
    guint bin; /* its number */
    uint64_t start; /* of the session, ns */
    uint64_t end; /* time of the last record, ns */
    uint64_t bytes, lines;
    CaptureLost lost;
    CaptureDropped dropped; /* see format.h */
    uint64_t seen; /* up to here nothing was dropped, ns; UINT64_MAX: nowhere */
    int sessions;
    bool virtual_clock;
    bool icount; /* the virtual clock counts instructions */
    char *machine; /* "q35, x86_64, tcg", fit to be shown; NULL: not told */
    uint64_t ram;
} BootData;

BootData *boot_data_new(bool virtual_clock);
void boot_data_free(BootData *b);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BootData, boot_data_free)

/* Asked for before the first record: the copies of each boot (boot-copies.h). */
void boot_data_want_boot_copies(BootData *b);

/* When the first was dropped of those that @rec, a DROPPED, tells of, ns. */
uint64_t boot_data_dropped_from(bool virtual_clock, const CaptureRecord *rec);

/* Takes any record, and each line; a SESSION record starts over. */
void boot_data_record(BootData *b, const CaptureRecord *rec);
/* The same for @n bytes of a stream that follow each other, with times in ns. */
void boot_data_bytes(BootData *b, uint8_t stream, const uint8_t *bytes,
                     const uint64_t *times, size_t n);
void boot_data_line(BootData *b, const CaptureLine *line);

/* Reads the whole capture. */
void boot_data_read(BootData *b, CaptureReader *r);

/* Phases in their order: a GArray of PhaseSpan.  The last milestone has none
 * of its own. */
GArray *boot_data_spans(const BootData *b);

/*
 * Names of the milestones in their order, char *: with " (boot 2)" and so on
 * behind it after resets, " #2" where it comes again.
 */
GPtrArray *phase_names(const CaptureMilestones *phases);

/* @before: the group of the phase before it. */
PhaseGroup phase_group(const CaptureMilestone *phase, PhaseGroup before);
const char *phase_group_name(PhaseGroup group);

/* From the session's start to the last milestone, ns; 0: there is none. */
uint64_t boot_data_total(const BootData *b);

#endif
