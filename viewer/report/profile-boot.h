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
 * which firmware it is, and where a kernel or U-Boot moved itself.
 */
void profile_boot_look_ahead(ProfileBoot *b, CaptureReader *r);

/*
 * All of it: @r's session (0: the last) by the clock wanted; @marks are two
 * regular expressions or NULLs, which are taken over.
 */
ProfileBoot *profile_boot_read(CaptureReader *r, Symbols *symbols, int session,
                               bool virtual_clock, GRegex *const marks[2]);

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
    int vcpu; /* -1: all */
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
