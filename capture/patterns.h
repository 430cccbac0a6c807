/*
 * What a milestone looks like: capture/phases.conf, compiled in, and
 * the user's own file.  docs/phases-conf.md describes the format.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_PATTERNS_H
#define CAPTURE_PATTERNS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "format.h"
#include "milestone-ids.h"

/* The beginning of a line that patterns see: guest bytes cost no more. */
#define CAPTURE_PATTERN_LINE_MAX 256

/* Limits of a file. */
#define CAPTURE_PATTERNS_MAX 256 /* milestones */
#define CAPTURE_PATTERN_RULES_MAX 64 /* of a milestone */
#define CAPTURE_PATTERN_TEXT_MAX 512 /* bytes of a line of the file */

typedef enum CaptureRuleKind {
    CAPTURE_RULE_BEGINS, /* a line begins with @text */
    CAPTURE_RULE_CONTAINS, /* @text is in a line */
    CAPTURE_RULE_MATCHES, /* a line matches @regex */
    CAPTURE_RULE_ITEM, /* the fw_cfg item named @text is selected */
    CAPTURE_RULE_KEY, /* the fw_cfg item with key @number is selected */
    CAPTURE_RULE_MARK, /* a probe with id @number is written */
    CAPTURE_RULE_POST, /* the POST code @number is written */
    CAPTURE_RULE_FAILED, /* a line begins with @text: the attempt failed */
} CaptureRuleKind;

typedef struct CaptureRule {
    CaptureRuleKind kind;
    char *text;
    size_t len; /* of @text */
    GRegex *regex;
    char *needed; /* a text that is in all that @regex matches, or NULL */
    char *stream; /* the stream's label, or NULL: any */
    uint16_t number;
} CaptureRule;

typedef struct CapturePattern {
    char *name;
    bool last; /* the last occurrence counts, not the first */
    bool hidden; /* only there for others' after and unless */
    bool again; /* each occurrence is a row */
    bool stage; /* a part of the milestone before it, and no row beside it */
    bool idle; /* what it is found by is no sign that a boot goes on */
    char *attempts; /* each occurrence is an attempt; what failed ones are
                       called; or NULL */
    CaptureGroup group; /* what runs from it on */
    GArray *rules; /* CaptureRule: one is enough */
    GPtrArray *after; /* char *: milestones that must have been */
    GPtrArray *unless; /* char *: milestones that must not have been */
} CapturePattern;

typedef struct CapturePatterns CapturePatterns;

#define CAPTURE_PATTERNS_ERROR (capture_patterns_error_quark())
GQuark capture_patterns_error_quark(void);

CapturePatterns *capture_patterns_new(void);
CapturePatterns *capture_patterns_ref(CapturePatterns *p);
void capture_patterns_unref(CapturePatterns *p);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapturePatterns, capture_patterns_unref)

/*
 * Adds the text of a file.  A milestone or probe that is there already is
 * replaced by what a later file says of it.  Returns false and sets @error,
 * which begins with "NAME:LINE: "; then nothing of the text was taken.
 */
bool capture_patterns_add(CapturePatterns *p, const char *text,
                          const char *name, GError **error);

/* What is compiled in, and then the user's file, where there is one. */
CapturePatterns *capture_patterns_load(const char *user_file, GError **error);

/* $XDG_CONFIG_HOME/bootstamp/phases.conf; the caller frees it. */
char *capture_patterns_user_file(void);

/*
 * The same for that file, read once for the process; never NULL.  When it
 * has an error, @error is set at each call and only what is compiled in
 * counts.  The process owns it.
 */
CapturePatterns *capture_patterns_default(GError **error);

guint capture_patterns_count(const CapturePatterns *p);
const CapturePattern *capture_patterns_get(const CapturePatterns *p, guint i);

/* The name of a probe number (0 to 63, without the kind's bits), or NULL. */
const char *capture_patterns_probe(const CapturePatterns *p, unsigned number);

/* A milestone that a line may show. */
typedef struct CaptureCandidate {
    guint pattern; /* its index */
    uint64_t rules; /* a bit for each of its rules that may match */
} CaptureCandidate;

G_STATIC_ASSERT(CAPTURE_PATTERN_RULES_MAX <= 64);

/*
 * The milestones that a line which begins with the byte @first may show:
 * CaptureCandidate in the order of the patterns.  @p owns the array.  Threads
 * may share @p.
 */
const GArray *capture_patterns_candidates(CapturePatterns *p, uint8_t first);

/* The name of a POST code, or NULL. */
const char *capture_patterns_post(const CapturePatterns *p, uint8_t code);

/*
 * Does a line of @stream begin so?  @text are guest bytes.  Of rules for
 * lines only; the others never match.  Sets *@end (unless it is NULL) to where
 * what matched ends in @text.
 */
bool capture_rule_matches(const CaptureRule *rule, const char *text, size_t len,
                          const char *stream, size_t *end);

#endif
