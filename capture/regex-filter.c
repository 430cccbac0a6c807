/*
 * Cheap tests before a regular expression.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "regex-filter.h"

/* Shorter ones are in most lines. */
#define LITERAL_MIN 2

typedef struct Scan {
    const char *at;
    GString *now; /* literal characters that follow each other */
    GString *best; /* the longest of them so far */
    int depth; /* of groups */
    bool unclear; /* the pattern has something that is not understood here */
} Scan;

static void end_literal(Scan *s)
{
    if (s->now->len > s->best->len) {
        g_string_assign(s->best, s->now->str);
    }
    g_string_truncate(s->now, 0);
}

/* What stands in a group may be optional or one of several. */
static void add_literal(Scan *s, char c)
{
    if (!s->depth) {
        g_string_append_c(s->now, c);
    }
}

/* The character before it may be missing. */
static void end_optional(Scan *s)
{
    if (s->now->len) {
        g_string_truncate(s->now, s->now->len - 1);
    }
    end_literal(s);
}

/* "{2,3}"; what is no such thing is a text, and skipped as well. */
static void skip_braces(Scan *s)
{
    const char *end = strchr(s->at, '}');

    end_optional(s);
    s->unclear |= !end;
    s->at = end ? end + 1 : s->at;
}

/* "\." is a point; of letters only those for kinds of characters are known. */
static void take_escape(Scan *s)
{
    char c = *s->at;

    if (c && !g_ascii_isalnum(c)) {
        add_literal(s, c);
    } else {
        s->unclear |= !c || !strchr("dDwWsSbB", c);
        end_literal(s);
    }
    s->at += c != '\0';
}

/* "[^]a[:digit:]\]]" */
static void skip_class(Scan *s)
{
    end_literal(s);
    s->at += *s->at == '^';
    s->at += *s->at == ']';
    while (*s->at && *s->at != ']') {
        const char *end = NULL;

        if (*s->at == '[' && strchr(":.=", s->at[1])) {
            end = s->at[1] ? strstr(s->at + 2, "]") : NULL;
            s->unclear |= !end || end[-1] != s->at[1];
        } else if (*s->at == '\\') {
            s->unclear |=
                g_ascii_isalnum(s->at[1]) && !strchr("dDwWsS", s->at[1]);
            end = s->at[1] ? s->at + 1 : NULL;
        }
        s->at = end ? end + 1 : s->at + 1;
    }
    s->unclear |= !*s->at;
    s->at += *s->at != '\0';
}

/* "(", "(?:", "(?=", "(?!"; others may change what all the rest means. */
static void begin_group(Scan *s)
{
    end_literal(s);
    s->depth++;
    if (*s->at == '?') {
        s->unclear |= !s->at[1] || !strchr(":=!", s->at[1]);
        s->at += s->at[1] ? 2 : 1;
    } else {
        s->unclear |= *s->at == '*';
    }
}

static void take_character(Scan *s)
{
    char c = *s->at++;

    switch (c) {
    case '\\':
        take_escape(s);
        break;
    case '[':
        skip_class(s);
        break;
    case '(':
        begin_group(s);
        break;
    case ')':
        end_literal(s);
        s->unclear |= --s->depth < 0;
        break;
    case '|':
        s->unclear |= !s->depth;
        break;
    case '?':
    case '*':
        end_optional(s);
        break;
    case '{':
        skip_braces(s);
        break;
    case '+':
    case '.':
    case '^':
    case '$':
        end_literal(s);
        break;
    default:
        add_literal(s, c);
        break;
    }
}

char *capture_regex_literal(const char *pattern)
{
    g_autoptr(GString) now = g_string_new(NULL);
    GString *best = g_string_new(NULL);
    Scan s = { .at = pattern, .now = now, .best = best };

    while (*s.at && !s.unclear) {
        take_character(&s);
    }
    end_literal(&s);
    s.unclear |= s.depth != 0 || best->len < LITERAL_MIN;
    return g_string_free(best, s.unclear);
}

/*
 * If the expression can match at the begin only, it is tried on that one
 * character: unless it fails before it wants to see the next one, that is a
 * partial match.
 */
bool capture_regex_may_begin(const GRegex *regex, uint8_t first)
{
    const char text[] = { (char)first };
    g_autoptr(GError) error = NULL;
    GMatchInfo *info = NULL;
    bool may;

    if (!(g_regex_get_compile_flags(regex) & G_REGEX_ANCHORED)) {
        return true;
    }
    may = g_regex_match_full(regex, text, 1, 0, G_REGEX_MATCH_PARTIAL_HARD,
                             &info, &error) ||
          error || g_match_info_is_partial_match(info);
    g_match_info_free(info);
    return may;
}
