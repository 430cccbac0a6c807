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
#include "hw/nvram/fw_cfg.h"
#include "qapi/error.h"
#include "qemu/module.h"

/* 11.0.50 to 11.0.99 are on the way to 11.1. */
#define BOOTSTAMP_QEMU_SINCE(major, minor)                                     \
    (QEMU_VERSION_MAJOR * 100 + QEMU_VERSION_MINOR +                           \
         (QEMU_VERSION_MICRO >= 50) >=                                         \
     100 * (major) + (minor))

/* Headers that moved. */
#if __has_include("hw/core/boards.h") /* 11.0 */
#include "hw/core/boards.h"
#include "hw/core/qdev-properties.h"
#include "hw/core/qdev-properties-system.h"
#else
#include "hw/boards.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#endif
#if __has_include("system/memory.h") /* 10.1 */
#include "exec/icount.h"
#include "system/address-spaces.h"
#include "system/memory.h"
#else
#include "exec/address-spaces.h"
#include "exec/memory.h"
#endif
#if __has_include("qobject/qdict.h") /* 10.0 */
#include "qobject/qdict.h"
#include "qobject/qlist.h"
#include "qobject/qnum.h"
#else
#include "qapi/qmp/qdict.h"
#include "qapi/qmp/qlist.h"
#include "qapi/qmp/qnum.h"
#endif
#if __has_include("system/system.h") /* 10.0 */
#include "system/block-backend.h"
#include "system/cpu-timers.h"
#include "system/hw_accel.h"
#include "system/reset.h"
#include "system/runstate.h"
#include "system/system.h"
#else
#include "sysemu/block-backend.h"
#include "sysemu/cpu-timers.h"
#include "sysemu/hw_accel.h"
#include "sysemu/reset.h"
#include "sysemu/runstate.h"
#include "sysemu/sysemu.h"
#endif

#if __has_include("qemu/aio.h") /* 11.1 */
#include "qemu/aio.h"
#else
#include "block/aio.h"
#endif

/* New names. */
#if !BOOTSTAMP_QEMU_SINCE(10, 1)
#define QemuTargetInfo TargetInfo
#define qapi_free_QemuTargetInfo qapi_free_TargetInfo
#endif
#if !BOOTSTAMP_QEMU_SINCE(10, 2)
#define CharFrontend CharBackend
#endif

/* Constant since 10.0, and demanded to be. */
#ifdef DEFINE_PROP_END_OF_LIST
typedef Property BootstampProperty;
#else
typedef const Property BootstampProperty;
#endif

/* What a class is initialized with is constant since 10.1. */
#if BOOTSTAMP_QEMU_SINCE(10, 1)
typedef const void BootstampClassData;
#else
typedef void BootstampClassData;
#endif

/* Whether @mr can be read as memory, without calls into a device. */
static inline bool bootstamp_reads_directly(MemoryRegion *mr)
{
#if BOOTSTAMP_QEMU_SINCE(10, 0)
    return memory_access_is_direct(mr, false, MEMTXATTRS_UNSPECIFIED);
#else
    return memory_access_is_direct(mr, false);
#endif
}

/* monitor/monitor-internal.h: QEMU ends, and waits for what QMP does. */
extern bool qmp_dispatcher_co_shutdown;

/*
 * The functions of a chardev's class.  @open is a function of (chr, backend,
 * bool *opened, errp) and says whether it could; @filename gives a new string.
 * Since 11.0 those of the class are named as the others are, a chardev reports
 * itself that it is open, and its name is asked for.
 */
#if BOOTSTAMP_QEMU_SINCE(11, 0)
#define BOOTSTAMP_CHARDEV_FUNCTIONS(open, filename)                            \
    static bool open##_of_class(Chardev *chr, ChardevBackend *backend,         \
                                Error **errp)                                  \
    {                                                                          \
        bool opened = true;                                                    \
                                                                               \
        if (!open(chr, backend, &opened, errp)) {                              \
            return false;                                                      \
        }                                                                      \
        if (opened) {                                                          \
            qemu_chr_be_event(chr, CHR_EVENT_OPENED);                          \
        }                                                                      \
        return true;                                                           \
    }
#define BOOTSTAMP_SET_CHARDEV_FUNCTIONS(class, parse_, open_, filename)        \
    ((class)->chr_parse = parse_, (class)->chr_open = open_##_of_class,        \
     (class)->chr_get_filename = filename)
#else
#define BOOTSTAMP_CHARDEV_FUNCTIONS(open, get_filename)                        \
    static void open##_of_class(Chardev *chr, ChardevBackend *backend,         \
                                bool *opened, Error **errp)                    \
    {                                                                          \
        if (open(chr, backend, opened, errp)) {                                \
            chr->filename = get_filename(chr);                                 \
        }                                                                      \
    }
#define BOOTSTAMP_SET_CHARDEV_FUNCTIONS(class, parse_, open_, get_filename)    \
    ((class)->parse = parse_, (class)->open = open_##_of_class)
#endif

/* A QMP monitor at @chr, without an id of its own. */
#if BOOTSTAMP_QEMU_SINCE(11, 1)
#define bootstamp_monitor_qmp(chr, errp)                                       \
    monitor_new_qmp(NULL, (chr)->label, false, errp)
#else
#define bootstamp_monitor_qmp(chr, errp) monitor_init_qmp(chr, false, errp)
#endif

/* The table of the human monitor's commands: a function's since 11.0. */
#if BOOTSTAMP_QEMU_SINCE(11, 0)
#define bootstamp_hmp_commands() hmp_cmds_for_target(false)
#else
#define bootstamp_hmp_commands() hmp_cmds
#endif

/* An optional string had a flag beside it, up to QEMU 7.2. */
#if !BOOTSTAMP_QEMU_SINCE(8, 0)
#define BOOTSTAMP_SET_HAS_STRING(object, member)                               \
    ((object)->has_##member = (object)->member)
#define BOOTSTAMP_OPTIONAL_STRING(name) bool has_##name, const char *name
#else
#define BOOTSTAMP_SET_HAS_STRING(object, member) ((void)0)
#define BOOTSTAMP_OPTIONAL_STRING(name) const char *name
#endif

/* From 8.1 on the pool is always that of the current AioContext. */
#if QEMU_VERSION_MAJOR < 8 ||                                                  \
    (QEMU_VERSION_MAJOR == 8 && QEMU_VERSION_MINOR < 1)
#define bootstamp_submit_co(func, arg)                                         \
    thread_pool_submit_co(aio_get_thread_pool(qemu_get_aio_context()), func,   \
                          arg)
#else
#define bootstamp_submit_co(func, arg) thread_pool_submit_co(func, arg)
#endif

#ifdef BOOTSTAMP_LOADABLE

#include "config.h"

/*
 * abi-module.c: at the end of QEMU's registration of types, if this module
 * fits, calls @init, or hands it on to QEMU as one of @type.  QEMU's own
 * type_init() and block_init() would do so at once.
 */
void bootstamp_register(void (*init)(void), module_init_type type);
#undef module_init
#define module_init(function, type)                                            \
    static void __attribute__((constructor)) bootstamp_##function(void)        \
    {                                                                          \
        bootstamp_register(function, type);                                    \
    }

/* A QEMU whose machines have no ISA bus lacks it, and the device's parent. */
__attribute__((weak)) void isa_register_ioport(ISADevice *dev, MemoryRegion *io,
                                               uint16_t start);
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
