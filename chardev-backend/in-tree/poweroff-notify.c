/*
 * The guest powers off, as QEMU tells of it in the vCPU's thread.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/module.h"
#include "qemu/notify.h"
#include "hw/core/cpu.h"

#include "boot-source.h"
#include "vm-lifecycle.h"

static void on_request(Notifier *notifier, void *data)
{
    ShutdownCause *cause = data;

    /* The monitor's and a signal's are the main loop's to tell. */
    if (current_cpu) {
        vm_poweroff_by_guest(*cause);
    }
}

static Notifier notifier = { .notify = on_request };

static void start(void)
{
    qemu_register_shutdown_request_notifier(&notifier);
}

static void stop(void)
{
    qemu_unregister_shutdown_request_notifier(&notifier);
}

static BootSource poweroff = { .start = start, .stop = stop };

static void register_poweroff(void)
{
    boot_source_register(&poweroff);
}

type_init(register_poweroff)
