/*
 * What is asked of a comparison and what it found, for the formats that print
 * it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_DIFF_DATA_H
#define VIEWER_REPORT_DIFF_DATA_H

#include "budget.h"
#include "compare.h"
#include "failed-boot.h"

/* Exit statuses, beside EXIT_SUCCESS (within) and EXIT_FAILURE (slower). */
#define EXIT_TROUBLE 2
#define EXIT_SKIP 125 /* git bisect run: this one cannot be tested */

/* What the exit status says of a comparison that cannot tell. */
typedef enum UndecidedIs {
    UNDECIDED_ITSELF,
    UNDECIDED_PASS,
    UNDECIDED_FAIL,
} UndecidedIs;

typedef struct DiffFormat DiffFormat;

typedef struct DiffOptions {
    const DiffFormat *format;
    ClockChoice clock;
    const char *until; /* a milestone, or NULL */
    double percent; /* allowed slowdown */
    double ignore_ms; /* changes smaller than this do not count */
    int lines; /* how many of each kind to show */
    bool controls; /* with their control sequences */
    bool paired;
    UndecidedIs undecided;
    bool bisect; /* exit statuses for git bisect run */
    GPtrArray *budgets; /* Budget *, or NULL: of B */
    const GPtrArray *failed; /* FailedBoot *, of ab; or NULL */
} DiffOptions;

/* Lines of a capture that are compared. */
#define DIFF_LINES_MAX 65536

typedef struct DiffSide {
    Sample *sample;
    GPtrArray *lines; /* DiffLine *, in the first capture's order */
    GHashTable *by_key; /* DiffLine.place -> DiffLine */
    GHashTable *counts; /* key -> occurrences in the capture being read */
    bool cut;
} DiffSide;

/* A milestone or copy that not all captures of both sides have. */
typedef struct Finding {
    MeasureKind kind;
    const char *name;
    guint a, b; /* captures that have it */
    bool bad; /* fewer of B than of A reach the milestone, more a panic */
    bool panic;
} Finding;

typedef struct Diff {
    DiffOptions opt;
    DiffSide a, b;
    GHashTable *ids; /* text of a line -> number, from 1 */
    GPtrArray *texts;
    GString *key;
    CompareRule rule;

    /* by diff_judge() */
    Verdict verdict;
    bool trouble; /* A lacks the milestone that was asked for, or any boot */
    GArray *measures; /* Change */
    GArray *findings; /* Finding */
    GArray *budgets; /* BudgetResult */
    guint slower, undecided, bad, boots;
    guint dropped; /* captures that do not have all records: keep= */

    /* by diff_print() */
    int status;
    GArray *lines; /* Change, by size */
    GPtrArray *only; /* char *: "- text" of A alone, "+ text" of B alone */
    guint unseen; /* lines of one side that the other may have dropped */
    guint lines_exact, lines_differ; /* of both sides, what the guest decided */
} Diff;

/* The formats: diff_NAME in a file format-NAME.c, in the listed order. */
#define DIFF_FORMATS(FORMAT)                                                   \
    FORMAT(text)                                                               \
    FORMAT(json)                                                               \
    FORMAT(markdown)                                                           \
    FORMAT(html)                                                               \
    FORMAT(junit)                                                              \
    FORMAT(openmetrics)                                                        \
    FORMAT(otlp)                                                               \
    FORMAT(github_benchmark)                                                   \
    FORMAT(bmf)

struct DiffFormat {
    const char *name;
    const char *summary;
    void (*print)(const Diff *d);
};

#define DECLARE_DIFF_FORMAT(name) extern const DiffFormat diff_##name;
DIFF_FORMATS(DECLARE_DIFF_FORMAT)
#undef DECLARE_DIFF_FORMAT

/* "within", "slower", "cannot tell" or "error". */
const char *diff_verdict_name(const Diff *d);

/* Why there is no verdict, as far as boots lack something; NULL: they do not. */
char *diff_no_verdict(const Diff *d);

/* Measures that the guest decides: how many differ, or are missing. */
guint diff_measures_differ(const Diff *d, guint *compared);

#endif
