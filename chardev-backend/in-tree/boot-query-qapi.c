/*
 * x-query-boot-timestamps, by QEMU's schema: qapi/boot-timestamps.json.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qapi/qapi-commands-boot-timestamps.h"

#include "boot-query.h"

#define NS_PER_S 1000000000

static BootMilestone *milestone(const CaptureBoot *boot,
                                const CaptureMilestone *p)
{
    static const BootMilestoneSource sources[] = {
        [CAPTURE_SOURCE_EVENT] = BOOT_MILESTONE_SOURCE_EVENT,
        [CAPTURE_SOURCE_LOG] = BOOT_MILESTONE_SOURCE_LOG,
        [CAPTURE_SOURCE_PROBE] = BOOT_MILESTONE_SOURCE_PROBE,
    };
    BootMilestone *m = g_new0(BootMilestone, 1);

    m->name = g_strdup(p->name);
    m->boot = p->boot;
    m->time_ns = boot_since_start(boot, p->time);
    m->has_virtual_ns = p->vtime != CAPTURE_NO_TIME;
    m->virtual_ns = m->has_virtual_ns ? p->vtime : 0;
    m->source = sources[p->source];
    m->detail = p->detail[0] ? g_strdup(p->detail) : NULL;
    BOOTSTAMP_SET_HAS_STRING(m, detail);
    return m;
}

static BootFwCfgItem *fw_cfg_item(const CaptureBoot *boot, const CaptureCopy *c)
{
    BootFwCfgItem *item = g_new0(BootFwCfgItem, 1);

    item->key = c->key;
    item->name = g_strdup(c->name);
    item->size = c->size;
    item->copied = c->bytes;
    item->offset = c->offset;
    item->running = c->running;
    item->interface = c->pio && c->dma ? BOOT_FW_CFG_INTERFACE_BOTH
                      : c->dma         ? BOOT_FW_CFG_INTERFACE_DMA
                                       : BOOT_FW_CFG_INTERFACE_PIO;
    item->start_ns = boot_since_start(boot, c->first);
    item->end_ns = boot_since_start(boot, c->last);
    item->active_ns = c->active_ns;
    return item;
}

static void handle_boot(BootTimestampsInfo *info, const CaptureBoot *boot,
                        uint64_t now)
{
    static const BootTimestampsClock clocks[] = {
        [CAPTURE_CLOCK_MODE_BOTH] = BOOT_TIMESTAMPS_CLOCK_BOTH,
        [CAPTURE_CLOCK_MODE_HOST] = BOOT_TIMESTAMPS_CLOCK_HOST,
        [CAPTURE_CLOCK_MODE_VIRTUAL] = BOOT_TIMESTAMPS_CLOCK_VIRTUAL,
    };
    BootMilestoneList **milestones = &info->milestones;
    BootFwCfgItemList **items = &info->fw_cfg;

    for (guint i = 0; i < boot->phases->len; i++) {
        const CaptureMilestone *p =
            &g_array_index(boot->phases, CaptureMilestone, i);

        QAPI_LIST_APPEND(milestones, milestone(boot, p));
    }
    for (guint i = 0; i < boot->copies->len; i++) {
        const CaptureCopy *c = &g_array_index(boot->copies, CaptureCopy, i);

        QAPI_LIST_APPEND(items, fw_cfg_item(boot, c));
    }
    info->clock = clocks[boot->clock];
    info->start_sec = boot->wall_ns / NS_PER_S;
    info->start_nsec = boot->wall_ns % NS_PER_S;
    info->now_ns = boot_since_start(boot, now);
    info->ended = boot->state != CAPTURE_LIVE;
    info->milestones_dropped = boot->dropped;
}

static BootTimestampsInfo *timestamps(const BootTimestamps *t)
{
    BootTimestampsInfo *info = g_new0(BootTimestampsInfo, 1);
    strList **chardevs = &info->chardevs;

    for (guint i = 0; i < t->chardevs->len; i++) {
        QAPI_LIST_APPEND(chardevs, g_strdup(t->chardevs->pdata[i]));
    }
    info->filename = g_strdup(t->filename);
    handle_boot(info, t->boot, t->now_ns);
    info->error = g_strdup(t->error);
    BOOTSTAMP_SET_HAS_STRING(info, error);
    info->lost_bytes = t->lost_bytes;
    info->lost_events = t->lost_events;
    return info;
}

BootTimestampsInfoList *coroutine_fn
qmp_x_query_boot_timestamps(BOOTSTAMP_OPTIONAL_STRING(chardev), Error **errp)
{
    g_autoptr(GPtrArray) list = boot_query_co(chardev, errp);
    BootTimestampsInfoList *result = NULL;
    BootTimestampsInfoList **tail = &result;

    for (guint i = 0; list && i < list->len; i++) {
        QAPI_LIST_APPEND(tail, timestamps(list->pdata[i]));
    }
    return result;
}
