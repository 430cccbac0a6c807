/*
 * What a format is: a file of its own here with a few callbacks, and a row in
 * the table below.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_EXPORT_FORMAT_H
#define VIEWER_EXPORT_FORMAT_H

#include "options.h"
#include "viewer/common/loss.h"

/* The formats: export_NAME, in the order in which they are listed. */
#define EXPORT_FORMATS(FORMAT)                                                 \
    FORMAT(text)                                                               \
    FORMAT(raw)                                                                \
    FORMAT(bytes)                                                              \
    FORMAT(readserial)                                                         \
    FORMAT(json)                                                               \
    FORMAT(csv)                                                                \
    FORMAT(perfetto)                                                           \
    FORMAT(otlp)                                                               \
    FORMAT(ctf)                                                                \
    FORMAT(asciicast)                                                          \
    FORMAT(screen)                                                             \
    FORMAT(folded)                                                             \
    FORMAT(speedscope)                                                         \
    FORMAT(flamegraph)                                                         \
    FORMAT(svg)                                                                \
    FORMAT(html)

typedef struct Export {
    const ExportOptions *options;
    FILE *out;
    char *beside, *target; /* what is written, and the name it gets */
    CaptureReader *reader;
    StreamNames names;
    bool virtual_clock;
    int only_stream; /* -1: all */
    uint64_t zero; /* what all times have in them, ns: --time monotonic */
    GString *buf; /* a line's worth, for the format to use */
    GString *text; /* likewise, of what stands in it */
    RowClock clock; /* of the rows, for the format to use */
    bool tags; /* text: there are several streams */
    Loss loss;
    void *state; /* the format's own, from begin() to end() */
} Export;

/* The callbacks may be NULL.  Times are in the chosen clock already. */
typedef struct ExportFormat {
    ExportInfo info;
    bool (*begin)(Export *e); /* false: it has said why it cannot */
    void (*record)(Export *e, const CaptureRecord *record);
    void (*line)(Export *e, const CaptureLine *line);
    bool (*end)(Export *e); /* also after a failed begin() */
    /* The same as @record and @line, but in the order of their times; both or
     * none. */
    void (*row_event)(Export *e, const CaptureRecord *record);
    void (*row_line)(Export *e, const CaptureLine *line);
    bool no_bytes; /* @record is for what is no guest byte */
    bool tells_loss; /* it says itself what is missing */
    bool bytes; /* lines come with their bytes, CaptureLine.bytes */
} ExportFormat;

#define DECLARE_FORMAT(name) extern const ExportFormat export_##name;
EXPORT_FORMATS(DECLARE_FORMAT)
#undef DECLARE_FORMAT

#endif
