/*
 * Absolute limits: --budget 'Total<=1.2s'.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_BUDGET_H
#define VIEWER_REPORT_BUDGET_H

#include "sample.h"
#include "viewer/common/json-out.h"

/* Exit status: there is no verdict. */
#define EXIT_UNDECIDED 3

typedef struct Budget {
    char *text; /* as it was given */
    char *name; /* of a phase, "Total", or "copy of ITEM" */
    double quantile; /* 0.5 where none was named; 1: max */
    double limit; /* ns */
} Budget;

typedef enum BudgetVerdict {
    BUDGET_KEPT, /* every boot has it, and the value is in the limit */
    BUDGET_BROKEN,
    BUDGET_UNKNOWN, /* boots may have it among what was dropped: keep= */
} BudgetVerdict;

/* A budget beside what was measured. */
typedef struct BudgetResult {
    const Budget *budget;
    double value; /* ns; NAN: no boot has the measure */
    guint lacking; /* boots without it, of all */
    guint unseen; /* of these, whose records were dropped */
    BudgetVerdict verdict;
} BudgetResult;

/*
 * Parses "[p90 |p95 |p99 |max |median ]NAME<=TIME", TIME with ns, us, ms or s
 * behind it.  Returns NULL and sets @error (caller: g_free) otherwise.
 */
Budget *budget_parse(const char *text, char **error);
void budget_free(Budget *b);

/* All of @texts (NULL-ended, may be NULL): Budget *; NULL and @error set. */
GPtrArray *budgets_parse(char *const *texts, char **error);

/* A BudgetResult for each of @budgets (may be NULL). */
GArray *budgets_check(const GPtrArray *budgets, const Sample *s);
guint budgets_count(const GArray *results, BudgetVerdict verdict);

/* "kept", "broken" or "cannot tell". */
const char *budget_verdict_name(BudgetVerdict verdict);

/* " (2 boots without it, 1 of them with dropped records)", or nothing. */
void append_budget_lacking(GString *out, const BudgetResult *r);

/* The text report; nothing without budgets. */
void budgets_print(const GArray *results);

/* A member "budgets" of the object that is open. */
void budgets_put(JsonOut *j, const GArray *results);

#endif
