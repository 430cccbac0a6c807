/*
 * fw_cfg, as the device itself tells of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/module.h"

#include "fwcfg-progress.h"

static void on_event(Notifier *notifier, void *data)
{
    const FWCfgEvent *e = data;
    uint64_t now = capture_mono_ns();

    switch (e->type) {
    case FW_CFG_EVENT_SELECT:
        fwcfg_tell_left(e->s->cur_entry, e->s->cur_offset);
        fwcfg_tell_select(e->s, e->key, e->size, e->dma, now);
        break;
    case FW_CFG_EVENT_READ:
        /* A select callback (ACPI tables) may have given it another size. */
        fwcfg_tell_item(e->s, e->key, e->size, now);
        fwcfg_tell_pio(e->key, e->offset, false);
        break;
    case FW_CFG_EVENT_DMA:
        fwcfg_tell_item(e->s, e->key, e->size, now);
        fwcfg_tell_dma(e->key, e->offset, e->dma, now);
        break;
    case FW_CFG_EVENT_DMA_PART:
        fwcfg_tell_dma_part(e->key, e->offset);
        break;
    case FW_CFG_EVENT_DMA_END:
        fwcfg_tell_dma_end(e->s, e->key, e->offset, e->size,
                           e->dma->control & FW_CFG_DMA_CTL_ERROR);
        break;
    }
}

static Notifier events = { .notify = on_event };
static FWCfgState *watched;

static void ready(void)
{
    /* There are machines without. */
    watched = fw_cfg_find();
    if (watched) {
        fw_cfg_add_notifier(watched, &events);
        fwcfg_watch_loads(watched, NULL);
    }
}

static void stop(void)
{
    if (watched) {
        fwcfg_unwatch_loads();
        fw_cfg_remove_notifier(watched, &events);
        watched = NULL;
    }
}

static BootSource fw_cfg = { .fw_cfg = true, .ready = ready, .stop = stop };

static void register_fw_cfg(void)
{
    boot_source_register(&fw_cfg);
}

type_init(register_fw_cfg)
