/*
 * The machine that a capture is of: all that needs a system emulator around
 * it, where boot-capture.c needs only chardevs and clocks.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qapi/qapi-types-machine.h"
#include "qapi/qapi-commands-machine.h"

#include "boot-capture.h"

const char *boot_machine_arch(void)
{
    static const char *name;

    if (!name) {
        QemuTargetInfo *info = qmp_query_target(NULL);

        name = SysEmuTarget_str(info->arch);
        qapi_free_QemuTargetInfo(info);
    }
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

void boot_machine_tell(CaptureWriter *w)
{
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
    append_string(payload, boot_machine_arch());
    append_string(payload, accel);
    capture_writer_set_machine(w, type, current_machine->ram_size);
    capture_append_event(w, capture_writer_now(w), CAPTURE_MACHINE,
                         payload->data, payload->len);
}

static bool qemu_ends(void)
{
    return qmp_dispatcher_co_shutdown;
}

void boot_machine_start(bool fw_cfg)
{
    boot_qemu_ends = qemu_ends;
    vm_lifecycle_start();
    if (fw_cfg) {
        fwcfg_progress_start();
    }
}
