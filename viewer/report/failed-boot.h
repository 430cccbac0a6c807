/*
 * A boot that did not count, for the formats that tell of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_FAILED_BOOT_H
#define VIEWER_REPORT_FAILED_BOOT_H

#include "viewer/common/json-out.h"

/* What is known of a boot that hangs. */
typedef struct HangEvidence {
    char *milestone; /* the last one, or NULL */
    uint64_t milestone_ns;
    uint64_t activity_ns; /* of the last byte, copy or disk read */
    GPtrArray *lines; /* char *: time, text: the last ones */
    char *state; /* QEMU's, "running"; NULL: it did not answer */
    char *registers; /* of all vCPUs, as QEMU prints them; NULL: the same */
} HangEvidence;

typedef struct FailedBoot {
    char *capture; /* where it is now, or would be */
    char *kind; /* in a word or two: "timeout", "silent" */
    char *message; /* in a line */
    HangEvidence *evidence; /* NULL: it does not hang */
} FailedBoot;

HangEvidence *hang_evidence_new(void);
void hang_evidence_free(HangEvidence *e);

/* Copies the strings and takes @evidence; free it by failed_boot_free(). */
FailedBoot *failed_boot_new(const char *capture, const char *kind,
                            const char *message, HangEvidence *evidence);
void failed_boot_free(FailedBoot *f);

/* The evidence in lines, made visible; "" where there is none. */
char *failed_boot_details(const FailedBoot *f);

/* A member "failed" of the object that is open; nothing for NULL. */
void failed_boots_put(JsonOut *j, const GPtrArray *failed);

#endif
