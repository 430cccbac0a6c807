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
    uint64_t left_at; /* rows there were when follow was left; 0: it was not */
    bool unsettled; /* not all rows in question were looked at yet */
    int skip; /* cells scrolled sideways */
    int skip_max; /* the most that shows more of a row on the screen, cells */
    uint64_t show_match; /* row whose match is to be brought into view */
    Row row; /* the cursor's; no text */
    bool has_row;
    GArray *marks; /* Row without text, by position */
    uint64_t mark; /* position of the newest; MODEL_END: none */
    GArray *jumps; /* uint64_t: positions to go back to */
    guint jump; /* where among them we are */
    GArray *lines; /* uint64_t: which row is on each line of the screen */
} LogState;

typedef struct SlowRow {
    uint64_t delta, pos; /* ns; position of the row */
} SlowRow;

/* The slowest rows so far, and how far the search for them got. */
typedef struct SlowState {
    GArray *rows; /* SlowRow, slowest first */
    unsigned generation; /* of the model's view that they are of */
    uint64_t next; /* position to go on from */
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
    uint64_t zoom_from, zoom_to; /* of the timeline, ns; equal: all of it */
    struct ScreenAt *screen; /* or NULL */
    int screen_stream; /* that it is of */
    struct Profiler *profiler; /* or NULL: nobody asked */
} Source;

typedef enum PromptKind {
    PROMPT_NONE,
    PROMPT_SEARCH,
    PROMPT_SEARCH_BACK,
    PROMPT_FILTER,
    PROMPT_JUMP,
    PROMPT_WRITE,
    PROMPT_OVERWRITE,
    PROMPT_STREAM,
} PromptKind;

typedef struct Search {
    GRegex *regex;
    bool highlight;
    int step; /* direction of the last / or ? */
    bool running;
    int running_step;
    uint64_t pos; /* to look at next */
    uint64_t start; /* where it began */
    bool wrapped;
    /* All matches, as far as they were counted. */
    GArray *hits; /* uint64_t, positions */
    const Source *hits_of;
    unsigned hits_generation; /* of the model's view that they are of */
    uint64_t hits_next; /* to look at next */
    bool hits_done;
} Search;

/* Whether the functions are shown. */
typedef enum ProfilePlace {
    PROFILE_AUTO, /* where there is room beside the log */
    PROFILE_SHOWN,
    PROFILE_HIDDEN,
} ProfilePlace;

/* Of which time. */
typedef enum ProfileOf {
    PROFILE_OF_LINE, /* before it, where that was long; else its phase */
    PROFILE_OF_PHASE,
    PROFILE_OF_MARK, /* from there to the cursor */
    PROFILE_OFS,
} ProfileOf;

/* How the copies are sorted. */
typedef enum CopySort {
    SORT_ORDER,
    SORT_SIZE,
    SORT_TIME,
    SORT_RATE,
    SORTS,
} CopySort;

/* What can be clicked in the line of hints. */
typedef struct HintArea {
    int x, width; /* cells */
    int action;
} HintArea;

#define HINTS_MAX 32

/* A list that covers the log: which of its rows is selected. */
typedef struct ListState {
    int selected, top;
} ListState;

typedef struct View {
    Settings settings;
    GPtrArray *sources; /* Source */
    guint current;
    PaneId focus;
    PaneId open; /* PANE_LOG, or what covers it */
    Box boxes[PANE_COUNT];
    Box status, hints;
    HintArea hint_areas[HINTS_MAX];
    int n_hints;
    bool too_small;
    ListState lists[PANE_COUNT];
    CopySort sort;
    ProfilePlace profile;
    ProfileOf profile_of;
    bool profile_total; /* sorted by the share with what was called */
    char *const *symbols; /* --symbols, or NULL */
    bool log_scale; /* of the timeline */
    int drag_from; /* cell where the mouse went down on the timeline; or -1 */
    int last_action;
    bool was_covered; /* an overlay was open before the last key */

    PromptKind prompt;
    GString *input;
    gsize input_at; /* byte that the cursor is on */
    struct History *history;
    int history_at; /* entries back; 0: what is being typed */
    char *typed; /* that, while an older entry is shown */
    bool write_range; /* from the mark to the cursor */
    char *write_path;
    char *message; /* NULL: the key hints */
    bool message_is_error;

    Search search;
    struct Writing *writing; /* a file being written, or NULL */
    bool working; /* the pane that has the keys is not complete yet */

    bool controls; /* lines show their control sequences */
    bool all_items; /* fw_cfg items under 64 KiB have a row each */

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

/* Which boot of the capture the row at @pos is in: 0, one more each reset. */
guint source_boot_at(const Source *s, uint64_t pos);
guint source_boots(const Source *s);

/* When a boot began, ns; its first milestone's position in @pos, or NULL. */
uint64_t source_boot_start(const Source *s, guint boot, uint64_t *pos);

/* Opens the log of a source anew; the first time @marks and so on are made. */
void source_begin(Source *s);
void source_free(gpointer source);

#endif
