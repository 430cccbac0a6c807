/*
 * The VM's life cycle, from QEMU's own notifiers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/notify.h"
#include "qom/object.h"

#include "boot-capture.h"
#include "capture/sigbus.h"

/* ------------------------------------------------------------------ */
/* The guest powers off                                                */

/*
 * QEMU's main loop tells of a shutdown request when it comes to it: how far
 * the guest ran on until then is the host's affair, and under -icount the
 * one figure of a boot that would differ from run to run.  An x86 guest
 * powers off by ACPI's PM1 control register; so the callback of that is
 * replaced by one that calls the original, and looks whether QEMU now has a
 * request that it had not before.  Where the register goes by another name
 * the main loop's word is all there is.
 */
#define POWEROFF_REGION "acpi-cnt"

static const MemoryRegionOps *poweroff_original;
static MemoryRegionOps poweroff_ops;
static bool poweroff_told;

static void poweroff_write(void *opaque, hwaddr addr, uint64_t value,
                           unsigned size)
{
    bool before = qemu_shutdown_requested_get() != SHUTDOWN_CAUSE_NONE;
    ShutdownCause after;

    poweroff_original->write(opaque, addr, value, size);
    after = qemu_shutdown_requested_get();
    if (!before && after != SHUTDOWN_CAUSE_NONE && !poweroff_told) {
        poweroff_told = true;
        boot_vm_event_by_guest(CAPTURE_VM_SHUTDOWN, ShutdownCause_str(after));
    }
}

static int watch_poweroff(Object *obj, void *opaque)
{
    MemoryRegion *mr = (MemoryRegion *)object_dynamic_cast(
                           obj, TYPE_MEMORY_REGION);

    if (!mr || g_strcmp0(memory_region_name(mr), POWEROFF_REGION) ||
        !mr->ops || !mr->ops->write) {
        return 0;
    }
    if (!poweroff_original) {
        poweroff_original = mr->ops;
        poweroff_ops = *mr->ops;
        poweroff_ops.write = poweroff_write;
    }
    if (mr->ops == poweroff_original) {
        mr->ops = &poweroff_ops;
    }
    return 0;
}

/* ------------------------------------------------------------------ */
/* QEMU's notifiers                                                    */

static void on_machine_ready(Notifier *notifier, void *data)
{
    object_child_foreach_recursive(object_get_root(), watch_poweroff, NULL);
    boot_capture_machine_ready();
    boot_vm_event(CAPTURE_VM_READY, NULL);
    /* QEMU may have put its own handler over ours since. */
    sigbus_install();
}

static void on_run_state(void *opaque, bool running, RunState state)
{
    if (running) {
        boot_vm_event(CAPTURE_VM_RUN, NULL);
    } else {
        boot_vm_event(CAPTURE_VM_PAUSE, RunState_str(state));
    }
}

static void on_reset(void *opaque)
{
    boot_vm_event(CAPTURE_VM_RESET, NULL);
}

static void on_powerdown(Notifier *notifier, void *data)
{
    boot_vm_event(CAPTURE_VM_POWERDOWN, NULL);
}

static void on_shutdown(Notifier *notifier, void *data)
{
    ShutdownCause *cause = data;

    if (poweroff_told) {
        poweroff_told = false;
    } else {
        boot_vm_event(CAPTURE_VM_SHUTDOWN, ShutdownCause_str(*cause));
    }
}

static void on_suspend(Notifier *notifier, void *data)
{
    boot_vm_event(CAPTURE_VM_SUSPEND, NULL);
}

static void on_wakeup(Notifier *notifier, void *data)
{
    boot_vm_event(CAPTURE_VM_WAKEUP, NULL);
}

static void on_exit_qemu(Notifier *notifier, void *data)
{
    boot_capture_exit();
}

static Notifier ready_notifier = { .notify = on_machine_ready };
static Notifier powerdown_notifier = { .notify = on_powerdown };
static Notifier shutdown_notifier = { .notify = on_shutdown };
static Notifier suspend_notifier = { .notify = on_suspend };
static Notifier wakeup_notifier = { .notify = on_wakeup };
static Notifier exit_notifier = { .notify = on_exit_qemu };

void vm_lifecycle_start(void)
{
    static bool started;

    if (started) {
        return;
    }
    started = true;
    qemu_add_vm_change_state_handler(on_run_state, NULL);
    /* loadvm resets the devices before it fills them: no boot follows. */
    qemu_register_reset_nosnapshotload(on_reset, NULL);
    qemu_register_powerdown_notifier(&powerdown_notifier);
    qemu_register_shutdown_notifier(&shutdown_notifier);
    qemu_register_suspend_notifier(&suspend_notifier);
    qemu_register_wakeup_notifier(&wakeup_notifier);
    qemu_add_exit_notifier(&exit_notifier);
    /* Runs at once where the machine is there already (hot plug). */
    qemu_add_machine_init_done_notifier(&ready_notifier);
}
