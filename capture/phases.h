/*
 * The milestones of a boot, out of records and lines.
 *
 * Stock SeaBIOS and option ROMs give all of them: the rules stand in
 * docs/milestones.md.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_PHASES_H
#define CAPTURE_PHASES_H

#include "lines.h"
#include "reader.h"

typedef enum CaptureMilestone {
    CAPTURE_MS_START,         /* QEMU's process */
    CAPTURE_MS_RUN,           /* the vCPUs */
    CAPTURE_MS_BIOS_POST,     /* "SeaBIOS (version" */
    CAPTURE_MS_BIOS_INT19,    /* "enter handle_19" */
    CAPTURE_MS_BIOS_BOOT_OS,  /* "Booting from" */
    CAPTURE_MS_COPY_KERNEL,   /* first select of fw_cfg 0x11 */
    CAPTURE_MS_COPY_INITRD,   /* first select of fw_cfg 0x12 */
    CAPTURE_MS_LINUX_BOOT_OS, /* end of the last item for -kernel */
    CAPTURE_MS_RESET,         /* the guest was reset */
    CAPTURE_MS_SHUTDOWN,      /* shutdown request */
    CAPTURE_MS_STOP,          /* QEMU ended */
} CaptureMilestone;

typedef struct CapturePhase {
    CaptureMilestone milestone;
    const char *name;
    uint64_t time;  /* ns */
    uint64_t vtime; /* ns, or CAPTURE_NO_TIME */
    uint64_t pos;   /* of the record it comes from */
    guint boot;     /* 0, and one more after each reset */
    char detail[CAPTURE_NAME_MAX]; /* a shutdown's cause */
} CapturePhase;

typedef struct CapturePhases CapturePhases;

CapturePhases *capture_phases_new(void);
void capture_phases_free(CapturePhases *phases);

/* Takes any record; a SESSION record starts over. */
void capture_phases_record(CapturePhases *phases, const CaptureRecord *record);

/* Takes a line (a partial one as well; only its beginning is looked at). */
void capture_phases_line(CapturePhases *phases, const CaptureLine *line);

/* Milestones so far in the order they happened; good until the next feed. */
guint capture_phases_count(const CapturePhases *phases);
const CapturePhase *capture_phases_get(const CapturePhases *phases, guint i);

#endif
