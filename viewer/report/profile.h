/*
 * Samples of a capture, gathered by function and call path.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_PROFILE_H
#define VIEWER_REPORT_PROFILE_H

#include "capture/lines.h"
#include "capture/reader.h"
#include "viewer/symbols/symbols.h"

typedef struct Profile Profile;

/* A function, or a region without symbols. */
typedef struct ProfileFunction {
    const char *name, *module;
    bool is_symbol;
} ProfileFunction;

/* A call path, from the outermost function to that of the sample. */
typedef struct ProfileNode {
    guint parent; /* 0: none */
    guint function;
} ProfileNode;

#define PROFILE_NO_NODE 0
#define PROFILE_IDLE 1 /* the node of halted vCPUs; its function is 0 */

typedef struct ProfileSample {
    uint64_t time; /* ns: the end of the last of its ticks */
    guint node;
    uint16_t ticks;
    uint16_t vcpu;
} ProfileSample;

/* @symbols stays the caller's, and must live as long. */
Profile *profile_new(Symbols *symbols);
void profile_free(Profile *p);

/* Before the first record: samples of other vCPUs are left out. */
void profile_only_vcpu(Profile *p, guint vcpu);

/* The same: samples of sessions before the last one are kept, too. */
void profile_keep_sessions(Profile *p);

/* One more than the highest number of a vCPU that was met; 0: none was. */
guint profile_vcpus(const Profile *p);

/* In the order of the capture: records, and the lines that are over. */
void profile_record(Profile *p, const CaptureRecord *rec);
void profile_line(Profile *p, const CaptureLine *line);

/* When all is there, before the rest is asked: a session's samples in order. */
void profile_sort(Profile *p);

guint profile_samples(const Profile *p);
const ProfileSample *profile_sample(const Profile *p, guint i);
guint profile_nodes(const Profile *p);
ProfileNode profile_node(const Profile *p, guint node);
guint profile_functions(const Profile *p);
ProfileFunction profile_function(const Profile *p, guint function);

/* Ticks a second; 0: nothing was sampled. */
guint profile_hz(const Profile *p);

/* What is asked for: from @from up to @to (ns). */
typedef struct ProfileRange {
    uint64_t from, to;
} ProfileRange;

/* How many of a sample's ticks are in it. */
guint profile_ticks_in(const Profile *p, const ProfileSample *s,
                       const ProfileRange *range);

/*
 * The first sample from @i on that may have ticks in @range; behind the last
 * one: there is none.
 */
guint profile_next(const Profile *p, guint i, const ProfileRange *range);

typedef struct ProfileRow {
    guint function;
    uint64_t self, total; /* ticks */
    guint samples; /* that were in it itself */
    double squares; /* of their ticks, summed up */
} ProfileRow;

/* A part of a profile by functions. */
typedef struct ProfileTable {
    GArray *rows; /* ProfileRow, the most ticks first; idle is not in them */
    uint64_t ticks, idle; /* all, and those in which a vCPU was halted */
    guint samples; /* of what was not idle */
    /* Ticks by how their paths ended, as PathEnd */
    uint64_t whole, gap, assembly, no_rule, no_stack;
} ProfileTable;

ProfileTable *profile_table(const Profile *p, const ProfileRange *range);
void profile_table_free(ProfileTable *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProfileTable, profile_table_free)

/*
 * The same in steps, and while samples still come: then @p is not sorted.  In
 * each step at most @n samples are looked at; true: there are more.
 */
typedef struct ProfileTally ProfileTally;

ProfileTally *profile_tally_new(const Profile *p, const ProfileRange *range);
bool profile_tally_on(ProfileTally *t, guint n);
ProfileTable *profile_tally_table(const ProfileTally *t);
void profile_tally_free(ProfileTally *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProfileTally, profile_tally_free)

/* One standard error of a row's own share of all ticks. */
double profile_error(const ProfileTable *t, const ProfileRow *row);

#endif
