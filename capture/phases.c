/*
 * The milestones of a boot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "copies.h"
#include "phases.h"

struct CapturePhases {
    GArray *rows; /* CapturePhase, by time */
    guint boot;
    bool ran;     /* the vCPUs ran: a reset is the guest's from now on */
};

static const char *const names[] = {
    [CAPTURE_MS_START] = "Start",
    [CAPTURE_MS_RUN] = "Run",
    [CAPTURE_MS_BIOS_POST] = "BIOS post",
    [CAPTURE_MS_BIOS_INT19] = "BIOS int 19",
    [CAPTURE_MS_BIOS_BOOT_OS] = "BIOS boot OS",
    [CAPTURE_MS_COPY_KERNEL] = "LinuxBoot copy kernel",
    [CAPTURE_MS_COPY_INITRD] = "LinuxBoot copy initrd",
    [CAPTURE_MS_LINUX_BOOT_OS] = "LinuxBoot boot OS",
    [CAPTURE_MS_RESET] = "Reset",
    [CAPTURE_MS_SHUTDOWN] = "Shutdown request",
    [CAPTURE_MS_STOP] = "Stop",
};

/* What SeaBIOS prints: src/post.c, src/boot.c (dprintf levels 1 and 3). */
static const struct {
    const char *prefix;
    CaptureMilestone milestone;
} patterns[] = {
    { "SeaBIOS (version", CAPTURE_MS_BIOS_POST },
    { "enter handle_19", CAPTURE_MS_BIOS_INT19 },
    { "Booting from", CAPTURE_MS_BIOS_BOOT_OS },
};

CapturePhases *capture_phases_new(void)
{
    CapturePhases *p = g_new0(CapturePhases, 1);

    p->rows = g_array_new(FALSE, TRUE, sizeof(CapturePhase));
    return p;
}

void capture_phases_free(CapturePhases *p)
{
    if (p) {
        g_array_unref(p->rows);
        g_free(p);
    }
}

static CapturePhase *find(CapturePhases *p, CaptureMilestone milestone)
{
    for (guint i = p->rows->len; i > 0; i--) {
        CapturePhase *row = &g_array_index(p->rows, CapturePhase, i - 1);

        if (row->boot == p->boot && row->milestone == milestone) {
            return row;
        }
    }
    return NULL;
}

static void insert(CapturePhases *p, CaptureMilestone milestone,
                   uint64_t time, uint64_t vtime, uint64_t pos,
                   const char *detail)
{
    guint at = p->rows->len;
    CapturePhase row = {
        .milestone = milestone,
        .name = names[milestone],
        .time = time,
        .vtime = vtime,
        .pos = pos,
        .boot = p->boot,
    };

    g_strlcpy(row.detail, detail, sizeof(row.detail));
    while (at > 0 &&
           g_array_index(p->rows, CapturePhase, at - 1).time > time) {
        at--;
    }
    g_array_insert_val(p->rows, at, row);
}

static void first_time(CapturePhases *p, CaptureMilestone milestone,
                       const CaptureRecord *rec, const char *detail)
{
    if (!find(p, milestone)) {
        insert(p, milestone, rec->time, rec->vtime, rec->pos, detail);
    }
}

static void latest_time(CapturePhases *p, CaptureMilestone milestone,
                        const CaptureRecord *rec)
{
    CapturePhase *row = find(p, milestone);

    if (row) {
        g_array_remove_index(p->rows,
                             row - &g_array_index(p->rows, CapturePhase, 0));
    }
    insert(p, milestone, rec->time, rec->vtime, rec->pos, "");
}

static void take_reset(CapturePhases *p, const CaptureRecord *rec)
{
    /* Machine creation resets too, before anything ran. */
    if (p->ran) {
        p->boot++;
        first_time(p, CAPTURE_MS_RESET, rec, rec->u.vm.detail);
    }
}

static void take_vm(CapturePhases *p, const CaptureRecord *rec)
{
    switch (rec->u.vm.event) {
    case CAPTURE_VM_START:
        first_time(p, CAPTURE_MS_START, rec, "");
        break;
    case CAPTURE_VM_RUN:
        if (!p->ran) {
            p->ran = true;
            first_time(p, CAPTURE_MS_RUN, rec, "");
        }
        break;
    case CAPTURE_VM_RESET:
        take_reset(p, rec);
        break;
    case CAPTURE_VM_SHUTDOWN:
        first_time(p, CAPTURE_MS_SHUTDOWN, rec, rec->u.vm.detail);
        break;
    case CAPTURE_VM_STOP:
        first_time(p, CAPTURE_MS_STOP, rec, rec->u.vm.detail);
        break;
    default:
        break;
    }
}

/* The option ROM hands over when its last item is in place. */
static void take_copy_end(CapturePhases *p, const CaptureRecord *rec,
                          uint16_t key)
{
    if (capture_copy_is_kernel_item(key)) {
        latest_time(p, CAPTURE_MS_LINUX_BOOT_OS, rec);
    }
}

void capture_phases_record(CapturePhases *p, const CaptureRecord *rec)
{
    switch (rec->kind) {
    case CAPTURE_SESSION:
        g_array_set_size(p->rows, 0);
        p->boot = 0;
        p->ran = false;
        break;
    case CAPTURE_VM:
        take_vm(p, rec);
        break;
    case CAPTURE_SELECT:
        if (rec->u.select.key == FWCFG_KERNEL_DATA) {
            first_time(p, CAPTURE_MS_COPY_KERNEL, rec, "");
        } else if (rec->u.select.key == FWCFG_INITRD_DATA) {
            first_time(p, CAPTURE_MS_COPY_INITRD, rec, "");
        }
        break;
    case CAPTURE_PIO:
        if (!rec->u.pio.late) {
            take_copy_end(p, rec, rec->u.pio.key);
        }
        break;
    case CAPTURE_DMA_END:
        take_copy_end(p, rec, rec->u.dma_end.key);
        break;
    default:
        break;
    }
}

void capture_phases_line(CapturePhases *p, const CaptureLine *line)
{
    CaptureRecord rec = {
        .time = line->time,
        .vtime = line->vtime,
        .pos = line->pos,
    };

    if (line->continued) {
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
        size_t len = strlen(patterns[i].prefix);

        if (line->len >= len && !memcmp(line->text, patterns[i].prefix, len)) {
            first_time(p, patterns[i].milestone, &rec, "");
        }
    }
}

guint capture_phases_count(const CapturePhases *p)
{
    return p->rows->len;
}

const CapturePhase *capture_phases_get(const CapturePhases *p, guint i)
{
    return i < p->rows->len ? &g_array_index(p->rows, CapturePhase, i) : NULL;
}
