/*
 * -device isa-bootprobe: the probe device at I/O ports.
 *
 *   -device isa-bootprobe,chardev=ID[,iobase=0x404][,lines=off]
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/module.h"
#include "hw/isa/isa.h"
#include "migration/vmstate.h"

#include "bootprobe.h"

#define TYPE_ISA_BOOTPROBE "isa-bootprobe"

#define PORTS 8
#define GUARD 4 /* ports before them */

OBJECT_DECLARE_SIMPLE_TYPE(IsaBootprobe, ISA_BOOTPROBE)

struct IsaBootprobe {
    ISADevice parent;

    uint32_t iobase;
    Bootprobe probe;
    MemoryRegion guard;
};

/* ------------------------------------------------------------------ */
/* Accesses that begin before the ports                                */

/*
 * QEMU cuts an access where a region begins, and what is left of it would be
 * a write to our port.  In this region, which all others are in front of,
 * it comes in one piece and is like one to ports where nothing is.
 */
static uint64_t guard_read(void *opaque, hwaddr addr, unsigned size)
{
    return UINT64_MAX;
}

static void guard_write(void *opaque, hwaddr addr, uint64_t value,
                        unsigned size)
{
}

static const MemoryRegionOps guard_ops = {
    .read = guard_read,
    .write = guard_write,
    .valid.min_access_size = 1,
    .valid.max_access_size = 4,
    .valid.unaligned = true,
    .impl.min_access_size = 1,
    .impl.max_access_size = 4,
    .impl.unaligned = true,
    .endianness = DEVICE_LITTLE_ENDIAN,
};

static void map_guard(IsaBootprobe *s)
{
    memory_region_init_io(&s->guard, OBJECT(s), &guard_ops, s,
                          TYPE_ISA_BOOTPROBE "-guard", GUARD);
    memory_region_add_subregion_overlap(s->probe.io.container,
                                        s->iobase - GUARD, &s->guard, -1);
}

/* ------------------------------------------------------------------ */
/* The device                                                          */

static void isa_bootprobe_realize(DeviceState *dev, Error **errp)
{
    IsaBootprobe *s = ISA_BOOTPROBE(dev);

    if (s->iobase > 0x10000 - PORTS || s->iobase % 4) {
        error_setg(errp,
                   TYPE_ISA_BOOTPROBE ": iobase=0x%x is not a multiple of 4 "
                                      "up to 0x%x",
                   s->iobase, 0x10000 - PORTS);
        return;
    }
    if (!bootprobe_realize(&s->probe, dev, BOOTPROBE_SPACE_IO, s->iobase,
                           errp)) {
        return;
    }
    isa_register_ioport(ISA_DEVICE(dev), &s->probe.io, s->iobase);
    if (s->iobase) {
        map_guard(s);
    }
    bootprobe_publish(&s->probe);
}

/* Not realized: nobody can plug an ISA device when the machine is there. */
bool bootprobe_place(const char *chardev)
{
    IsaBootprobe *s = ISA_BOOTPROBE(object_new(TYPE_ISA_BOOTPROBE));

    g_free(s->probe.chardev);
    s->probe.chardev = g_strdup(chardev);
    if (!bootprobe_realize(&s->probe, DEVICE(s), BOOTPROBE_SPACE_IO, s->iobase,
                           NULL)) {
        object_unref(OBJECT(s));
        return false;
    }
    memory_region_add_subregion(get_system_io(), s->iobase, &s->probe.io);
    map_guard(s);
    bootprobe_publish(&s->probe);
    return true;
}

static void isa_bootprobe_unrealize(DeviceState *dev)
{
    bootprobe_unrealize(&ISA_BOOTPROBE(dev)->probe);
}

static const VMStateDescription isa_bootprobe_vmstate = {
    .name = TYPE_ISA_BOOTPROBE,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]){ VMSTATE_BOOL(probe.refused, IsaBootprobe),
                                      VMSTATE_END_OF_LIST() },
};

static BootstampProperty isa_bootprobe_properties[] = {
    BOOTPROBE_PROPERTIES(IsaBootprobe, probe),
    DEFINE_PROP_UINT32("iobase", IsaBootprobe, iobase, BOOTPROBE_PORT),
#ifdef DEFINE_PROP_END_OF_LIST
    DEFINE_PROP_END_OF_LIST(), /* until QEMU 10.0 */
#endif
};

static void isa_bootprobe_class_init(ObjectClass *oc, BootstampClassData *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);

    dc->desc = "Boot probes and debug lines into a timestamp chardev";
    dc->realize = isa_bootprobe_realize;
    dc->unrealize = isa_bootprobe_unrealize;
    dc->vmsd = &isa_bootprobe_vmstate;
    dc->hotpluggable = false;
    device_class_set_props(dc, isa_bootprobe_properties);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo isa_bootprobe_info = {
    .name = TYPE_ISA_BOOTPROBE,
    .parent = TYPE_ISA_DEVICE,
    .instance_size = sizeof(IsaBootprobe),
    .class_init = isa_bootprobe_class_init,
};

static void isa_bootprobe_register_types(void)
{
    if (BOOTSTAMP_HAVE_ISA) {
        type_register_static(&isa_bootprobe_info);
    }
}

type_init(isa_bootprobe_register_types)
