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

/* An optional string had a flag beside it, up to QEMU 7.2. */
#if QEMU_VERSION_MAJOR < 8
#define BOOTSTAMP_SET_HAS_STRING(object, member) \
    ((object)->has_##member = (object)->member)
#else
#define BOOTSTAMP_SET_HAS_STRING(object, member) ((void)0)
#endif

#ifdef BOOTSTAMP_LOADABLE

#include "config.h"

/* A QEMU whose machines have no ISA bus lacks it, and the device's parent. */
#pragma weak isa_register_ioport
#define BOOTSTAMP_HAVE_ISA (isa_register_ioport != NULL)

/* hw/nvram/fw_cfg.c has it to itself; checked at run time before use. */
typedef struct FWCfgEntryMirror {
    uint32_t len;
    bool allow_write;
    uint8_t *data;
    void *callback_opaque;
    FWCfgCallback select_cb;
    FWCfgWriteCallback write_cb;
} FWCfgEntryMirror;

#else

#include "qemu-version.h"

#define BOOTSTAMP_QEMU_VERSION QEMU_FULL_VERSION
#define BOOTSTAMP_HAVE_ISA true

#endif

#endif
