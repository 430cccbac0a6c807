/*
 * QEMU's own start in stages.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "capture/kinds.h"
#include "phase-times.h"
#include "start-table.h"
#include "viewer/common/common.h"

static bool is_stage(CaptureVmEvent event)
{
    switch (event) {
    case CAPTURE_VM_START:
    case CAPTURE_VM_LOADED:
    case CAPTURE_VM_OPTIONS:
    case CAPTURE_VM_OPENED:
    case CAPTURE_VM_READY:
    case CAPTURE_VM_RUN:
        return true;
    case CAPTURE_VM_PAUSE:
    case CAPTURE_VM_RESET:
    case CAPTURE_VM_POWERDOWN:
    case CAPTURE_VM_SHUTDOWN:
    case CAPTURE_VM_SUSPEND:
    case CAPTURE_VM_WAKEUP:
    case CAPTURE_VM_STOP:
        break;
    }
    return false;
}

static void insert(StartStages *s, CaptureVmEvent event, uint64_t time)
{
    guint at = s->count;

    while (at > 0 && s->stages[at - 1].time > time) {
        s->stages[at] = s->stages[at - 1];
        at--;
    }
    s->stages[at] = (StartStage){ event, time };
    s->count++;
}

void start_stages_feed(StartStages *s, const CaptureRecord *rec)
{
    if (rec->kind == CAPTURE_SESSION) {
        memset(s, 0, sizeof(*s));
    } else if (rec->kind == CAPTURE_VM && is_stage(rec->u.vm.event) &&
               !s->ran && s->count < START_STAGES_MAX) {
        insert(s, rec->u.vm.event, rec->time);
        s->ran = rec->u.vm.event == CAPTURE_VM_RUN;
    }
}

void print_start_stages(const StartStages *s, uint64_t zero)
{
    uint64_t before = zero;

    if (!s->count) {
        return;
    }
    printf("\n%-24s %12s %12s\n", "QEMU's start", "Time (s)", "Delta (s)");
    for (guint i = 0; i < s->count; i++) {
        const StartStage *stage = &s->stages[i];
        g_autoptr(GString) line = g_string_new(NULL);

        g_string_append_printf(line, "%-24s", capture_vm_text(stage->event));
        g_string_append_c(line, ' ');
        append_seconds_column(line,
                              stage->time / 1000 * 1000 - zero / 1000 * 1000);
        g_string_append_c(line, ' ');
        append_seconds_column(line,
                              stage->time / 1000 * 1000 - before / 1000 * 1000);
        puts(line->str);
        before = stage->time;
    }
}
