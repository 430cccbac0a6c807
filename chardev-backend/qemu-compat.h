/*
 * What differs between QEMU versions, and what QEMU keeps to itself: the
 * only place with a version check.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef BOOTSTAMP_QEMU_COMPAT_H
#define BOOTSTAMP_QEMU_COMPAT_H

#include "qemu/osdep.h"
#include "chardev/char.h"
#include "chardev/char-fe.h"
#include "exec/memory.h"
#include "hw/nvram/fw_cfg.h"
#include "hw/qdev-properties.h"
#include "qapi/error.h"
#include "sysemu/cpu-timers.h"

/* A list of properties ends with an empty one, until QEMU 10.0. */
#ifdef DEFINE_PROP_END_OF_LIST
#define BOOTSTAMP_PROPERTIES_END DEFINE_PROP_END_OF_LIST(),
#else
#define BOOTSTAMP_PROPERTIES_END
#endif

/* hw/nvram/fw_cfg.c has it to itself; checked at run time before use. */
typedef struct FWCfgEntryMirror {
    uint32_t len;
    bool allow_write;
    uint8_t *data;
    void *callback_opaque;
    FWCfgCallback select_cb;
    FWCfgWriteCallback write_cb;
} FWCfgEntryMirror;

/* hw/nvram/fw_cfg.c, FW_CFG_DMA_CTL_* */
#define BOOTSTAMP_DMA_CTL_READ 0x02
#define BOOTSTAMP_DMA_CTL_SKIP 0x04
#define BOOTSTAMP_DMA_CTL_SELECT 0x08
#define BOOTSTAMP_DMA_CTL_WRITE 0x10

#endif
