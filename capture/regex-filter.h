/*
 * Cheap tests that a text must pass before a regular expression can match it.
 *
 * Matching costs a microsecond and several allocations, and most lines match
 * nothing.  Both tests may only say "no" if the expression does not match.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_REGEX_FILTER_H
#define CAPTURE_REGEX_FILTER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A text that is in every text that @pattern matches (Perl-like, compiled
 * without flags but G_REGEX_RAW); NULL if none is known.  The caller frees it.
 */
char *capture_regex_literal(const char *pattern);

/* False: @regex matches no text that begins with @first. */
bool capture_regex_may_begin(const GRegex *regex, uint8_t first);

#endif
