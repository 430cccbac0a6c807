/*
 * The machine that a capture is of, and when it is there: what needs a system
 * emulator around it, where boot-capture.c needs only chardevs and clocks.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qapi/qapi-types-machine.h"
#include "qapi/qapi-commands-machine.h"

#include "qemu/module.h"
#include "qemu/notify.h"

#include "boot-capture.h"
#include "boot-start.h"
#include "frontends.h"
#include "capture/sigbus-handler.h"

static const char *arch_name(void)
{
    QemuTargetInfo *info = qmp_query_target(NULL);
    const char *name = SysEmuTarget_str(info->arch);

    qapi_free_QemuTargetInfo(info);
    return name;
}

static char *accel_name(void)
{
    const char *type =
        object_get_typename(OBJECT(current_machine->accelerator));
    g_autofree char *name = g_strdup(type);

    if (g_str_has_suffix(name, "-accel")) {
        name[strlen(name) - strlen("-accel")] = '\0';
    }
    return g_steal_pointer(&name);
}

static void append_string(GByteArray *payload, const char *text)
{
    g_byte_array_append(payload, (const uint8_t *)text, strlen(text) + 1);
}

static void describe(BootCapture *capture)
{
    CaptureWriter *w = boot_capture_writer(capture);
    const char *type = MACHINE_GET_CLASS(current_machine)->name;
    g_autofree char *accel = accel_name();
    g_autoptr(GByteArray) payload = g_byte_array_new();
    CaptureMachine machine = {
        .ram = current_machine->ram_size,
        .cpus = current_machine->smp.cpus,
        .flags = icount_enabled() ? CAPTURE_MACHINE_ICOUNT : 0,
    };

    g_byte_array_append(payload, (uint8_t *)&machine, sizeof(machine));
    append_string(payload, type);
    append_string(payload, arch_name());
    append_string(payload, accel);
    capture_writer_set_machine(w, type, current_machine->ram_size);
    capture_append_event(w, capture_writer_now(w), CAPTURE_MACHINE,
                         payload->data, payload->len);
}

static void visit_frontend(const char *label, const char *type, uint64_t port,
                           void *opaque)
{
    g_autofree char *name = frontend_name(type, port);

    boot_capture_set_frontend(label, name);
}

static void ready(void)
{
    uint64_t ready_ns = boot_start_machine_ready();
    uint64_t opened_ns = boot_start_opened_late();

    frontends_foreach(visit_frontend, NULL);
    boot_vm_event_at(ready_ns ? ready_ns : capture_mono_ns(), CAPTURE_VM_READY);
    if (opened_ns) {
        boot_vm_event_at(opened_ns, CAPTURE_VM_OPENED);
    }
    /* QEMU may have put its own handler over ours since. */
    sigbus_install();
}

/* ------------------------------------------------------------------ */
/* Set-up                                                              */

static void on_machine_ready(Notifier *notifier, void *data)
{
    boot_capture_machine_ready();
}

static void note_ready(Notifier *notifier, void *data)
{
    boot_start_machine();
}

static void start(void)
{
    static Notifier notifier = { .notify = on_machine_ready };

    /* Runs at once where the machine is there already (hot plug). */
    qemu_add_machine_init_done_notifier(&notifier);
}

static bool qemu_ends(void)
{
    return qmp_dispatcher_co_shutdown;
}

static BootSource machine = {
    .start = start,
    .ready = ready,
    .describe = describe,
};

static void register_machine(void)
{
    static Notifier noted = { .notify = note_ready };
    const BootEmulator emulator = { .arch = arch_name(), .ends = qemu_ends };

    boot_capture_set_emulator(&emulator);
    boot_source_register(&machine);
    qemu_add_machine_init_done_notifier(&noted);
}

type_init(register_machine)
