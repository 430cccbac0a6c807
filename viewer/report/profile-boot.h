/*
 * The profile of a boot, with its phases.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_PROFILE_BOOT_H
#define VIEWER_REPORT_PROFILE_BOOT_H

#include "capture/milestones.h"
#include "profile.h"

typedef struct ProfileBoot {
    Profile *profile;
    Symbols *symbols;
    bool own_symbols, own_milestones; /* else the caller's */
    CaptureMilestones *milestones;
    GRegex *marks[2]; /* lines that are looked for; may be NULL */
    uint64_t mark_times[2]; /* of the first, and the first after it */
    uint64_t end; /* of the last record, ns */
    char *path;
    int sessions, wanted; /* wanted 0: the last */
} ProfileBoot;

/*
 * Records and lines are fed to it in the order of the capture.  @symbols may
 * be NULL; with @milestones it takes those, which the caller feeds and keeps.
 */
ProfileBoot *profile_boot_new(Symbols *symbols, CaptureMilestones *milestones,
                              const char *path);
void profile_boot_record(ProfileBoot *b, const CaptureRecord *rec);
void profile_boot_line(ProfileBoot *b, const CaptureLine *line);
void profile_boot_free(ProfileBoot *b);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProfileBoot, profile_boot_free)

/*
 * Before the first record: looks in @r for what the first samples need, too:
 * which firmware it is, and where a kernel or U-Boot moved itself.  False: it
 * cannot be told where a kernel is; the second one says so.
 */
bool profile_look_ahead(Symbols *symbols, CaptureReader *r);
void profile_boot_look_ahead(ProfileBoot *b, CaptureReader *r);

/* False: it has said that there are none, or none of the vCPU asked for. */
bool profile_boot_has_samples(const ProfileBoot *b);

typedef struct ProfileReadOptions {
    int session; /* 0: the last */
    bool virtual_clock;
    int vcpu; /* -1: all */
    GRegex *marks[2]; /* lines that are looked for, or NULLs; taken over */
} ProfileReadOptions;

/* All of @r's session. */
ProfileBoot *profile_boot_read(CaptureReader *r, Symbols *symbols,
                               const ProfileReadOptions *options);

/* Ticks of a call path in a phase. */
typedef struct ProfilePath {
    guint phase; /* index in phase_times() */
    guint node;
    uint64_t ticks;
} ProfilePath;

/* All of them (ProfilePath), by phase and node; the caller unrefs the array. */
GArray *profile_boot_paths(const ProfileBoot *b);

typedef struct ProfileOptions {
    const char *phase; /* only those of this name; NULL: all */
    const char *between[2]; /* milestones, or regular expressions of lines */
    bool all; /* functions of little time too */
} ProfileOptions;

/*
 * From one of two places up to the other: a milestone's name, or where a line
 * matches.  False: it has said which is not there.
 */
bool profile_boot_between(const ProfileBoot *b, const char *const between[2],
                          ProfileRange *range);

/* Prints tables; returns the exit status. */
int print_profile(const ProfileBoot *b, const ProfileOptions *options);

/* Prints what became more and less from @a to @b. */
int print_profile_diff(const ProfileBoot *a, const ProfileBoot *b,
                       const ProfileOptions *options);

#endif
