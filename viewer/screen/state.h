/*
 * The viewer's state, and the few services that everything in it uses.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_STATE_H
#define VIEWER_SCREEN_STATE_H

#include "model.h"
#include "panes.h"
#include "settings.h"
#include "text.h"

/* Where the log stands. */
typedef struct LogState {
    uint64_t top; /* position of the first row on the screen */
    uint64_t cursor; /* of the row with the cursor, or where one is wanted */
    int want; /* 1: the row at or behind it, -1: at or before it */
    bool follow;
    bool unsettled; /* not all rows in question were looked at yet */
    int skip; /* cells scrolled sideways */
    Row row; /* the cursor's; no text */
    bool has_row;
    bool has_mark;
    Row mark; /* no text */
} LogState;

typedef struct SlowRow {
    uint64_t delta, pos; /* ns; position of the row */
} SlowRow;

/* The slowest rows so far, and how far the search for them got. */
typedef struct SlowState {
    GArray *rows; /* SlowRow, slowest first */
    unsigned turn; /* of the model's view that they are of */
    uint64_t next; /* position to go on from */
    uint64_t last_time;
    bool any; /* last_time is of a row */
    bool at_end; /* nothing left at the moment */
    int selected, top;
} SlowState;

/* A capture that is open. */
typedef struct Source {
    Model *model;
    LogState log;
    SlowState slow;
    int copy; /* row of the fw_cfg pane, or -1: the one that runs */
    int copy_top;
} Source;

typedef enum PromptKind {
    PROMPT_NONE,
    PROMPT_SEARCH,
    PROMPT_SEARCH_BACK,
    PROMPT_FILTER,
    PROMPT_WRITE,
    PROMPT_OVERWRITE,
    PROMPT_STREAM,
} PromptKind;

typedef struct Search {
    GRegex *regex;
    int step; /* direction of the last / or ? */
    bool running;
    int running_step;
    uint64_t pos; /* to look at next */
} Search;

typedef struct View {
    Settings settings;
    GPtrArray *sources; /* Source */
    guint current;
    PaneId focus;
    PaneId open; /* PANE_LOG, or what covers it */
    Box boxes[PANE_COUNT];
    Box status, hints;
    bool copies_line; /* no room for the pane: a line while one runs */
    bool too_small;
    int help_top;

    PromptKind prompt;
    GString *input;
    char *last_pattern;
    char *write_path;
    char *message; /* NULL: the key hints */
    bool message_is_error;

    Search search;
    struct Writing *writing; /* a file being written, or NULL */

    bool dirty; /* the screen is to be drawn */
    bool quit;
} View;

Source *view_source(const View *v);

/* Shows a message until the next key. */
void view_say(View *v, const char *format, ...) G_GNUC_PRINTF(2, 3);
void view_complain(View *v, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* A deadline for model_find() within a drawing. */
int64_t view_deadline(void);

/* True where the pane has a place on the screen now. */
bool view_has_pane(const View *v, PaneId id);

/* How long the capture runs or ran, ns. */
uint64_t source_elapsed(const Source *s);

#endif
