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

/* ------------------------------------------------------------------ */
/* Front ends                                                          */

/*
 * A device whose "chardev" property is a front end's, or an alias of one, is
 * that of the chardev which it names; one with a mere name there
 * (isa-bootprobe) stands beside.
 */
static int describe_frontend(Object *obj, void *opaque)
{
    g_autofree char *label = NULL;
    g_autofree char *frontend = NULL;
    ObjectProperty *property;
    uint64_t port;

    if (!object_dynamic_cast(obj, TYPE_DEVICE)) {
        return 0;
    }
    property = object_property_find(obj, "chardev");
    if (!property ||
        g_strcmp0(property->description, qdev_prop_chr.description)) {
        return 0;
    }
    label = object_property_get_str(obj, "chardev", NULL);
    if (object_property_find(obj, "iobase")) {
        port = object_property_get_uint(obj, "iobase", NULL);
        frontend =
            g_strdup_printf("%s 0x%" PRIx64, object_get_typename(obj), port);
    } else {
        frontend = g_strdup(object_get_typename(obj));
    }
    if (label) {
        boot_capture_set_frontend(label, frontend);
    }
    return 0;
}

static void ready(void)
{
    object_child_foreach_recursive(object_get_root(), describe_frontend, NULL);
    boot_vm_event(CAPTURE_VM_READY, NULL);
    /* QEMU may have put its own handler over ours since. */
    sigbus_install();
}

/* ------------------------------------------------------------------ */
/* Set-up                                                              */

static void on_machine_ready(Notifier *notifier, void *data)
{
    boot_capture_machine_ready();
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
    const BootEmulator emulator = { .arch = arch_name(), .ends = qemu_ends };

    boot_capture_set_emulator(&emulator);
    boot_source_register(&machine);
}

type_init(register_machine)
