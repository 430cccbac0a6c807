/*
 * What the commands of bootstamp share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_COMMON_COMMON_H
#define VIEWER_COMMON_COMMON_H

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

#include "capture/lines.h"
#include "capture/reader.h"

#define EXIT_USAGE 2 /* beside stdlib's EXIT_SUCCESS and EXIT_FAILURE */

/* "bootstamp: WHAT: text" on standard error; returns EXIT_FAILURE. */
int fail(const char *what, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The same for a wrong command line, with a hint at --help: EXIT_USAGE. */
int usage_error(const char *command, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

/*
 * Is the user's phases.conf good, or not there?  Says on standard error what
 * is wrong with it, once; then only the patterns compiled in count.
 */
bool check_patterns(void);

/*
 * Parses argv with GOption: @entries (may be NULL), --help, and what is left
 * over in *@rest (caller: g_strfreev), at most @max_rest words; @args stands
 * for them in the help text.  With @max_rest -1 the first word that is no
 * option ends the options: the rest is another program's command line.
 * Returns false with *@status set when the command is over.
 */
bool parse_options(int argc, char **argv, const char *args, const char *summary,
                   const GOptionEntry *entries, int max_rest, char ***rest,
                   int *status);

/* Says of a *.bst that capture_refused() found why it is none to take. */
int fail_refused(const char *path);

/*
 * Opens the capture @path, or the newest one where it is NULL.  Says what is
 * wrong and returns NULL on failure.
 */
CaptureReader *open_capture(const char *path);

/*
 * A character that would turn, hide or break the text around it, or that a
 * terminal acts on.
 */
bool is_deceptive(gunichar c);

/*
 * Appends guest text so that no terminal acts on it: control bytes as ^X
 * (cat -v and less do), C1 and bytes that are no UTF-8 as <XX>, characters
 * that change direction or do not show as <U+XXXX>.  A tab stays where
 * @keep_tabs.  Printable UTF-8 is kept.
 */
void append_visible(GString *out, const char *text, size_t len, bool keep_tabs);

/*
 * A line's text, tabs kept; or its bytes with the control sequences, where
 * they were kept (capture_lines_keep_bytes()).
 */
void append_line_text(GString *out, const CaptureLine *line);

/*
 * Appends a quoted cell of a CSV file; no control byte is left in @text.  A
 * spreadsheet takes a cell that begins with one of = + - @ for a formula:
 * such text gets an apostrophe in front, as OWASP says ("CSV Injection").
 */
void append_csv_cell(GString *row, const char *text);

/* "POST code 0x29", and its name where phases.conf has one. */
void append_post_code(GString *out, uint8_t code);

/* Blanks up to @cells that @text (UTF-8 without control bytes) does not fill. */
void append_padded(GString *out, const char *text, int cells);

/* Cells that @text takes on a terminal: 2 for a wide character. */
int count_cells(const char *text);

/* The width in bytes of a printf() field for @text that is to take @cells. */
int field_width(const char *text, int cells);

/* Nanoseconds as seconds with @decimals (0 to 9), rounded down. */
void append_seconds(GString *out, uint64_t ns, int decimals);

/* The time since the row before, for whatever shows rows. */
typedef struct RowClock {
    uint64_t last; /* time of the row before, ns */
    bool any; /* there is one */
} RowClock;

typedef struct RowDelta {
    uint64_t ns; /* without its sign; since time 0 for the first row */
    bool back; /* threads take their stamps and places in no fixed order */
    bool first; /* there is no row before */
} RowDelta;

/* Goes on to a row of @time. */
RowDelta row_clock_next(RowClock *clock, uint64_t time);

/* How long the row was waited for, ns: 0 for the first, and for one back. */
uint64_t row_delta_wait(RowDelta delta);

/* "+0.000213" or "-0.000004". */
void append_delta(GString *out, RowDelta delta, int decimals);

/* "%" PRIu64, faster. */
void append_number(GString *out, uint64_t n);

/*
 * As g_string_append_printf(), faster: in @format are %u for a value in decimal
 * and %x in hexadecimal, with a digit in between that many digits at least.
 */
#define append_values(out, format, ...)                                        \
    append_values_of(out, format, (const uint64_t[]){ __VA_ARGS__ })
void append_values_of(GString *out, const char *format, const uint64_t *values);

/*
 * Room for @n bytes behind the end of @out, where they can be stored, and what
 * makes them part of it: @end is behind the last.
 */
char *begin_append(GString *out, size_t n);
void end_append(GString *out, char *end);

/* Stores @n in decimal at @to (NUMBER_MAX bytes at most); returns its end. */
#define NUMBER_MAX 20
char *store_number(char *to, uint64_t n);

/* 1234567 as "1.2 MB": powers of 1000, in no language but ours. */
char *format_bytes(uint64_t bytes);

/* Labels of the streams of a capture, learned from its STREAM records. */
typedef struct StreamNames {
    char label[CAPTURE_STREAMS_MAX][CAPTURE_NAME_MAX];
    char frontend[CAPTURE_STREAMS_MAX][CAPTURE_NAME_MAX];
    int count; /* highest stream seen, plus one */
} StreamNames;

void stream_names_feed(StreamNames *names, const CaptureRecord *record);

/* A tag that is never empty: the label made visible, or the number. */
char *stream_tag(const StreamNames *names, uint8_t stream);

/* What --clock asked for. */
typedef enum ClockChoice {
    CLOCK_ANY, /* nothing: the host's, where the capture has that */
    CLOCK_HOST,
    CLOCK_VIRTUAL,
    CLOCK_CPU, /* stats, diff, ab: time of vCPUs on a CPU */
} ClockChoice;

/* The value of --clock, which may be NULL; false: there is no such clock. */
bool parse_clock(const char *value, ClockChoice *choice);

/* The same where "cpu" is a choice too. */
bool parse_clock_or_cpu(const char *value, ClockChoice *choice);

/*
 * By which of its clocks a capture is to be read.  Says what is wrong and
 * returns false where it lacks the one that was asked for.
 */
bool choose_clock(const CaptureReader *r, ClockChoice choice,
                  bool *virtual_clock);

/*
 * For hash tables whose keys are 64 bits of a guest's or a file's choice: no
 * set of keys collides in every run.  g_int64_hash() is the low half.
 */
guint hash_u64(gconstpointer key);

#endif
