/*
 * The samples of a capture, gathered in a thread of their own.
 *
 * Symbol files may be large, and call paths are unwound for each sample: the
 * screen and its keys do not wait for it.  The thread reads the capture with a
 * reader of its own, while it is written too, and answers one question at a
 * time: the functions of a range of time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_PROFILER_H
#define VIEWER_SCREEN_PROFILER_H

#include "viewer/report/report.h"

typedef struct Profiler Profiler;

typedef struct ProfilerRow {
    char *name; /* fit to be shown; regions have brackets */
    uint64_t self, total; /* ticks */
    guint samples;
    double error; /* of self, as a share of all ticks */
} ProfilerRow;

/* Rows beyond these are left out. */
#define PROFILER_ROWS_MAX 500

typedef struct ProfilerAnswer {
    ProfileRange range; /* that was asked for */
    bool final; /* what is in the capture by now is all in it */
    double progress; /* 0 to 1: of the capture */
    GArray *rows; /* ProfilerRow, the most of their own first */
    uint64_t ticks, idle, whole, gap, no_rule, no_stack; /* as ProfileTable */
    guint samples;
    guint files; /* with symbols */
    bool can_unwind;
    char *problem; /* with symbols, fit to be shown; or NULL */
} ProfilerAnswer;

/* @files: as --symbols has them, or NULL; copied. */
Profiler *profiler_start(const char *path, char *const *files);

/* Does not wait for the thread. */
void profiler_stop(Profiler *p);

/* What profiler_answer() is to be of from now on. */
void profiler_ask(Profiler *p, const ProfileRange *range);

/*
 * The newest answer, maybe of what was asked before; NULL: none yet.  Good
 * until the next call.  Waits up to @wait_us for one of what is asked.
 */
const ProfilerAnswer *profiler_answer(Profiler *p, int64_t wait_us);

/* Whether there is an answer that profiler_answer() has not given yet. */
bool profiler_has_news(Profiler *p);

/* Whether the thread works on what was asked, and has it not whole yet. */
bool profiler_is_busy(Profiler *p);

#endif
