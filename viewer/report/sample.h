/*
 * Many boots side by side: what was measured in each, for statistics.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_SAMPLE_H
#define VIEWER_REPORT_SAMPLE_H

#include "read-boots.h"
#include "stats-math.h"
#include "viewer/common/common.h"

/* One figure of a boot. */
typedef enum MeasureKind {
    MEASURE_PHASE,
    MEASURE_TOTAL,
    MEASURE_COPY, /* of a fw_cfg item */
    MEASURE_START, /* a stage of QEMU's own start */
    MEASURE_DISK, /* time in which a disk was read */
    MEASURE_TALK, /* time that writing to a stream took at least */
    MEASURE_INITCALL, /* all calls of one function of the kernel */
    MEASURE_PROBE, /* all probes of one device by the kernel */
    MEASURE_MILESTONE, /* when it was reached, since the session's start */
    MEASURE_KINDS,
} MeasureKind;

typedef struct Measure {
    MeasureKind kind;
    char *name;
    GArray *values; /* double, ns */
    GArray *captures; /* guint, which capture each value is of, rising */
    bool outside; /* by the exact clock, but QEMU's main loop decided */
    bool panic; /* the one milestone that a boot had better not reach */
    struct Measure *next; /* in its MeasureList */
} Measure;

/* Measures in an order into which others come, anywhere. */
typedef struct MeasureList {
    Measure *first, *last;
} MeasureList;

/* A boot whose vCPUs waited for a CPU for long. */
typedef struct Disturbed {
    guint capture;
    uint64_t cpu, wait, steal; /* ns, see capture/vcpus.h */
} Disturbed;

/* A capture that is not whole. */
typedef struct SampleLoss {
    guint capture;
    CaptureLost lost;
} SampleLoss;

typedef struct Sample {
    GPtrArray *captures; /* char *, paths */
    GPtrArray *measures; /* Measure *, in the order of the boot; see finish */
    GPtrArray *milestones; /* Measure *, likewise */
    char *until; /* a milestone that ends the boot, or NULL */
    char *end; /* the milestone that Total goes to, or NULL: none */
    ClockChoice clock; /* of the first capture, from there on */
    bool virtual_clock;
    bool cpu; /* values are the time that vCPUs were on a CPU */
    GArray *disturbed; /* Disturbed, in the order of captures */
    GArray *losses; /* SampleLoss, in the order of captures */
    GArray *gaps; /* guint, rising: captures whose begin alone counts: keep= */
    bool controls; /* set it first: lines have their control sequences */
    bool exact; /* and it counts instructions, in all captures */
    uint64_t bytes, lines; /* of all captures */

    /* sample.c's own, until sample_finish() */
    MeasureList phases, copies, reached;
    MeasureList causes; /* what the phases' time was spent on */
    Measure *total;
    GHashTable *by_name[MEASURE_KINDS];
} Sample;

Sample *sample_new(ClockChoice clock, const char *until);
void sample_free(Sample *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sample, sample_free)

/*
 * Reads a capture (NULL: the newest), or all captures of a folder and of the
 * folders in it, by name.  False: it has said what is wrong.
 */
bool sample_add(Sample *s, const char *path, const BootLineOps *ops,
                void *data);

/* Takes a capture that was read; false: it has said what is wrong. */
bool sample_take(Sample *s, const BootReading *r);

/*
 * Call it when all captures are there: decides where Total ends and puts the
 * measures in order.  @end is a milestone, or NULL: that of sample_new(), or
 * the last one of most captures that have all their records (none has: there
 * is no Total).  A capture that did not get there has no Total.  What the host
 * did to end QEMU (a signal, a monitor's quit) is no milestone of the boot: it
 * ends no phase and no total.  May be called again after more captures were
 * added.
 */
void sample_finish(Sample *s, const char *end);

/* Captures without a value of @m, by number; @m may be NULL: all. */
GArray *sample_lacking(const Sample *s, const Measure *m);

/* Whether records of the capture were dropped, so that it may lack anything. */
bool sample_has_gap(const Sample *s, guint capture);

/* How many of sample_lacking() may have it among what was dropped. */
guint sample_count_unseen(const Sample *s, const GArray *lacking);

/* The measure of that name, or NULL. */
const Measure *sample_find(const Sample *s, MeasureKind kind, const char *name);

/* Number @i of Sample.measures. */
const Measure *sample_measure(const Sample *s, guint i);
void measure_summarise(const Measure *m, StatsSummary *summary);

/* "host", "virtual" or "cpu". */
const char *sample_clock_name(const Sample *s);

/* "phase", "total", "copy" and so on, for programs. */
const char *measure_kind_name(MeasureKind kind);

/*
 * What @name is of, as reports and budgets write it before it: "copy of ";
 * empty where the name says it.
 */
const char *measure_kind_prefix(MeasureKind kind);

/* The measure that reports and budgets call @title, or NULL. */
const Measure *sample_find_title(const Sample *s, const char *title);

/* Does every capture have it?  Rows that some lack weaken the whole test. */
bool sample_is_complete(const Sample *s, const Measure *m);

/* Is @name a milestone's, built in or of phases.conf? */
bool is_milestone(const char *name);

/*
 * The milestone that somebody who wrote @name most likely meant: it differs by
 * two letters at most, or in upper and lower case; NULL: none.
 */
const char *similar_milestone(const char *name);

#endif
