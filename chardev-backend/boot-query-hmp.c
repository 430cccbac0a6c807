/*
 * info boot-timestamps: what x-query-boot-timestamps tells, for people.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "monitor/hmp.h"
#include "monitor/monitor.h"

#include "boot-query.h"

#define NS_PER_S UINT64_C(1000000000)

/* Names come from files and command lines: no control bytes go out. */
static void print_escaped(Monitor *mon, const char *text)
{
    g_autofree char *escaped = g_strescape(text, NULL);

    monitor_puts(mon, escaped);
}

/* Cut and not rounded, as bootstamp prints them. */
static void print_seconds(Monitor *mon, int width, uint64_t ns)
{
    monitor_printf(mon, "%*" PRIu64 ".%06" PRIu64, width, ns / NS_PER_S,
                   ns % NS_PER_S / 1000);
}

static void print_head(Monitor *mon, const BootTimestamps *t)
{
    for (guint i = 0; i < t->chardevs->len; i++) {
        monitor_puts(mon, i ? ", " : "");
        print_escaped(mon, t->chardevs->pdata[i]);
    }
    monitor_puts(mon, ": ");
    print_escaped(mon, t->filename);
    monitor_puts(mon, "\n");
}

static void print_milestones(Monitor *mon, const CaptureBoot *boot)
{
    uint64_t before = 0;

    for (guint i = 0; i < boot->phases->len; i++) {
        const CaptureMilestone *p =
            &g_array_index(boot->phases, CaptureMilestone, i);

        uint64_t us = boot_since_start(boot, p->time) / 1000;

        monitor_printf(mon, "  %-24s", p->name);
        print_seconds(mon, 6, us * 1000);
        monitor_puts(mon, " s  +");
        print_seconds(mon, 0, (us - before) * 1000);
        monitor_puts(mon, "  ");
        print_escaped(mon, p->detail);
        monitor_puts(mon, p->source == CAPTURE_SOURCE_PROBE ? "probe\n" : "\n");
        before = us;
    }
    if (boot->dropped) {
        monitor_printf(mon, "  %" PRIu64 " more milestones\n", boot->dropped);
    }
}

static void print_copies(Monitor *mon, const CaptureBoot *boot)
{
    for (guint i = 0; i < boot->copies->len; i++) {
        const CaptureCopy *c = &g_array_index(boot->copies, CaptureCopy, i);

        monitor_puts(mon, "  fw_cfg ");
        print_escaped(mon, c->name);
        monitor_printf(mon, ": %" PRIu64 " bytes by %s in ", c->bytes,
                       capture_copy_method(c));
        print_seconds(mon, 0, c->active_ns);
        monitor_puts(mon, " s");
        if (c->running) {
            monitor_printf(mon, ", now at %u of %u", c->offset, c->size);
        }
        monitor_puts(mon, "\n");
    }
}

static void print_capture(Monitor *mon, const BootTimestamps *t)
{
    print_head(mon, t);
    if (t->error) {
        monitor_puts(mon, "  ");
        print_escaped(mon, t->error);
        monitor_puts(mon, "\n");
        return;
    }
    print_milestones(mon, t->boot);
    print_copies(mon, t->boot);
    if (t->lost_bytes || t->lost_events) {
        monitor_printf(mon,
                       "  lost: %" PRIu64 " bytes, %" PRIu64 " other records\n",
                       t->lost_bytes, t->lost_events);
    }
    if (!t->complete) {
        monitor_printf(mon,
                       "  %d%% of the capture was read, the rest is "
                       "being read now: ask again\n",
                       (int)(t->share * 100));
    }
}

void hmp_info_boot_timestamps(Monitor *mon, const QDict *qdict)
{
    Error *err = NULL;
    g_autoptr(GPtrArray) list =
        boot_query_now(qdict_get_try_str(qdict, "chardev"), &err);

    if (hmp_handle_error(mon, err)) {
        return;
    }
    if (!list->len) {
        monitor_puts(mon, "no timestamp chardev\n");
    }
    for (guint i = 0; i < list->len; i++) {
        print_capture(mon, list->pdata[i]);
    }
}
