/*
 * Is B slower than A?  Three verdicts on a measure, and on many at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_COMPARE_H
#define VIEWER_REPORT_COMPARE_H

#include "ranks.h"
#include "sample.h"

/* In the order of what a gate makes of many: the worst counts. */
typedef enum Verdict {
    VERDICT_WITHIN, /* the interval ends below the threshold */
    VERDICT_UNDECIDED, /* it reaches over it, and slower is not shown */
    VERDICT_SLOWER, /* by more than chance, and more than the threshold */
} Verdict;

/* "within", "cannot tell" or "slower". */
const char *verdict_name(Verdict verdict);

/* What is asked of all measures. */
typedef struct CompareRule {
    double percent, ignore_ns; /* a slowdown has to exceed both */
    double error; /* chance of a wrong "slower", and of a wrong "within" */
    bool paired; /* capture i of A belongs to capture i of B */
    guint rounds; /* of permute_correct() */
    bool exact; /* times are counts of instructions: no chance in them */
} CompareRule;

/* One measure, or one line, of both sides. */
typedef struct Change {
    const char *kind, *name;
    StatsSummary a, b; /* for pairs: of those that are whole */
    RankTest test;
    double shift; /* ns, as the test's; exact: of the medians */
    double percent, low_percent, high_percent; /* of A's median; may be NAN */
    double threshold; /* ns */
    double p; /* one-sided, corrected for all measures; NAN: no test */
    double *values; /* of A, then of B; or differences of pairs; see clear */
    guint n_a, n_b; /* how many; @n_b is 0 for pairs */
    Verdict verdict;
    guint boots; /* that would probably tell, a side; 0: no number would */
    bool outside; /* QEMU's main loop decided: does not count */
    bool still; /* all boots of both sides are nearer than the threshold */
    bool ignored; /* and nearer than what is ignored */
} Change;

/*
 * Four in a hundred, so that a thousand comparisons of equal boots stay under
 * fifty alarms whatever luck adds (a deviation of 6).
 */
#define COMPARE_ERROR 0.04

/* Two sets of values (double, ns); verdicts are compare_judge()'s. */
void compare_values(Change *c, const GArray *a, const GArray *b,
                    const CompareRule *rule);

/* The same for a measure of each side, in pairs where @rule says so. */
void compare_measures(Change *c, const Measure *a, const Measure *b,
                      const CompareRule *rule);

/* An array of Change that frees what they hold. */
GArray *changes_new(void);

/*
 * Corrects p for all @changes (Change) and gives the verdicts: by
 * permute_correct() where every boot has all measures, else by Holm's method.
 */
void compare_judge(GArray *changes, const CompareRule *rule);

#endif
