/*
 * What is asked of an export, and what there is to know of a format.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_EXPORT_OPTIONS_H
#define VIEWER_EXPORT_OPTIONS_H

#include "viewer/common/common.h"
#include "viewer/symbols/symbols.h"

typedef enum ExportTime {
    EXPORT_TIME_RELATIVE, /* since the capture's start */
    EXPORT_TIME_WALL, /* time of day */
    EXPORT_TIME_DELTA, /* since the line before */
    EXPORT_TIME_MONOTONIC, /* CLOCK_MONOTONIC, as other tools of the host */
} ExportTime;

/* What there is to know of a format. */
typedef struct ExportInfo {
    const char *name;
    const char *summary; /* in a line */
    const char *extension; /* of a file, such as ".txt" */
    bool folder; /* many files: a folder, which has to be named */
    bool commands; /* has what a terminal would act on */
    bool samples; /* has those of run --profile */
    bool monotonic; /* can have times of CLOCK_MONOTONIC */
} ExportInfo;

typedef struct ExportOptions {
    const ExportInfo *format; /* NULL: text */
    const char *output; /* NULL: standard output */
    const char *stream; /* a label or a number; NULL: all */
    ClockChoice clock;
    ExportTime time;
    bool events; /* rows for what is no guest byte as well */
    bool follow; /* goes on while the capture is written */
    uint64_t at; /* screen: ns; UINT64_MAX: at the end */
    int vcpu; /* only samples of it; -1: all */
    Symbols *symbols; /* of the guest's code, or NULL */
    bool controls; /* lines with their control sequences, made visible */
} ExportOptions;

#endif
