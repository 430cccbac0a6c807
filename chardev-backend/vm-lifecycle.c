/*
 * The VM's life cycle, from QEMU's own notifiers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/module.h"
#include "qemu/notify.h"

#include "boot-capture.h"
#include "vm-lifecycle.h"

/* The guest's own request was told of, in its thread. */
static bool poweroff_reported;

static void on_run_state(void *opaque, bool running, RunState state)
{
    if (running) {
        /* The machine of who only asks what a QEMU can do runs nothing. */
        if (strcmp(MACHINE_GET_CLASS(current_machine)->name, "none")) {
            boot_capture_guest_runs();
        }
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

void vm_poweroff_by_guest(ShutdownCause cause)
{
    if (!poweroff_reported) {
        poweroff_reported = true;
        boot_vm_event_by_guest(CAPTURE_VM_SHUTDOWN, ShutdownCause_str(cause));
    }
}

static void on_shutdown(Notifier *notifier, void *data)
{
    ShutdownCause *cause = data;

    if (poweroff_reported) {
        poweroff_reported = false;
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

static Notifier powerdown_notifier = { .notify = on_powerdown };
static Notifier shutdown_notifier = { .notify = on_shutdown };
static Notifier suspend_notifier = { .notify = on_suspend };
static Notifier wakeup_notifier = { .notify = on_wakeup };

static VMChangeStateEntry *run_state;

static void start(void)
{
    run_state = qemu_add_vm_change_state_handler(on_run_state, NULL);
    /* loadvm resets the devices before it fills them: no boot follows. */
    qemu_register_reset_nosnapshotload(on_reset, NULL);
    qemu_register_powerdown_notifier(&powerdown_notifier);
    qemu_register_shutdown_notifier(&shutdown_notifier);
    qemu_register_suspend_notifier(&suspend_notifier);
    qemu_register_wakeup_notifier(&wakeup_notifier);
}

static void stop(void)
{
    qemu_del_vm_change_state_handler(run_state);
    qemu_unregister_reset(on_reset, NULL);
    notifier_remove(&powerdown_notifier);
    notifier_remove(&shutdown_notifier);
    notifier_remove(&suspend_notifier);
    notifier_remove(&wakeup_notifier);
}

static BootSource lifecycle = { .start = start, .stop = stop };

static void register_lifecycle(void)
{
    boot_source_register(&lifecycle);
}

type_init(register_lifecycle)
