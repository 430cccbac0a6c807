/*
 * What the monitor can ask of the captures that this QEMU writes: the
 * milestones of the boot and the fw_cfg items copied, while the guest runs.
 *
 * The answer comes out of the capture file, as that of `bootstamp phases`
 * does.  It is read by a thread of QEMU's pool, without the BQL, and each
 * question reads on where the one before stopped.  Nothing is read, and no
 * memory taken, while nobody asks.
 *
 * Nothing here knows of QMP's types: boot-query-module.c makes them by hand
 * where QEMU has no schema for them (docs/qmp.md has it).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef BOOTSTAMP_BOOT_QUERY_H
#define BOOTSTAMP_BOOT_QUERY_H

#include "qemu-compat.h"
#include "qemu/coroutine.h"
#include "capture/scan.h"

typedef struct BootScan BootScan;

/* One capture, as of when the question came. */
typedef struct BootTimestamps {
    char *filename;
    GPtrArray *chardevs; /* char *: ids of its streams, in their order */
    CaptureBoot *boot;
    char *error; /* NULL, or why nothing is known */
    bool complete; /* all that was written when the question came */
    double share; /* of that read so far, 0 to 1 */
    uint64_t now_ns; /* since the capture's start */
    uint64_t lost_bytes;
    uint64_t lost_events;

    BootScan *scan; /* boot-query.c's own, as is: */
    uint64_t end;
} BootTimestamps;

/*
 * All captures, or the one of chardev @id (NULL: all), read up to now: an
 * array of BootTimestamps, which the caller unrefs.  Returns NULL and sets
 * @errp where @id is no timestamp chardev or its capture cannot be read, and
 * when QEMU ends meanwhile.  Yields, with the guest running: to be called in
 * the main thread.
 */
GPtrArray *coroutine_fn boot_query_co(const char *id, Error **errp);

/*
 * The same with the BQL held and without waiting, for HMP: reads no more than
 * a few milliseconds' worth.  Where that is not all, reading goes on by
 * itself, and the next question finds more.
 */
GPtrArray *boot_query_now(const char *id, Error **errp);

/* A time of the capture as one since the session's start, ns. */
uint64_t boot_since_start(const CaptureBoot *boot, uint64_t time);

#ifdef BOOTSTAMP_LOADABLE
/* HMP's `info boot-timestamps [ID]`, boot-query-hmp.c */
void hmp_info_boot_timestamps(Monitor *mon, const QDict *qdict);
#endif

#endif
