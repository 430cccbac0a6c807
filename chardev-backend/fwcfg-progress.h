/*
 * What the guest does with fw_cfg, on its way into the captures.
 *
 * All of it is called in the guest's access, with the BQL held: no system
 * call, no lock, no allocation.  Keys, offsets and sizes are fw_cfg's own
 * (docs/specs/fw_cfg in QEMU), in bytes; @when is capture_mono_ns() at the
 * access.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef BOOTSTAMP_FWCFG_PROGRESS_H
#define BOOTSTAMP_FWCFG_PROGRESS_H

#include "qemu-compat.h"
#include "boot-capture.h"

/* A PIO copy tells of itself once in this many bytes; a power of two. */
#define FWCFG_SAMPLE_BYTES 4096

/* Name and size, before the first copy and after each change of size. */
void fwcfg_tell_item(const FWCfgState *s, uint16_t key, uint32_t len,
                     uint64_t when);

/*
 * Before another item is selected: @offset was reached in @key.  If it is
 * more than was told, when that was nobody knows by now.
 */
void fwcfg_tell_left(uint16_t key, uint32_t offset);

/* @key, which is @len long, was selected. */
void fwcfg_tell_select(const FWCfgState *s, uint16_t key, uint32_t len,
                       bool dma, uint64_t when);

/* Read by port I/O up to @offset. */
void fwcfg_tell_pio(uint16_t key, uint32_t offset, bool late);

/*
 * To be called once the device is there.  Notices when the VM runs on from
 * where a loaded state (migration, loadvm) puts it, in the middle of a copy,
 * or when we come in the middle of one (hot plug): tells how much of it was
 * read before, which @loaded, unless NULL, can precede with what it knows of
 * the item.
 */
void fwcfg_watch_loads(FWCfgState *s, void (*loaded)(const FWCfgState *s));
void fwcfg_unwatch_loads(void);

/* A transfer as @dma, in host order, has it, beginning at @offset. */
void fwcfg_tell_dma(uint16_t key, uint32_t offset, const FWCfgDmaAccess *dma,
                    uint64_t when);

/* It has come to @offset, and is over there. */
void fwcfg_tell_dma_part(uint16_t key, uint32_t offset);
void fwcfg_tell_dma_end(const FWCfgState *s, uint16_t key, uint32_t offset,
                        uint32_t len, bool error);

#endif
