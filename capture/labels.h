/*
 * Labels of a capture: what the one who made it wanted to know of it later,
 * "commit=abc".  They stand in the header, a line each.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_LABELS_H
#define CAPTURE_LABELS_H

#include <glib.h>
#include <stdbool.h>

/*
 * Appends "NAME=VALUE" to @labels (lines).  False, and @error (the caller
 * frees it): it is none, its name is there, or there is no room.
 */
bool capture_label_add(GString *labels, const char *text, char **error);

/* The value of @name in @labels, which the caller frees; NULL: not there. */
char *capture_label_get(const char *labels, const char *name);

#endif
