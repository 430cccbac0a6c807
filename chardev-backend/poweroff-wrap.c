/*
 * The guest powers off, seen from outside.
 *
 * QEMU's main loop tells of a shutdown request when it comes to it: how far
 * the guest ran on until then is the host's affair, and under -icount the
 * one figure of a boot that would differ from run to run.  An x86 guest
 * powers off by ACPI's PM1 control register; so the callback of that is
 * replaced by one that calls the original, and looks whether QEMU now has a
 * request that it had not before.  Where the register goes by another name
 * the main loop's word is all there is.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/module.h"
#include "qom/object.h"

#include "boot-source.h"
#include "vm-lifecycle.h"

#define POWEROFF_REGION "acpi-cnt"

static const MemoryRegionOps *original;
static MemoryRegionOps ops;

static void poweroff_write(void *opaque, hwaddr addr, uint64_t value,
                           unsigned size)
{
    bool before = qemu_shutdown_requested_get() != SHUTDOWN_CAUSE_NONE;
    ShutdownCause after;

    original->write(opaque, addr, value, size);
    after = qemu_shutdown_requested_get();
    if (!before && after != SHUTDOWN_CAUSE_NONE) {
        vm_poweroff_by_guest(after);
    }
}

static int watch_poweroff(Object *obj, void *opaque)
{
    MemoryRegion *mr =
        (MemoryRegion *)object_dynamic_cast(obj, TYPE_MEMORY_REGION);

    if (!mr || g_strcmp0(memory_region_name(mr), POWEROFF_REGION) || !mr->ops ||
        !mr->ops->write) {
        return 0;
    }
    if (!original) {
        original = mr->ops;
        ops = *mr->ops;
        ops.write = poweroff_write;
    }
    if (mr->ops == original) {
        mr->ops = &ops;
    }
    return 0;
}

static void ready(void)
{
    object_child_foreach_recursive(object_get_root(), watch_poweroff, NULL);
}

static BootSource poweroff = { .ready = ready };

static void register_poweroff(void)
{
    boot_source_register(&poweroff);
}

type_init(register_poweroff)
