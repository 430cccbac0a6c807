/*
 * An export format is a few callbacks in a file of its own, and a row in the
 * table of formats.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_EXPORT_EXPORT_H
#define VIEWER_EXPORT_EXPORT_H

#include "viewer/common/common.h"

typedef enum ExportTime {
    EXPORT_TIME_RELATIVE, /* since the capture's start */
    EXPORT_TIME_WALL, /* time of day */
    EXPORT_TIME_DELTA, /* since the line before */
} ExportTime;

typedef struct Export {
    FILE *out;
    CaptureReader *reader;
    StreamNames names;
    bool virtual_clock;
    ExportTime time;
    bool events; /* text: rows for what is no guest byte as well */
    int only_stream; /* -1: all */
    GString *buf; /* a line's worth, for the format to use */
    uint64_t last; /* time of the line before, ns */
    bool any; /* a line came already */
    bool tags; /* text: there are several streams */
    const char *output; /* -o, or NULL */
    void *state; /* the format's own, from begin() to end() */
} Export;

/* All may be NULL.  Times are in the chosen clock already. */
typedef struct ExportFormat {
    const char *name;
    const char *summary;
    bool folder; /* writes a folder, which -o names; no Export.out */
    bool (*begin)(Export *e); /* false: it has said why it cannot */
    void (*record)(Export *e, const CaptureRecord *record);
    void (*line)(Export *e, const CaptureLine *line);
    bool (*end)(Export *e); /* also after a failed begin() */
} ExportFormat;

/*
 * What a record that is no guest byte says, in words; false: nothing to say.
 */
bool append_event(GString *out, const CaptureRecord *rec);

extern const ExportFormat export_text;
extern const ExportFormat export_raw;
extern const ExportFormat export_bytes;
extern const ExportFormat export_readserial;
extern const ExportFormat export_json;
extern const ExportFormat export_csv;
extern const ExportFormat export_perfetto;
extern const ExportFormat export_ctf;
extern const ExportFormat export_asciicast;
extern const ExportFormat export_svg;
extern const ExportFormat export_html;

#endif
