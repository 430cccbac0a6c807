/*
 * The viewer's state, and what a pane is.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_PANE_H
#define VIEWER_SCREEN_PANE_H

#include "settings.h"
#include "keys.h"
#include "model.h"
#include "text.h"

typedef enum PaneId {
    PANE_LOG,
    PANE_COPIES,
    PANE_TIMELINE,
    PANE_SLOWEST, /* these two take the log's place while they are open */
    PANE_HELP,
    PANE_COUNT,
} PaneId;

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

typedef struct PaneOps {
    /* Draws into @box; @focus: it has the keys. */
    void (*draw)(View *v, const Box *box, bool focus);
    /* False: the action is not for this pane. */
    bool (*act)(View *v, Action action);
    /* A click; @y and @x count from the box' corner. */
    void (*click)(View *v, const Box *box, int y, int x);
    /* The wheel, in rows. */
    void (*wheel)(View *v, int rows);
} PaneOps;

extern const PaneOps pane_log, pane_copies, pane_timeline, pane_slowest,
    pane_help;

Source *view_source(const View *v);

/* Shows a message until the next key. */
void view_say(View *v, const char *format, ...) G_GNUC_PRINTF(2, 3);
void view_complain(View *v, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* A deadline for model_find() within a drawing. */
int64_t view_deadline(void);

/* A pane's title line over @box; returns the cells used. */
int put_title(const Box *box, const char *title, bool focus);

/* Moves @selected by @action in a list; false: it is another action. */
bool list_move(Action action, int rows, int page, int *selected);

/* Sees to it that @selected is among the @page rows from *@top on. */
void list_scroll(int selected, int rows, int page, int *top);

/* ------------------------------------------------------------------ */
/* Log                                                                 */

/* Puts the cursor on the row at @pos, or on the next one in @step. */
void log_goto(View *v, uint64_t pos, int step);

/* The same for a time, ns. */
void log_goto_time(View *v, uint64_t time);

void log_follow(View *v);

/* Finds the cursor's row again after anything changed. */
void log_settle(View *v);

void log_set_mark(View *v);

/* To the milestone before (-1) or after (1) the cursor. */
void log_goto_milestone(View *v, int step);

/* "1.234567", or whatever the time column shows for @row. */
void log_append_time(GString *out, const Source *s, TimeMode mode,
                     const Row *row, uint64_t delta, int decimals);

/* ------------------------------------------------------------------ */
/* The others                                                          */

/* Goes on looking for slow rows until @deadline; true: there is more. */
bool slowest_work(View *v, int64_t deadline);
void slowest_clear(SlowState *slow);

/* Draws the status line and the one with hints, prompt or message. */
void status_draw(View *v);

/* What the copies pane says in a line: "kernel 43%, ..."; NULL: nothing. */
char *copies_summary(View *v);

/* How long the capture runs or ran, ns. */
uint64_t source_elapsed(const Source *s);

#endif
