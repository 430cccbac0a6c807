/*
 * A boot that did not count, for the formats that tell of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_FAILED_BOOT_H
#define VIEWER_REPORT_FAILED_BOOT_H

#include "viewer/common/json-out.h"

typedef struct FailedBoot {
    char *capture; /* where it is now, or would be */
    char *kind; /* in a word or two: "timeout", "silent" */
    char *message; /* in a line */
    char *details; /* what is known of it, in lines; NULL: nothing */
} FailedBoot;

/* Copies all four; the caller frees by failed_boot_free(). */
FailedBoot *failed_boot_new(const char *capture, const char *kind,
                            const char *message, const char *details);
void failed_boot_free(FailedBoot *f);

/* A member "failed" of the object that is open; nothing for NULL. */
void failed_boots_put(JsonOut *j, const GPtrArray *failed);

#endif
