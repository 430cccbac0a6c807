/*
 * A capture, watched while it is written: has --until come, is the guest
 * silent, and what does it hang in?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_RUN_WATCH_H
#define VIEWER_RUN_WATCH_H

#include <glib.h>
#include <stdbool.h>

#include "qmp.h"
#include "viewer/report/report.h"

typedef struct Watch Watch;

/*
 * Of the capture @path, which need not be there yet.  @until is a milestone,
 * unless @regex is its pattern for a line; NULL: none.
 */
Watch *watch_new(const char *path, const char *until, GRegex *regex);
void watch_free(Watch *w);

/* Reads what is new. */
void watch_look(Watch *w);

/* --until has come, and will not move any more. */
bool watch_reached(const Watch *w);

/* The same of a capture that has ended. */
bool watch_came(const Watch *w);

/*
 * When the last byte, copy, probe or disk read was seen: us, of
 * g_get_monotonic_time(); 0: none.
 */
gint64 watch_active(const Watch *w);

/* What a guest hangs in. */
typedef enum HangKind {
    HANG_NEVER_RAN, /* its vCPUs never ran */
    HANG_SILENT,
    HANG_PANIC, /* it said so */
    HANG_RESET_LOOP, /* three resets or more */
    HANG_WAITING, /* the last line is a prompt */
    HANG_RUNNING, /* none of these: it was slow, and at work */
} HangKind;

typedef struct Hang {
    HangKind kind;
    HangEvidence *evidence; /* NULL: it does not hang */
} Hang;

/* "never ran", "silent" and so on. */
const char *hang_kind_name(HangKind kind);

/* The exit status of run: even, as isa-debug-exit of a guest cannot be. */
int hang_exit_status(HangKind kind);

/* Gathers what is known, and asks QEMU (@qmp may be NULL). */
void hang_look(Hang *hang, const Watch *w, Qmp *qmp);

#endif
