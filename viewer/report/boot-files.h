/*
 * The captures of a command line: files, and folders with folders in them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_BOOT_FILES_H
#define VIEWER_REPORT_BOOT_FILES_H

#include <glib.h>
#include <stdbool.h>

typedef struct BootFile {
    char *path; /* NULL: the newest capture */
    char *folder; /* below the folder that was named: "host1/2026-11-26"; "" */
} BootFile;

/* An array of BootFile * that frees them. */
GPtrArray *boot_files_new(void);

/*
 * Adds the capture @path, or all captures of a folder and of the folders in it,
 * in the order of their paths; NULL: the newest capture.  Folders that are
 * symbolic links are left out: they may lead back.  False: it has said what is
 * wrong.
 */
bool boot_files_add(GPtrArray *files, const char *path);

#endif
