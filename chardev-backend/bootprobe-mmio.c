/*
 * -device bootprobe-mmio: the probe device in memory, for machines without
 * I/O ports, such as virt of Arm and RISC-V.
 *
 *   -device bootprobe-mmio,chardev=ID[,addr=0x9100000][,lines=off]
 *
 * It sits on no bus: where it is, a guest is told by fw_cfg.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/module.h"
#include "migration/vmstate.h"

#include "bootprobe.h"

#define TYPE_BOOTPROBE_MMIO "bootprobe-mmio"

#define SIZE 16

OBJECT_DECLARE_SIMPLE_TYPE(MmioBootprobe, BOOTPROBE_MMIO)

struct MmioBootprobe {
    DeviceState parent;

    uint64_t addr;
    Bootprobe probe;
};

static bool check_address(const MmioBootprobe *s, Error **errp)
{
    ERRP_GUARD();
    MemoryRegionSection there;

    if (s->addr % SIZE || s->addr > UINT64_MAX - SIZE) {
        error_setg(errp,
                   TYPE_BOOTPROBE_MMIO ": addr=0x%" PRIx64
                                       " is not a multiple of %d",
                   s->addr, SIZE);
        return false;
    }
    there = memory_region_find(get_system_memory(), s->addr, SIZE);
    if (there.mr) {
        error_setg(errp,
                   TYPE_BOOTPROBE_MMIO ": addr=0x%" PRIx64 " is taken by %s",
                   s->addr, memory_region_name(there.mr));
        error_append_hint(errp, "The monitor's info mtree shows what is "
                                "free.\n");
        memory_region_unref(there.mr);
        return false;
    }
    return true;
}

static void mmio_bootprobe_realize(DeviceState *dev, Error **errp)
{
    MmioBootprobe *s = BOOTPROBE_MMIO(dev);

    if (!check_address(s, errp) ||
        !bootprobe_realize(&s->probe, dev, BOOTPROBE_SPACE_MEMORY, s->addr,
                           errp)) {
        return;
    }
    memory_region_add_subregion(get_system_memory(), s->addr, &s->probe.io);
    bootprobe_publish(&s->probe);
}

static void mmio_bootprobe_unrealize(DeviceState *dev)
{
    MmioBootprobe *s = BOOTPROBE_MMIO(dev);

    memory_region_del_subregion(get_system_memory(), &s->probe.io);
    bootprobe_unrealize(&s->probe);
}

static const VMStateDescription mmio_bootprobe_vmstate = {
    .name = TYPE_BOOTPROBE_MMIO,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields =
        (const VMStateField[]){
            VMSTATE_BOOL(probe.refused, MmioBootprobe),
            VMSTATE_UINT32(probe.address_high, MmioBootprobe),
            VMSTATE_END_OF_LIST() },
};

static BootstampProperty mmio_bootprobe_properties[] = {
    BOOTPROBE_PROPERTIES(MmioBootprobe, probe),
    DEFINE_PROP_UINT64("addr", MmioBootprobe, addr, BOOTPROBE_MMIO_ADDRESS),
#ifdef DEFINE_PROP_END_OF_LIST
    DEFINE_PROP_END_OF_LIST(), /* until QEMU 10.0 */
#endif
};

static void mmio_bootprobe_class_init(ObjectClass *oc, BootstampClassData *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);

    dc->desc = "Boot probes and debug lines into a timestamp chardev";
    dc->realize = mmio_bootprobe_realize;
    dc->unrealize = mmio_bootprobe_unrealize;
    dc->vmsd = &mmio_bootprobe_vmstate;
    dc->user_creatable = true;
    dc->hotpluggable = false;
    device_class_set_props(dc, mmio_bootprobe_properties);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo mmio_bootprobe_info = {
    .name = TYPE_BOOTPROBE_MMIO,
    .parent = TYPE_DEVICE,
    .instance_size = sizeof(MmioBootprobe),
    .class_init = mmio_bootprobe_class_init,
};

static void mmio_bootprobe_register_types(void)
{
    type_register_static(&mmio_bootprobe_info);
}

type_init(mmio_bootprobe_register_types)
