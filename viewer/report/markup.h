/*
 * Text in XML and HTML.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_MARKUP_H
#define VIEWER_REPORT_MARKUP_H

#include <glib.h>

/* Appends @text for XML and HTML: no markup, no character they forbid. */
void append_escaped(GString *out, const char *text);

#endif
