/*
 * One boot, watched from outside, and where its capture goes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_RUN_BOOT_H
#define VIEWER_RUN_BOOT_H

#include <glib.h>
#include <stdbool.h>

#include "start.h"

/* When a boot ends, and when it does not count. */
typedef struct BootRules {
    double timeout; /* seconds; 0: none */
    double silence; /* seconds without a byte, copy or disk read; 0: any */
    const char *until; /* a milestone's name, or a regular expression; NULL */
    GRegex *regex; /* of @until, where that is no milestone */
    GPtrArray *failed; /* FailedBoot *: of all boots so far */
} BootRules;

typedef enum BootResult {
    BOOT_GOOD,
    BOOT_FAILED, /* it has said why; the capture is put aside */
    BOOT_INTERRUPTED, /* somebody stops us; the capture is put aside */
} BootResult;

/* False: @until is neither; @error (caller: g_free) says why. */
bool boot_rules_init(BootRules *rules, const char *until, double timeout,
                     double silence, char **error);
void boot_rules_clear(BootRules *rules);

/* Boots once, with the capture at @path. */
BootResult boot_once(const QemuStart *qemu, const BootRules *rules,
                     const char *path);

/* A capture that does not count gets a name that no folder is read for. */
void boot_put_aside(const char *path);

/*
 * The folder @wanted, which must hold no capture, or a new one (NULL).  The
 * caller frees the name; NULL: it has said why not.
 */
char *boot_folder(const char *wanted);

/* From now on Ctrl-C and the like end the boot, and not this program. */
void boot_catch_signals(void);

/* The signal that came, or 0. */
int boot_stop_signal(void);

#endif
