/*
 * A capture in another form.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_EXPORT_EXPORT_H
#define VIEWER_EXPORT_EXPORT_H

#include "options.h"

/* The formats in their order, the default first; NULL behind the last. */
const ExportInfo *export_info(guint i);

/* The format of that name; NULL: there is none. */
const ExportInfo *export_info_by_name(const char *name);

/* A line for each format: name, extension, summary. */
void export_print_formats(FILE *out);

/*
 * Writes the capture @path, the newest one where it is NULL.  Says what is
 * wrong and returns the exit status.
 */
int export_capture(const char *path, const ExportOptions *options);

#endif
