/*
 * Reading many captures, by as many threads as there are CPUs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_READ_BOOTS_H
#define VIEWER_REPORT_READ_BOOTS_H

#include "boot-data.h"
#include "boot-files.h"

/* A line, and the time since the one before it. */
typedef struct BootLine {
    const CaptureLine *line;
    uint64_t delta; /* by the clock of the rules, ns */
    bool outside; /* the machine was reset between them */
    CaptureVcpuTime host; /* what that time was, where the capture tells */
} BootLine;

/*
 * What is done with lines: those of a capture go to what begin() made for it,
 * in a thread of its own; merge() takes that, and frees it, in the caller's
 * thread and in the order of the captures.
 */
typedef struct BootLineOps {
    void *(*begin)(void);
    void (*line)(void *own, const BootLine *line);
    void (*merge)(void *data, void *own, guint capture);
    void (*discard)(void *own); /* frees it */
} BootLineOps;

typedef struct BootReadRules {
    ClockChoice clock; /* CLOCK_ANY: that of the first capture, for all */
    bool cpu; /* the time between lines is that of vCPUs on a CPU */
    bool controls; /* lines have their control sequences */
    const BootLineOps *ops; /* or NULL */
} BootReadRules;

/* A capture that was read. */
typedef struct BootReading {
    char *path;
    const BootFile *file;
    BootData *boot; /* NULL: it could not be read */
    bool virtual_clock;
    void *lines; /* of begin(); the one who takes it sets it to NULL */
    CaptureHeader header;
    CaptureLost lost; /* of all sessions */
    char *error; /* NULL: it was said, or there is none */
} BootReading;

/* False: do not go on. */
typedef bool BootReadFunc(void *data, BootReading *r);

/*
 * Reads @files (BootFile) and gives each to @func in their order, in this
 * thread.  False: it has said what is wrong, or @func did not want more.
 */
bool read_boots(const GPtrArray *files, const BootReadRules *rules,
                BootReadFunc *func, void *data);

#endif
