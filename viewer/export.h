/*
 * An export format is a few callbacks in a file of its own, and a row in the
 * table of cmd-export.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_EXPORT_H
#define VIEWER_EXPORT_H

#include "common.h"

typedef enum ExportTime {
    EXPORT_TIME_RELATIVE, /* since the capture's start */
    EXPORT_TIME_WALL,     /* time of day */
    EXPORT_TIME_DELTA,    /* since the line before */
} ExportTime;

typedef struct Export {
    FILE *out;
    CaptureReader *reader;
    StreamNames names;
    bool virtual_clock;
    ExportTime time;
    bool events;      /* text: rows for what is no guest byte as well */
    int only_stream;  /* -1: all */
    GString *buf;     /* a line's worth, for the format to use */
    uint64_t last;    /* time of the line before, ns */
    bool any;         /* a line came already */
    bool tags;        /* text: there are several streams */
} Export;

/* All may be NULL.  Times are in the chosen clock already. */
typedef struct ExportFormat {
    const char *name;
    const char *summary;
    void (*record)(Export *e, const CaptureRecord *record);
    void (*line)(Export *e, const CaptureLine *line);
} ExportFormat;

extern const ExportFormat export_text;
extern const ExportFormat export_raw;
extern const ExportFormat export_bytes;

#endif
